import { mayUse } from './behaviors.ts'
import type { ResolvedCall } from './call-types.ts'
import { textOf } from './error-text.ts'
import { cleanText } from './redact.ts'
import type { ApprovalDecision, Approve, DeniedCall } from './result-types.ts'
import { denied, notStarted } from './tool-executor-report.ts'
import { Stop, type Stops } from './tool-executor-stops.ts'

/** Why the execution mode may not use the tool; undefined where it may. */
export function refusedBehavior(call: ResolvedCall, behavior: string | undefined): DeniedCall | undefined {
  if (mayUse(call.tool, behavior)) return undefined
  const mode = behavior === undefined ? 'without an execution mode' : `in the execution mode "${behavior.slice(0, 80)}"`
  const message = `Tool "${call.name}" may not be used ${mode}; it may in: ${call.tool.behaviors?.join(', ')}.`
  return denied(notStarted(call), 'behavior_not_allowed', message)
}

/** Why the call may not be made; undefined where it may. Only a decision that says so is an approval. */
export async function refusedApproval(
  call: ResolvedCall,
  approve: Approve,
  stops: Stops,
): Promise<DeniedCall | Stop | undefined> {
  const deny = (reason: DeniedCall['reason'], message: string, cause?: unknown): DeniedCall =>
    denied(notStarted(call), reason, cleanText(call.tool, message, call.input), cause)
  try {
    const decision: unknown = await stops.race((async () => approve(call, { signal: stops.signal }))())
    if (decision instanceof Stop) return decision
    const { approved, reason } = read(decision as ApprovalDecision)
    if (approved === true) return undefined
    if (approved !== false)
      return deny(
        'approval_failed',
        `Tool "${call.name}" was not approved: the approval hook answered what is no decision; it has to answer { approved: true } or { approved: false, reason }.`,
      )
    const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '.'
    return deny('not_approved', `Tool "${call.name}" was not approved${why}`)
  } catch (error) {
    const message = `Tool "${call.name}" was not approved: the approval hook failed (${textOf(error)}).`
    return deny('approval_failed', message, error)
  }
}

function read(decision: ApprovalDecision): { readonly approved?: unknown; readonly reason?: unknown } {
  return typeof decision === 'object' && decision !== null ? decision : { approved: decision }
}
