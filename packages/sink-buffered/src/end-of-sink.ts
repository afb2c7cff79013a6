import { StageflowError } from '@stageflow/core'
import type { EventSink } from '@stageflow/core'
import { errorFacts } from './error-facts.ts'

/** Calls `flush` or `close` of a sink, if it has one, and returns what that returned. Rejects with `sink-buffered/downstream`. */
export async function endOf(sink: EventSink, method: 'flush' | 'close', called = 'the sink behind'): Promise<unknown> {
  try {
    // A sink without close() may still have something to write.
    return await (method === 'close' && sink.close === undefined ? sink.flush?.() : sink[method]?.())
  } catch (cause) {
    const { message } = errorFacts(cause)
    throw new StageflowError('sink-buffered/downstream', `${method}() of ${called} failed: ${message}`, { cause })
  }
}
