import { textOf } from '@stageflow/core/kit'

import { mayUse } from '../define-tool.ts'
import type { ResolvedCall } from '../parsed-call.ts'
import { cleanText } from '../redact.ts'
import type { ApprovalDecision, Approve, DeniedCall } from '../result-types.ts'
import { denied, notStarted } from './report.ts'
import { Stop, type Stops } from './caller.ts'

/** Why the execution mode may not use the tool; undefined if it may. */
export function refusedMode(call: ResolvedCall, executionMode: string | undefined): DeniedCall | undefined {
  if (mayUse(call.tool, executionMode)) return undefined
  const mode =
    executionMode === undefined ? 'without an execution mode' : `in the execution mode "${executionMode.slice(0, 80)}"`
  const message = `Tool "${call.name}" may not be used ${mode}; it may in: ${call.tool.executionModes?.join(', ')}.`
  return denied(notStarted(call), 'execution_mode_not_allowed', message)
}

/** Why the call may not be made; undefined if it may. Only `true` and `{ approved: true }` approve. */
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
    const { approved, reason } = fieldsOf(decision as ApprovalDecision)
    if (approved === true) return undefined
    if (approved !== false)
      return deny(
        'approval_failed',
        `Tool "${call.name}" was not approved: the approval hook returned neither { approved: true } nor { approved: false, reason }.`,
      )
    const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '.'
    return deny('not_approved', `Tool "${call.name}" was not approved${why}`)
  } catch (error) {
    const message = `Tool "${call.name}" was not approved: the approval hook failed (${textOf(error)}).`
    return deny('approval_failed', message, error)
  }
}

function fieldsOf(decision: ApprovalDecision): { readonly approved?: unknown; readonly reason?: unknown } {
  return typeof decision === 'object' && decision !== null ? decision : { approved: decision }
}
