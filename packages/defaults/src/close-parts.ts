import { StageflowError } from '@stageflow/core'
import type { Clock, EventSink, WaitOptions } from '@stageflow/core'
import { MILLISECONDS, checkOptions, withinLimit } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { Logger } from 'pino'

export interface CloseOptions {
  /** Maximum time for all parts together, in ms. Default: 5,000. */
  readonly timeoutMs?: number
}

type PartName = 'eventSink' | 'logger'

/** A part that could not write everything. */
export interface LostPart {
  readonly part: PartName
  /** Why: the error of the part, or `defaults/timed-out`. */
  readonly error: unknown
}

/** What `close` could do. */
export interface CloseReport {
  /** The parts that have written everything, in the order in which they were flushed. */
  readonly delivered: readonly PartName[]
  readonly lost: readonly LostPart[]
}

interface Parts {
  readonly eventSink: EventSink | undefined
  readonly logger: Logger
  readonly clock: Clock
}

const RULES: OptionRules<CloseOptions> = { timeoutMs: MILLISECONDS }

/** Flushes the sink, and then the logger, because the sink may write to it. Resolves in time, whatever they do. */
export async function closeParts(
  { eventSink, logger, clock }: Parts,
  options: CloseOptions = {},
): Promise<CloseReport> {
  checkOptions('app.close()', 'defaults/illegal-option', options, RULES)
  const { timeoutMs = 5_000 } = options
  const until = clock.now() + timeoutMs
  const delivered: PartName[] = []
  const lost: LostPart[] = []
  const flush = async (part: PartName, work: (wait: WaitOptions) => Promise<void> | undefined): Promise<void> => {
    const limitMs = Math.max(0, until - clock.now())
    const late = (): Error =>
      new StageflowError('defaults/timed-out', `app.close(): ${part} did not write everything within ${timeoutMs} ms.`)
    try {
      await withinLimit((async () => work({ timeoutMs: limitMs }))(), { clock, limitMs, late })
      delivered.push(part)
    } catch (error) {
      lost.push({ part, error })
    }
  }
  if (eventSink !== undefined) await flush('eventSink', (wait) => eventSink.flush?.(wait))
  await flush('logger', () => flushed(logger))
  return Object.freeze({ delivered: Object.freeze(delivered), lost: Object.freeze(lost) })
}

function flushed(logger: Logger): Promise<void> {
  return new Promise((resolve, reject) => {
    logger.flush((error) => (error ? reject(error) : resolve()))
  })
}
