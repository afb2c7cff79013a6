import type { StageflowEvent } from '@stageflow/core'
import type { Downstream } from './downstream.ts'
import type { DeliveryPlan } from './retried-delivery.ts'

/** What happens to an event for which there is no place. */
export type BufferOverflow = 'block' | 'drop-oldest' | 'drop-newest' | 'sample'

/**
 * Why an event was lost. `full`: there was no place for it. `failed`: it was refused for good, or its attempts were used up.
 * `closed`: it came after `close()`, or was left when the time of `close()` was up.
 */
export type LossReason = 'full' | 'failed' | 'closed'

export interface EventBufferPlan extends DeliveryPlan<readonly StageflowEvent[]> {
  readonly maxEntries: number
  /** Places beside `maxEntries`: for events in flight, for last events of runs, for events whose `emit` waits. */
  readonly extraPlaces: { readonly inFlight: number; readonly last: number; readonly waiting: number }
  readonly overflow: BufferOverflow
  /** The largest batch. This many waiting events start a delivery. */
  readonly batchSize: number
  /** How long an event waits for its batch to fill, in ms. */
  readonly flushIntervalMs: number
  /** Whether deliveries start only after the code that emits has returned. */
  readonly isDeferred: boolean
  /** Returns numbers from 0 up to 1, for `sample`. */
  readonly random: () => number
  /** What is behind the buffer. `flush()` and `close()` reach it too. */
  readonly downstream: Downstream
  /** Makes the error of a `flush()` that took too long. */
  readonly lateFlush: (stats: BufferStats, timeoutMs: number) => Error
  /** Makes the error in the report of a `close()` that took too long. */
  readonly lateClose: (stats: BufferStats, timeoutMs: number) => Error
}

/** What the owner of a buffer adds. */
export interface EventBufferListener {
  /** An event was lost and counted. The buffer is in the middle of a change: only take note of it. */
  noteLoss?(event: StageflowEvent, reason: LossReason): void
  /** The same once the buffer can be used again, so that functions of the app can be called. */
  reportLoss?(event: StageflowEvent, reason: LossReason): void
  /** An event was added. `size`: that of the buffer now. */
  added?(size: number): void
  /** A batch is refused for good. The next one waits for the promise, which must not reject. */
  refused?(events: readonly StageflowEvent[], error: unknown, attempts: number): Promise<void> | undefined
  /** A batch was delivered or lost. `size`: that of the buffer now. */
  left?(size: number): void
  /** Nothing waits. A notice may be added. */
  idle?(): void
  /** The buffer is closed, and every event was delivered or lost. */
  ended?(): void
  readonly notice?: BufferNotice
}

/** An event of the buffer itself. It has no place and isn't counted. */
export interface BufferNotice {
  /** Makes the event when its turn has come. */
  make(): StageflowEvent
  ended(isDelivered: boolean): void
}

/** What has happened to events: `received` is always `delivered + dropped + size`. */
export interface BufferStats {
  /** Every event that was offered. */
  readonly received: number
  readonly delivered: number
  /** Events that were lost. */
  readonly dropped: number
  /** `dropped` by reason. */
  readonly droppedBy: Readonly<Record<LossReason, number>>
  /** Events in the buffer, those in flight included. */
  readonly size: number
  readonly inFlight: number
  /** The largest `size` so far. */
  readonly peakSize: number
  /** Calls of `emit` that wait for a place. */
  readonly waiting: number
  /** Attempts that failed. */
  readonly failures: number
  /** Attempts after a failed one. */
  readonly retries: number
  /** What the last failed attempt failed with. */
  readonly lastError: unknown
  /** How often a function of the app threw or rejected. */
  readonly callbackErrors: number
  readonly lastCallbackError: unknown
}

/** How a buffer ended: `received` is `delivered + lost`. */
export interface BufferReport {
  readonly received: number
  /** Events that were delivered, and not lost behind, as far as the report of what is behind says. */
  readonly delivered: number
  /** Events that were dropped before, left when the time was up, or lost behind. Those in flight then may have arrived. */
  readonly lost: number
  /** Why it didn't end well: the time was up, the signal aborted, or what is behind failed to flush or close. */
  readonly error: unknown
}
