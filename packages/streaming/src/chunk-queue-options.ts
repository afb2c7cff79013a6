import { type Clock, systemClock } from '@stageflow/core'
import {
  checkOptions,
  functionLike,
  objectWith,
  oneOf,
  optionProblems,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './argument-errors.ts'
import { WATER_MARK_RULES, waterMarkProblems } from './backpressure-monitor.ts'
import { OVERFLOW, type OverflowPolicy } from './overflow-policy.ts'
import type { StreamEventEmitter } from './stream-emitter.ts'

/** The options of one reader of a broadcast. */
export interface ChunkReaderOptions<T> {
  /** Its name in events, as `reader`. Default: none. */
  readonly name?: string
  /** Maximum number of items that it may be behind. Default: that of the queue. */
  readonly maxSize?: number
  /** What happens if it is further behind. Default: that of the queue. */
  readonly overflow?: OverflowPolicy<T>
}

export interface ChunkQueueOptions<T> {
  /** Maximum number of queued items; in a broadcast, for each reader. Default: 100. */
  readonly maxSize?: number
  /** What happens to an item when the queue is full. Default: `block`. */
  readonly overflow?: OverflowPolicy<T>
  /** `work-queue`: each item goes to one reader. `broadcast`: each item goes to every reader. Default: `work-queue`. */
  readonly mode?: 'work-queue' | 'broadcast'
  /** The percentage of `maxSize` at which `stream.throttle_started` is emitted. Default: 80. */
  readonly highWaterMark?: number
  /** The percentage of `maxSize` at which `stream.throttle_ended` is emitted. Default: 20. */
  readonly lowWaterMark?: number
  /** Its name in events, as `queue`. Default: none. */
  readonly name?: string
  /** Receives events, such as `context.tryEmitEvent`. Default: none, and then no event is made. */
  readonly eventEmitter?: StreamEventEmitter
  /** For `timeoutMs`, and to measure how long puts were blocked. Default: the clock of the machine. */
  readonly clock?: Clock
}

export type QueueSettings<T> = Required<Omit<ChunkQueueOptions<T>, 'name' | 'eventEmitter'>> &
  Pick<ChunkQueueOptions<T>, 'name' | 'eventEmitter'>

const MOST_ITEMS = 2 ** 24
const NAME: OptionRule = [
  (value) => typeof value === 'string' && value.length >= 1 && value.length <= 200,
  'a string of 1 to 200 characters',
]
const READER_RULES: OptionRules<ChunkReaderOptions<unknown>> = {
  name: NAME,
  maxSize: whole(1, MOST_ITEMS),
  overflow: OVERFLOW,
}
export const QUEUE_RULES: OptionRules<ChunkQueueOptions<unknown>> = {
  ...READER_RULES,
  mode: oneOf('work-queue', 'broadcast'),
  ...WATER_MARK_RULES,
  eventEmitter: functionLike('(type, data) => void'),
  clock: objectWith('a clock', 'now', 'setTimeout'),
}

/** The options with their defaults. Throws `streaming/illegal-option`. */
export function queueSettings<T>(what: string, options: ChunkQueueOptions<T>): QueueSettings<T> {
  const problems = optionProblems(options, QUEUE_RULES)
  refuseOptions(what, ILLEGAL_OPTION, problems.length > 0 ? problems : waterMarkProblems(options))
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
  checkOptions('reader()', ILLEGAL_OPTION, options, READER_RULES)
}
