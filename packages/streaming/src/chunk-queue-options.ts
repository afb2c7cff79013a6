import { type Clock, systemClock } from '@stageflow/core'

import { WATER_MARK_RULES, waterMarkProblems } from './backpressure-monitor.ts'
import { FUNCTION, problemsOf, refuseOptions, type Rule, type Rules } from './option-rules.ts'
import { OVERFLOW, type OverflowPolicy } from './overflow-policy.ts'
import type { StreamEventEmitter } from './stream-emitter.ts'

/** How one reader is served. */
export interface ChunkReaderOptions<T> {
  /** Told in events as `reader`. Default: none. */
  readonly name?: string
  /** How many items it may be behind. Default: that of the queue. */
  readonly maxSize?: number
  /** What happens when it is that far behind. Default: that of the queue. */
  readonly overflow?: OverflowPolicy<T>
}

export interface ChunkQueueOptions<T> {
  /** How many items it holds; of a broadcast: for each reader. Default: 100. */
  readonly maxSize?: number
  /** What happens when it is full. Default: `block`. */
  readonly overflow?: OverflowPolicy<T>
  /** `work-queue`: each item goes to one of those who get. `broadcast`: to each reader. Default: `work-queue`. */
  readonly mode?: 'work-queue' | 'broadcast'
  /** Per cent of `maxSize` from which `stream.throttle_started` is told. Default: 80. */
  readonly highWaterMark?: number
  /** Per cent of `maxSize` at which `stream.throttle_ended` is told. Default: 20. */
  readonly lowWaterMark?: number
  /** Told in events as `queue`. Default: none. */
  readonly name?: string
  /** Where events go, such as `context.tryEmitEvent`. Default: nowhere, and then none is made. */
  readonly eventEmitter?: StreamEventEmitter
  /** For `timeoutMs` and for how long puts were blocked. Default: the clock of the machine. */
  readonly clock?: Clock
}

export type QueueSettings<T> = Required<Omit<ChunkQueueOptions<T>, 'name' | 'eventEmitter'>> &
  Pick<ChunkQueueOptions<T>, 'name' | 'eventEmitter'>

const MOST_ITEMS = 2 ** 24
const NAME: Rule = [
  (value) => typeof value === 'string' && value.length >= 1 && value.length <= 200,
  'a text of 1 to 200 characters',
]
const CLOCK: Rule = [
  (value) => typeof value === 'object' && value !== null && 'now' in value && 'setTimeout' in value,
  'a clock, with now() and setTimeout()',
]
const READER_RULES: Rules = {
  name: NAME,
  maxSize: [
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_ITEMS,
    `a whole number from 1 to ${MOST_ITEMS}`,
  ],
  overflow: OVERFLOW,
}
export const QUEUE_RULES: Rules = {
  ...READER_RULES,
  mode: [(value) => value === 'work-queue' || value === 'broadcast', "'work-queue' or 'broadcast'"],
  ...WATER_MARK_RULES,
  eventEmitter: FUNCTION,
  clock: CLOCK,
}

/** The options with their defaults; throws `streaming/illegal-option`. */
export function queueSettings<T>(what: string, options: ChunkQueueOptions<T>): QueueSettings<T> {
  const problems = problemsOf(options, QUEUE_RULES)
  refuseOptions(what, problems.length > 0 ? problems : waterMarkProblems(options))
  const { name, eventEmitter } = options
  const { maxSize = 100, overflow = 'block', mode = 'work-queue', clock = systemClock } = options
  const { highWaterMark = 80, lowWaterMark = 20 } = options
  return {
    ...{ maxSize, overflow, mode, highWaterMark, lowWaterMark, clock },
    ...(name === undefined ? undefined : { name }),
    ...(eventEmitter === undefined ? undefined : { eventEmitter }),
  }
}

export function checkReaderOptions(options: unknown): void {
  refuseOptions('reader()', problemsOf(options, READER_RULES))
}
