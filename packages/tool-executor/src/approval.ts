import type { RunAuthor } from '@stageflow/core'
import { isPlain, isThenable, textOf } from '@stageflow/core/kit'
import type { DeniedCall, Denial, ResolvedCall } from '@stageflow/tools'
import { cleanText, editedCall, issuesText, mayUse } from '@stageflow/tools/kit'

import type { ApprovalDecision, Approve, ApproveContext } from './approval-types.ts'
import type { Caller } from './caller.ts'
import { denied, notStarted, type ShownCall } from './results.ts'
import { Stop, type Stops } from './stops.ts'

/** Why the execution mode may not use the tool; undefined if it may. */
export function refusedMode(call: ShownCall, executionMode: string | undefined): DeniedCall | undefined {
  if (mayUse(call.tool, executionMode)) return undefined
  const mode =
    executionMode === undefined ? 'without an execution mode' : `in the execution mode "${executionMode.slice(0, 80)}"`
  const message = `Tool "${call.name}" may not be used ${mode}; it may in: ${call.tool.executionModes?.join(', ')}.`
  return denied(notStarted(call), 'execution_mode_not_allowed', message)
}

/** A call that may be made, with the arguments that the hook has edited, if it has, and the person who decided; or why not. */
export type Asked =
  | { readonly edited: ResolvedCall | undefined; readonly decidedBy: RunAuthor | undefined }
  | { readonly refused: DeniedCall | Stop }

const DENIALS: ReadonlySet<unknown> = new Set<Denial>([
  'not_approved',
  'approval_failed',
  'approval_pending',
  'approval_expired',
  'approval_cancelled',
  'approval_used',
  'edit_refused',
])

/** Asks the hook about a call that it may keep. Only `true` and `{ approved: true }` approve. Never rejects. */
export async function askApproval(call: ResolvedCall, approve: Approve, caller: Caller, stops: Stops): Promise<Asked> {
  try {
    const { clock, ids, emit } = caller
    const context = Object.freeze({ signal: stops.signal, clock, ids, emit })
    const asked = await stops.race(decided(call, approve, context))
    return asked instanceof Stop ? { refused: asked } : asked
  } catch (error) {
    const message = `Tool "${call.name}" was not approved: the approval hook failed (${textOf(error)}).`
    return deny(call, 'approval_failed', message, { cause: error })
  }
}

/** Reads the decision as soon as the hook has made it: the hook may keep the object that it returned, and change it later. */
async function decided(call: ResolvedCall, approve: Approve, context: ApproveContext): Promise<Asked> {
  const answer: unknown = approve(call, context)
  return isThenable(answer) ? answer.then((decision) => askedBy(call, decision)) : askedBy(call, answer)
}

async function askedBy(call: ResolvedCall, decision: unknown): Promise<Asked> {
  const { approved, arguments: edited, decidedBy: given } = fieldsOf(decision)
  const decidedBy = authorIn(given)
  if (given !== undefined && decidedBy === undefined) {
    const message = `Tool "${call.name}" was not approved: decidedBy of the approval hook is not { userId, orgId, system }, of strings.`
    return deny(call, 'approval_failed', message)
  }
  if (approved !== true) return deniedBy(call, decision, decidedBy)
  return edited === undefined ? { edited, decidedBy } : withEdit(call, edited, decidedBy)
}

const AUTHOR_IDS: readonly string[] = ['userId', 'orgId', 'system']

/** A copy of the person that a hook names; undefined if it isn't one. */
function authorIn(given: unknown): RunAuthor | undefined {
  if (!isPlain(given)) return undefined
  const isAuthor = Object.entries(given).every(
    ([name, id]) => AUTHOR_IDS.includes(name) && (id === undefined || typeof id === 'string'),
  )
  return isAuthor ? Object.freeze({ ...given }) : undefined
}

/** What a decision that doesn't approve means. */
function deniedBy(call: ResolvedCall, decision: unknown, decidedBy: RunAuthor | undefined): Asked {
  const { approved, reason, denied: denial = 'not_approved', approvalId } = fieldsOf(decision)
  if (approved !== false || !DENIALS.has(denial)) {
    const message = `Tool "${call.name}" was not approved: the approval hook returned neither { approved: true } nor { approved: false, reason }.`
    return deny(call, 'approval_failed', message)
  }
  const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '.'
  const more = { ...(typeof approvalId === 'string' && { approvalId }), ...(decidedBy !== undefined && { decidedBy }) }
  return deny(call, denial as Denial, `Tool "${call.name}" was not approved${why}`, more)
}

/** The call with other arguments, if the schema of its tool accepts them. */
async function withEdit(call: ResolvedCall, edited: unknown, decidedBy: RunAuthor | undefined): Promise<Asked> {
  const checked = await editedCall(call, edited)
  if (!('issues' in checked)) return { edited: checked, decidedBy }
  const message = `Tool "${call.name}" was not called: the edited arguments do not match its schema (${issuesText(checked.issues)}).`
  return deny(call, 'edit_refused', message, decidedBy === undefined ? {} : { decidedBy })
}

function deny(
  call: ResolvedCall,
  reason: Denial,
  message: string,
  { cause, ...more }: Pick<DeniedCall, 'approvalId' | 'decidedBy'> & { readonly cause?: unknown } = {},
): Asked {
  const facts = { ...notStarted(call), ...more }
  return { refused: denied(facts, reason, cleanText(call.tool, message, call.arguments), cause) }
}

function fieldsOf(decision: unknown): Readonly<Partial<Record<keyof Extract<ApprovalDecision, object>, unknown>>> {
  return typeof decision === 'object' && decision !== null ? decision : { approved: decision }
}
