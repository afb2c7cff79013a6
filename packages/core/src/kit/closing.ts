import type { Clock } from '../base/clock.ts'
import type { WaitOptions } from '../contract/events.ts'
import { read } from '../base/foreign.ts'
import { withinLimit } from './within-limit.ts'

/** How long `close()` of a sink or an exporter waits if nothing else is given, in ms. */
export const CLOSE_TIMEOUT_MS = 5_000

/** How a sink or an exporter ended. */
export interface EndReport {
  /** What its `close()` failed with, or the error in its report; undefined if it closed in time. */
  readonly error: unknown
  /** What its own `close()` resolved with, such as the report of a buffer. */
  readonly report: unknown
}

export interface EndLimit extends WaitOptions {
  readonly clock: Pick<Clock, 'setTimeout'>
  /** Makes the error for a limit that has passed. */
  readonly late: (timeoutMs: number) => unknown
}

/**
 * Ends what is behind: calls `end` with the limit, so that it can keep the limit too, and waits no longer. Doesn't reject.
 * `timeoutMs` is Infinity by default.
 */
export async function endWithin(
  end: (wait: WaitOptions) => unknown,
  { clock, signal, timeoutMs = Infinity, late }: EndLimit,
): Promise<EndReport> {
  // Its timer is set before that of withinLimit. If both are due at once, its report comes first.
  const ended = (async () => end(signal === undefined ? { timeoutMs } : { timeoutMs, signal }))()
  return withinLimit(ended, { clock, limitMs: timeoutMs, signal, late: () => late(timeoutMs) }).then(
    (report) => Object.freeze({ error: reportError(report), report }),
    (error: unknown) => Object.freeze({ error, report: undefined }),
  )
}

/** The error in what a `close()` resolved with. A fan-out has a report for each sink or exporter. */
export function reportError(report: unknown): unknown {
  if (typeof report !== 'object' || report === null) return undefined
  const errors = [report, ...Object.values(report)].map((each) => read(each, 'error'))
  return errors.find((error) => error !== undefined)
}
