import { StageflowError } from '@stageflow/core'
import type { EventSink } from '@stageflow/core'
import { errorFacts } from './error-facts.ts'

/** Calls `flush` or `close` of a sink, where it has one. Whatever goes wrong is `sink-buffered/downstream`. */
export async function endOf(sink: EventSink, method: 'flush' | 'close', called = 'the sink behind'): Promise<void> {
  try {
    // A sink that has nothing to close may yet have something to write.
    await (method === 'close' && sink.close === undefined ? sink.flush?.() : sink[method]?.())
  } catch (cause) {
    throw new StageflowError(
      'sink-buffered/downstream',
      `${method}() of ${called} failed: ${errorFacts(cause).message}`,
      {
        cause,
      },
    )
  }
}
