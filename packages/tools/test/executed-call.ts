import type { ExecutedCall, ResolvedCall } from '../src/index.ts'
import { failureIn } from '../src/kit.ts'

/** The result of a call whose handler is synchronous, as an executor makes it. */
export function executedCall({ callId, name, index, tool, input }: ResolvedCall): ExecutedCall {
  const facts = { callId, name, index, durationMs: 0, attempts: 1, partials: [], partialsDropped: 0, undoable: false }
  const output: unknown = tool.execute(input, {} as never)
  const error = failureIn(output)
  return error === undefined
    ? { ...facts, status: 'completed', output }
    : { ...facts, status: 'failed', error, cause: output }
}
