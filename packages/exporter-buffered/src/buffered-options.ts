import { deliveryRetryPlan, deliveryRetryProblems, valueProblems } from '@stageflow/buffer'
import type { DeliveryRetry, DeliveryRetryPlan } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'
import {
  ANY,
  CLOCK,
  DELAY,
  TIME_LIMIT,
  cryptoRandom,
  functionLike,
  optionProblems,
  read,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { EXPORTER } from './exporter.ts'

/** The argument of `onOverflow`. */
export interface Overflow {
  /** Events that are not delivered yet. */
  readonly size: number
  readonly maxBufferSize: number
  /** Events dropped since the start, because the buffer was full or closed. */
  readonly dropped: number
  readonly reason: 'near-capacity' | 'full'
}

/** A batch that won't be delivered. */
export interface DeadLetter {
  readonly events: readonly StageflowEvent[]
  readonly error: unknown
  /** How often it was tried. */
  readonly attempts: number
}

export interface BufferedExporterOptions {
  /** The largest batch. This many waiting events start an export. Default: 100. */
  readonly batchSize?: number
  /** Maximum time that an event waits for its batch to fill, in ms. Default: 10,000. */
  readonly flushIntervalMs?: number
  /** Maximum number of events in the buffer, those in flight included. When it is full, the oldest waiting event is dropped. Default: 10,000. */
  readonly maxBufferSize?: number
  /** The share of `maxBufferSize` at which `onOverflow` is called with `near-capacity`: above 0, at most 1. Default: 0.8. */
  readonly highWaterMark?: number
  /** Called when the buffer is nearly full, and when events are dropped. Default: none. */
  readonly onOverflow?: (overflow: Overflow) => unknown
  /** Called with each batch that is refused for good, and awaited for `attemptTimeoutMs`. Default: none. */
  readonly onDeadLetter?: (deadLetter: DeadLetter) => unknown
  /** How a batch is tried again. Default: without end, after 100 ms, 200 ms … 5 s. */
  readonly retry?: DeliveryRetry
  /** Maximum time per attempt, in ms. Then its signal aborts. Default: 30,000. */
  readonly attemptTimeoutMs?: number
  /** Default: the clock of the machine. */
  readonly clock?: Clock
  /** Returns numbers from 0 up to 1, for the delays. Default: `cryptoRandom`. */
  readonly random?: () => number
}

export interface Settings extends Required<Omit<BufferedExporterOptions, 'retry' | 'onOverflow' | 'onDeadLetter'>> {
  readonly retry: DeliveryRetryPlan
  readonly onOverflow: BufferedExporterOptions['onOverflow']
  readonly onDeadLetter: BufferedExporterOptions['onDeadLetter']
}

export const ILLEGAL_OPTION = 'exporter-buffered/illegal-option'
const RULES: OptionRules<BufferedExporterOptions> = {
  batchSize: whole(1),
  flushIntervalMs: DELAY,
  maxBufferSize: whole(1),
  highWaterMark: [
    (value) => typeof value === 'number' && value > 0 && value <= 1,
    'a share of the buffer, above 0 and at most 1',
  ],
  onOverflow: functionLike('({ size, dropped, reason }) => void'),
  onDeadLetter: functionLike('({ events, error, attempts }) => void'),
  retry: ANY,
  attemptTimeoutMs: TIME_LIMIT,
  clock: CLOCK,
  random: functionLike('() => number'),
}

/** The options with their defaults. Throws `exporter-buffered/illegal-option` with every problem. */
export function settingsOf(exporter: unknown, options: BufferedExporterOptions): Settings {
  const where = 'new BufferedExporter()'
  const problems = [...exporterProblems(exporter), ...optionProblems(options, RULES), ...deliveryRetryProblems(options)]
  refuseOptions(where, ILLEGAL_OPTION, problems)
  const { maxBufferSize = 10_000, flushIntervalMs = 10_000, highWaterMark = 0.8, attemptTimeoutMs = 30_000 } = options
  const { clock = systemClock, random = cryptoRandom, onOverflow, onDeadLetter } = options
  // A small buffer without a word about batches is legal.
  const { batchSize = Math.min(100, maxBufferSize) } = options
  if (batchSize > maxBufferSize)
    refuseOptions(where, ILLEGAL_OPTION, [
      `batchSize must be at most maxBufferSize (${maxBufferSize}), not ${batchSize}`,
    ])
  const retry = deliveryRetryPlan(options.retry, { forMs: Infinity, random })
  const buffer = { batchSize, flushIntervalMs, maxBufferSize, highWaterMark, attemptTimeoutMs }
  return { ...buffer, retry, clock, random, onOverflow, onDeadLetter }
}

function exporterProblems(exporter: unknown): readonly string[] {
  if (typeof read(exporter, 'export') === 'function' && typeof read(exporter, 'shutdown') === 'function')
    // Its `export` takes a callback and returns nothing, so no batch would ever count as failed.
    return [
      'the exporter is one of OpenTelemetry; wrap it with @stageflow/exporter-otlp: new OtlpExporter({ exporter })',
    ]
  return valueProblems('the exporter', exporter, EXPORTER)
}
