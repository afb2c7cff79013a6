import { systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'
import type { DeliveryPlan } from './delivery.ts'
import type { DropReason } from './drop-count.ts'
import { CLOCK, DELAY, FUNCTION, LIMIT, optionProblems, PLACES, problem, refuse, SINK, oneOf } from './option-rules.ts'

/** What becomes of an event for which there is no place. */
export type OverflowPolicy = 'block' | 'drop-oldest' | 'drop-newest' | 'sample'

export interface BufferedEventSinkOptions {
  /** How many events may wait. The last events of runs have as many places of their own, and so have, with `block`, events whose `emit` waits. Default: 1,000. */
  readonly capacity?: number
  /** What becomes of an event that comes when so many wait. Default: `block`: `emit` waits, `tryEmit` answers false. */
  readonly overflow?: OverflowPolicy
  /** How long one event is given to a failing sink again and again before it is dropped, in milliseconds. Default: 60,000. */
  readonly retryForMs?: number
  /** The first pause between two tries, in milliseconds; each further one is twice as long. Default: 100. */
  readonly retryBaseMs?: number
  /** The longest pause between two tries, in milliseconds. Default: 5,000. */
  readonly retryCapMs?: number
  /** How long the sink may take over one event before that try counts as failed, in milliseconds. Default: 30,000. */
  readonly deliveryTimeoutMs?: number
  /** How long `close()` tries to deliver what waits, in milliseconds. Default: 5,000. */
  readonly closeTimeoutMs?: number
  /** The least time between two `sink.dropped` events, in milliseconds. Default: 1,000. */
  readonly noticeIntervalMs?: number
  /** Is given every event that is dropped, such as to keep it elsewhere; what it emits into this buffer itself is only counted. */
  readonly onDrop?: (event: StageflowEvent, reason: DropReason) => unknown
  /** Default: the clock of the machine. */
  readonly clock?: Clock
  /** Numbers from 0 up to 1, for `sample` and the pauses. Default: the random numbers of the machine. */
  readonly random?: () => number
}

export interface BufferPlan extends DeliveryPlan {
  readonly capacity: number
  readonly overflow: OverflowPolicy
  readonly closeTimeoutMs: number
  readonly noticeIntervalMs: number
  readonly onDrop: ((event: StageflowEvent, reason: DropReason) => unknown) | undefined
}

const secureRandom = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32

const RULES = {
  capacity: PLACES,
  overflow: oneOf(['block', 'drop-oldest', 'drop-newest', 'sample']),
  retryForMs: LIMIT,
  retryBaseMs: DELAY,
  retryCapMs: DELAY,
  deliveryTimeoutMs: LIMIT,
  closeTimeoutMs: LIMIT,
  noticeIntervalMs: DELAY,
  onDrop: FUNCTION,
  clock: CLOCK,
  random: FUNCTION,
}

/** The options of a buffer with their defaults. Refuses what it cannot use, all of it at once. */
export function bufferPlan(downstream: unknown, options: BufferedEventSinkOptions): BufferPlan {
  refuse('new BufferedEventSink()', [
    ...problem('the sink behind it', downstream, SINK),
    ...optionProblems(options, RULES),
  ])
  const {
    capacity = 1_000,
    overflow = 'block',
    retryForMs = 60_000,
    retryBaseMs = 100,
    retryCapMs = 5_000,
    deliveryTimeoutMs = 30_000,
    closeTimeoutMs = 5_000,
    noticeIntervalMs = 1_000,
    onDrop,
    clock = systemClock,
    random = secureRandom,
  } = options
  return {
    capacity,
    overflow,
    retryForMs,
    retryBaseMs,
    retryCapMs,
    deliveryTimeoutMs,
    closeTimeoutMs,
    noticeIntervalMs,
    onDrop,
    clock,
    random,
  }
}
