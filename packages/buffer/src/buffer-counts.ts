import { CallbackErrors } from './callback-errors.ts'
import type { BufferStats, CloseReport, LossReason } from './event-buffer-plan.ts'

type Attempts = Pick<BufferStats, 'failures' | 'retries' | 'lastError'>

/** Counts what happens to the events of a buffer. */
export class BufferCounts {
  readonly callbacks: CallbackErrors = new CallbackErrors()
  readonly droppedBy: Record<LossReason, number> = { full: 0, failed: 0, closed: 0 }
  received = 0
  delivered = 0
  /** Events in the buffer, those in flight included. */
  size = 0
  peakSize = 0

  get dropped(): number {
    const { full, failed, closed } = this.droppedBy
    return full + failed + closed
  }

  /** An event came into the buffer. */
  entered(): void {
    const size = ++this.size
    if (size > this.peakSize) this.peakSize = size
  }

  /** A frozen copy, with what the buffer and its delivery say themselves. */
  stats(inFlight: number, waiting: number, { failures, retries, lastError }: Attempts): BufferStats {
    const { received, delivered, dropped, size, peakSize, callbacks } = this
    const droppedBy = Object.freeze({ ...this.droppedBy })
    const events = { received, delivered, dropped, droppedBy, size, inFlight, peakSize, waiting }
    const errors = { failures, retries, lastError, callbackErrors: callbacks.count, lastCallbackError: callbacks.last }
    return Object.freeze({ ...events, ...errors })
  }

  report(error: unknown): CloseReport {
    const { received, delivered, dropped: lost } = this
    return Object.freeze({ received, delivered, lost, error })
  }
}
