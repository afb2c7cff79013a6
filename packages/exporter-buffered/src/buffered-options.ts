import { systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'

import { isExporter, mayRetry } from './exporter.ts'
import { abortSignal, callable, checkOptions, duration, limit, printed, whole } from './option-rules.ts'
import type { Rules } from './option-rules.ts'

/** What `onOverflow` is told. */
export interface Overflow {
  /** How many events are not written yet. */
  readonly size: number
  readonly capacity: number
  /** How many were lost since the start: because there was no room, or because `close()` had begun. */
  readonly dropped: number
  readonly reason: 'near-capacity' | 'full'
}

/** A batch that will not be written. */
export interface DeadLetter {
  readonly events: readonly StageflowEvent[]
  readonly error: unknown
  /** How often it was tried. */
  readonly attempts: number
}

export interface BufferedExporterOptions {
  /** The most events of one export; this many waiting start one. Default: 100. */
  readonly batchSize?: number
  /** How long an event waits at most for its batch to fill, in milliseconds. Default: 10,000. */
  readonly flushIntervalMs?: number
  /** The most events that are kept until they are written, those under way included. Default: 10,000. */
  readonly maxBufferSize?: number
  /** The share of `maxBufferSize` at which `onOverflow` hears of `near-capacity`; above 0, at most 1. Default: 0.8. */
  readonly highWaterMark?: number
  /** Told when the buffer is nearly full, and of events that were dropped. Default: nobody is told. */
  readonly onOverflow?: (overflow: Overflow) => unknown
  /** Given each batch that was refused for good; what it answers is awaited, for `exportTimeoutMs`. Default: counted only. */
  readonly onDeadLetter?: (deadLetter: DeadLetter) => unknown
  /** How long one export may take, in milliseconds, before it is aborted and tried again. Default: 30,000. */
  readonly exportTimeoutMs?: number
  /** The pause after the first failure, in milliseconds; it doubles with each, and half of it is left to chance. Default: 100. */
  readonly retryBaseMs?: number
  /** The longest such pause. Default: 5,000. */
  readonly retryCapMs?: number
  /** How often a batch is tried before it is refused for good. Default: Infinity. */
  readonly maxAttempts?: number
  /** Whether a failed batch may be tried again. Default: unless the error has `retryable: false`. */
  readonly isRetryable?: (error: unknown) => boolean
  /** How long `close()` tries to write what is left, in milliseconds. Default: 5,000. */
  readonly closeTimeoutMs?: number
  /** Default: the clock of the machine. */
  readonly clock?: Clock
  /** Numbers from 0 up to 1, for the pauses. Default: those of `crypto`. */
  readonly random?: () => number
}

/** Limits of one call. */
export interface WaitOptions {
  readonly signal?: AbortSignal
  /** In milliseconds. Default: 30,000 for `flush`, `closeTimeoutMs` for `close`. */
  readonly timeoutMs?: number
}

type Optional = 'onOverflow' | 'onDeadLetter'
export type Settings = Required<Omit<BufferedExporterOptions, Optional>> & Pick<BufferedExporterOptions, Optional>

const DEFAULTS: Settings = {
  batchSize: 100,
  flushIntervalMs: 10_000,
  maxBufferSize: 10_000,
  highWaterMark: 0.8,
  exportTimeoutMs: 30_000,
  retryBaseMs: 100,
  retryCapMs: 5_000,
  maxAttempts: Infinity,
  isRetryable: mayRetry,
  closeTimeoutMs: 5_000,
  clock: systemClock,
  random: () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32,
}

const RULES: Rules = {
  batchSize: whole(1),
  flushIntervalMs: duration,
  maxBufferSize: whole(1),
  highWaterMark: [
    (value) => typeof value === 'number' && value > 0 && value <= 1,
    'a share of the buffer, above 0 and at most 1',
  ],
  onOverflow: callable,
  onDeadLetter: callable,
  exportTimeoutMs: limit,
  retryBaseMs: duration,
  retryCapMs: duration,
  maxAttempts: [
    (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1),
    'a whole number, at least 1, or Infinity',
  ],
  isRetryable: callable,
  closeTimeoutMs: limit,
  clock: [isClock, 'a clock, with now(), sleep() and setTimeout()'],
  random: callable,
}

const WAIT_RULES: Rules = { signal: abortSignal, timeoutMs: limit }

/** The options over the defaults, checked. */
export function settingsOf(exporter: unknown, options: unknown): Settings {
  const what = 'new BufferedExporter()'
  const problems = isOpenTelemetry(exporter)
    ? ['the exporter is one of OpenTelemetry; pass it through @stageflow/exporter-otlp: new OtlpExporter({ exporter })']
    : isExporter(exporter)
      ? []
      : [`the exporter is ${printed(exporter)}; pass an object with export(events)`]
  checkOptions(what, options, RULES, problems)
  const given = Object.entries(options as object).filter(([, value]) => value !== undefined)
  const settings: Settings = { ...DEFAULTS, ...Object.fromEntries(given) }
  const { batchSize, maxBufferSize } = settings
  if (batchSize <= maxBufferSize) return settings
  // A small buffer without a word about batches is legal.
  if ((options as BufferedExporterOptions).batchSize === undefined) return { ...settings, batchSize: maxBufferSize }
  const problem = `batchSize is ${batchSize}, more than the ${maxBufferSize} of maxBufferSize; pass no more than fit`
  return checkOptions(what, {}, RULES, [problem]) as never
}

export function checkWait(what: string, options: unknown): void {
  checkOptions(what, options, WAIT_RULES)
}

/** Its `export` takes a callback and answers nothing: it would be tried again for ever. */
function isOpenTelemetry(exporter: unknown): boolean {
  const { export: takes, shutdown } = (exporter ?? {}) as Readonly<Record<string, unknown>>
  return typeof takes === 'function' && typeof shutdown === 'function'
}

function isClock(value: unknown): boolean {
  const { now, sleep, setTimeout: timer } = (value ?? {}) as Partial<Clock>
  return [now, sleep, timer].every((each) => typeof each === 'function')
}
