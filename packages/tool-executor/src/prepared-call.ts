import { StageflowError } from '@stageflow/core'
import { isThenable, textOf } from '@stageflow/core/kit'
import type { ExecutedCall, ResolvedCall } from '@stageflow/tools'
import { freshCall, issuesText, type Refusal } from '@stageflow/tools/kit'

import { failed, notStarted, type ShownCall, stopped } from './results.ts'
import { failureFor } from './settled.ts'
import { Stop, type Stops } from './stops.ts'

/**
 * The call to make, with an input that only the executor holds, or the result of a call whose schema doesn't accept its arguments any
 * more. Synchronous if the schema is. Never throws or rejects.
 */
export function preparedCall(
  given: ResolvedCall,
  stops: Stops,
): ResolvedCall | ExecutedCall | Promise<ResolvedCall | ExecutedCall> {
  const shown = uncheckedCall(given)
  const refused = (why: string, cause?: unknown): ExecutedCall =>
    failed(shown, notStarted(given), failureFor(inputRefused(given, why, cause)))
  const prepared = (checked: ResolvedCall | Refusal | Stop): ResolvedCall | ExecutedCall => {
    if (checked instanceof Stop) return stopped(shown, notStarted(given), checked)
    return 'issues' in checked ? refused(`refuses them now (${issuesText(checked.issues)})`) : checked
  }
  const threw = (error: unknown): ExecutedCall => refused(`failed now (${textOf(error)})`, error)
  if (stops.stop !== undefined) return prepared(stops.stop)
  try {
    const checked = freshCall(given)
    return isThenable(checked) ? stops.race(checked).then(prepared, threw) : prepared(checked)
  } catch (error) {
    return threw(error)
  }
}

/** What is shown of a call that isn't made: its arguments, because others may have changed its input. */
export function uncheckedCall({ callId, name, index, tool, arguments: input }: ResolvedCall): ShownCall {
  return { callId, name, index, tool, input }
}

function inputRefused({ name }: ResolvedCall, why: string, cause: unknown): StageflowError {
  const text = `Tool "${name}" was not called: its input schema accepted the arguments when the call was resolved, and ${why}. Call it again with other arguments, or let the schema depend on the arguments alone.`
  return new StageflowError('tool-executor/input-refused', text, { cause })
}
