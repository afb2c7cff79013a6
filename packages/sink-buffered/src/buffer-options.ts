import { deliveryRetryPlan, deliveryRetryProblems, valueProblems } from '@stageflow/buffer'
import type { BufferOverflow, DeliveryRetry, DeliveryRetryPlan, LossReason } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'
import {
  ANY,
  CLOCK,
  DELAY,
  SINK,
  TIME_LIMIT,
  cryptoRandom,
  functionLike,
  oneOf,
  optionProblems,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

export interface BufferedEventSinkOptions {
  /** Maximum number of events that wait. Last events of runs have as many places of their own, and so have, with `block`, events whose `emit` waits. Default: 1,000. */
  readonly maxWaiting?: number
  /** What happens to an event when the buffer is full. Default: `block`: `emit` waits, `tryEmit` returns false. */
  readonly overflow?: BufferOverflow
  /** How an event is tried again. Default: for 60 s, after 100 ms, 200 ms … 5 s. */
  readonly retry?: DeliveryRetry
  /** Maximum time per attempt, in ms. Default: 30,000. */
  readonly attemptTimeoutMs?: number
  /** Minimum time between two `sink.dropped` events, in ms. Default: 1,000. */
  readonly noticeIntervalMs?: number
  /** Called with each event that is dropped, to keep it elsewhere. Not called for events that it emits into this buffer itself. Default: none. */
  readonly onDrop?: (event: StageflowEvent, reason: LossReason) => unknown
  /** Default: the clock of the machine. */
  readonly clock?: Clock
  /** Returns numbers from 0 up to 1, for `sample` and the delays. Default: `cryptoRandom`. */
  readonly random?: () => number
}

export interface SinkPlan {
  readonly maxWaiting: number
  readonly overflow: BufferOverflow
  readonly retry: DeliveryRetryPlan
  readonly attemptTimeoutMs: number
  readonly noticeIntervalMs: number
  readonly onDrop: BufferedEventSinkOptions['onDrop']
  readonly clock: Clock
  readonly random: () => number
}

export const ILLEGAL_OPTION = 'sink-buffered/illegal-option'
const RETRY_FOR_MS = 60_000
const RULES: OptionRules<BufferedEventSinkOptions> = {
  maxWaiting: whole(1),
  overflow: oneOf('block', 'drop-oldest', 'drop-newest', 'sample'),
  retry: ANY,
  attemptTimeoutMs: TIME_LIMIT,
  noticeIntervalMs: DELAY,
  onDrop: functionLike('(event, reason) => void'),
  clock: CLOCK,
  random: functionLike('() => number'),
}

/** The options of a buffer with their defaults. Throws `sink-buffered/illegal-option` with every problem. */
export function sinkPlan(downstream: unknown, options: BufferedEventSinkOptions): SinkPlan {
  refuseOptions('new BufferedEventSink()', ILLEGAL_OPTION, [
    ...valueProblems('the sink behind it', downstream, SINK),
    ...optionProblems(options, RULES),
    ...deliveryRetryProblems(options),
  ])
  const { maxWaiting = 1_000, overflow = 'block', retry, attemptTimeoutMs = 30_000, noticeIntervalMs = 1_000 } = options
  const { onDrop, clock = systemClock, random = cryptoRandom } = options
  return {
    maxWaiting,
    overflow,
    retry: deliveryRetryPlan(retry, { forMs: RETRY_FOR_MS, random }),
    attemptTimeoutMs,
    noticeIntervalMs,
    onDrop,
    clock,
    random,
  }
}
