import { textOf } from '@stageflow/core/kit'

import { mayUse } from '../define-tool.ts'
import { resolvedCall, type ResolvedCall } from '../parsed-call.ts'
import { frozenInput } from '../plain-copy.ts'
import { cleanText } from '../redact.ts'
import type { ApprovalDecision, Approve, DeniedCall, Denial } from '../result-types.ts'
import { validate } from '../schema.ts'
import { type Caller, Stop, type Stops } from './caller.ts'
import { denied, notStarted } from './report.ts'

/** Why the execution mode may not use the tool; undefined if it may. */
export function refusedMode(call: ResolvedCall, executionMode: string | undefined): DeniedCall | undefined {
  if (mayUse(call.tool, executionMode)) return undefined
  const mode =
    executionMode === undefined ? 'without an execution mode' : `in the execution mode "${executionMode.slice(0, 80)}"`
  const message = `Tool "${call.name}" may not be used ${mode}; it may in: ${call.tool.executionModes?.join(', ')}.`
  return denied(notStarted(call), 'execution_mode_not_allowed', message)
}

/** A call that may be made, perhaps with edited arguments; or why not. */
export type Asked =
  | { readonly call: ResolvedCall; readonly isEdited: boolean }
  | { readonly refused: DeniedCall | Stop }

/** Asks the hook. Only `true` and `{ approved: true }` approve. Never rejects. */
export async function askApproval(call: ResolvedCall, approve: Approve, caller: Caller, stops: Stops): Promise<Asked> {
  const deny = (reason: DeniedCall['reason'], message: string, more: Denied = {}): Asked => ({
    refused: denied(
      { ...notStarted(call), ...(more.approvalId !== undefined && { approvalId: more.approvalId }) },
      reason,
      cleanText(call.tool, message, call.input),
      more.cause,
    ),
  })
  try {
    const { clock, ids, emit } = caller
    const context = Object.freeze({ signal: stops.signal, clock, ids, emit })
    const decision: unknown = await stops.race((async () => approve(call, context))())
    if (decision instanceof Stop) return { refused: decision }
    const { approved, reason, arguments: edited, denied: code, approvalId } = fieldsOf(decision)
    if (approved === true)
      return edited === undefined ? { call, isEdited: false } : await editedCall(call, edited, stops, deny)
    if (approved !== false || !(code === undefined || DENIALS.has(code)))
      return deny(
        'approval_failed',
        `Tool "${call.name}" was not approved: the approval hook returned neither { approved: true } nor { approved: false, reason }.`,
      )
    const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '.'
    const more = typeof approvalId === 'string' ? { approvalId } : {}
    return deny((code ?? 'not_approved') as Denial, `Tool "${call.name}" was not approved${why}`, more)
  } catch (error) {
    const message = `Tool "${call.name}" was not approved: the approval hook failed (${textOf(error)}).`
    return deny('approval_failed', message, { cause: error })
  }
}

interface Denied {
  readonly approvalId?: string
  readonly cause?: unknown
}

const DENIALS: ReadonlySet<unknown> = new Set<Denial>([
  'not_approved',
  'approval_failed',
  'approval_pending',
  'approval_expired',
  'approval_cancelled',
  'approval_used',
  'edit_refused',
])

/** The call with other arguments, if the schema of its tool accepts them. */
async function editedCall(
  call: ResolvedCall,
  edited: unknown,
  stops: Stops,
  deny: (reason: DeniedCall['reason'], message: string) => Asked,
): Promise<Asked> {
  const { callId, name, index, shape, tool } = call
  const validation = await stops.race((async () => validate(tool.input, edited))())
  if (validation instanceof Stop) return { refused: validation }
  if ('issues' in validation) {
    const issues = validation.issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    return deny(
      'edit_refused',
      `Tool "${name}" was not called: the edited arguments do not match its schema (${issues.join('; ')}).`,
    )
  }
  // A copy: a hook may keep and change the arguments that it returned.
  const given = frozenInput(edited)
  const input = frozenInput(validation.value)
  return { call: resolvedCall({ callId, name, index, shape, tool, arguments: given, input }), isEdited: true }
}

function fieldsOf(decision: unknown): Readonly<Partial<Record<keyof Extract<ApprovalDecision, object>, unknown>>> {
  return typeof decision === 'object' && decision !== null ? decision : { approved: decision }
}
