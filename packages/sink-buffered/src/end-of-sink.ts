import { StageflowError } from '@stageflow/core'
import type { Clock, EventSink } from '@stageflow/core'
import { read, withinLimit } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'
import { errorFacts } from './error-facts.ts'

/** How long `close()` waits if nothing else is given, in ms. */
export const CLOSE_TIMEOUT_MS = 5_000

/** How a sink ended. */
export interface EndReport {
  /** What its `close()` failed with, or the error in its report; undefined if it closed in time. */
  readonly error: unknown
  /** What its own `close()` resolved with, such as the report of a buffer. */
  readonly report: unknown
}

/** Calls `flush` or `close` of a sink, if it has one, and returns what that returned. Rejects with `sink-buffered/downstream`. */
export async function endOf(sink: EventSink, method: 'flush' | 'close', called = 'the sink behind'): Promise<unknown> {
  try {
    // A sink without close() may still have something to write.
    return await (method === 'close' && sink.close === undefined ? sink.flush?.() : sink[method]?.())
  } catch (cause) {
    throw failed(method, called, cause)
  }
}

/** Like `endOf` with `close`, but also rejects for the error in the report of a buffer, a filter or a fan-out. */
export async function closeOf(sink: EventSink): Promise<void> {
  const error = errorIn(await endOf(sink, 'close'))
  if (error !== undefined) throw failed('close', 'the sink behind', error)
}

/** The error in what the `close` of a sink resolved with. A fan-out has a report for each of its sinks. */
function errorIn(report: unknown): unknown {
  if (typeof report !== 'object' || report === null) return undefined
  const errors = [report, ...Object.values(report)].map((each) => read(each, 'error'))
  return errors.find((error) => error !== undefined)
}

function failed(method: string, called: string, cause: unknown): StageflowError {
  const { message } = errorFacts(cause)
  return new StageflowError('sink-buffered/downstream', `${method}() of ${called} failed: ${message}`, { cause })
}

/** Like `endOf`, but within a limit, and without rejecting. */
export async function endWithin(
  sink: EventSink,
  method: 'flush' | 'close',
  called: string,
  { signal, timeoutMs = Infinity, clock }: WaitOptions & { readonly clock: Clock },
): Promise<EndReport> {
  const late = (): Error =>
    new StageflowError(
      'sink-buffered/downstream',
      `${method}() of ${called} took longer than ${timeoutMs} ms. Raise timeoutMs, or find out why the sink is slow.`,
    )
  let error: unknown
  const ended = withinLimit(endOf(sink, method, called), { clock, limitMs: timeoutMs, signal, late })
  const report = await ended.catch((reason: unknown) => {
    error = reason
  })
  return { error: error ?? errorIn(report), report }
}
