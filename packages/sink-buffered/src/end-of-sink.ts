import { reportError } from '@stageflow/core/kit'
import { StageflowError } from '@stageflow/core'
import type { Clock, EventSink } from '@stageflow/core'
import { endWithin } from '@stageflow/core/kit'
import type { EndReport, WaitOptions } from '@stageflow/core/kit'
import { errorFacts } from './error-facts.ts'

/** Calls `flush` of a sink. Rejects with `sink-buffered/downstream`. */
export async function flushOf(sink: EventSink, called = 'the sink behind'): Promise<void> {
  try {
    await sink.flush?.()
  } catch (cause) {
    throw failed('flush', called, cause)
  }
}

/** Calls `close` of a sink, and returns what it resolved with. Rejects with `sink-buffered/downstream`. */
async function closeOf(sink: EventSink, called: string, wait: WaitOptions): Promise<unknown> {
  try {
    // A sink without close() may still have something to write.
    return await (sink.close === undefined ? sink.flush?.() : sink.close(wait))
  } catch (cause) {
    throw failed('close', called, cause)
  }
}

/** Closes the sink behind a buffer. Rejects for the error in the report of a buffer, a filter or a fan-out too. */
export async function closeBehind(sink: EventSink, wait: WaitOptions): Promise<void> {
  const error = reportError(await closeOf(sink, 'the sink behind', wait))
  if (error !== undefined) throw failed('close', 'the sink behind', error)
}

function failed(method: string, called: string, cause: unknown): StageflowError {
  const { message } = errorFacts(cause)
  return new StageflowError('sink-buffered/downstream', `${method}() of ${called} failed: ${message}`, { cause })
}

/** Flushes or closes a sink within a limit, and passes the limit on to its `close`. Doesn't reject. */
export function endOf(
  sink: EventSink,
  method: 'flush' | 'close',
  called: string,
  limit: WaitOptions & { readonly clock: Clock },
): Promise<EndReport> {
  const late = (timeoutMs: number): Error =>
    new StageflowError(
      'sink-buffered/downstream',
      `${method}() of ${called} took longer than ${timeoutMs} ms. Raise timeoutMs, or find out why the sink is slow.`,
    )
  const end = (wait: WaitOptions): unknown => (method === 'flush' ? flushOf(sink, called) : closeOf(sink, called, wait))
  return endWithin(end, { ...limit, late })
}
