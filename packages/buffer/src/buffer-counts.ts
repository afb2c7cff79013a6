import { CallbackErrors } from './callback-errors.ts'
import { lostBehind } from './delivery-report.ts'
import type { BufferStats, BufferReport, LossReason } from './event-buffer-plan.ts'

type Contents = Pick<BufferStats, 'size' | 'inFlight' | 'waiting'>
type Attempts = Pick<BufferStats, 'failures' | 'retries' | 'lastError'>

/** Counts what happens to the events of a buffer. */
export class BufferCounts {
  readonly callbacks: CallbackErrors = new CallbackErrors()
  readonly droppedBy: Record<LossReason, number> = { full: 0, failed: 0, closed: 0 }
  received = 0
  delivered = 0
  peakSize = 0
  /** Notices that were delivered. They aren't counted otherwise. */
  notices = 0

  get dropped(): number {
    const { full, failed, closed } = this.droppedBy
    return full + failed + closed
  }

  /** The buffer has grown to this size. */
  grownTo(size: number): void {
    if (size > this.peakSize) this.peakSize = size
  }

  /** A frozen copy, with what the buffer and its delivery count themselves. */
  stats({ size, inFlight, waiting }: Contents, { failures, retries, lastError }: Attempts): BufferStats {
    const { received, delivered, dropped, peakSize, callbacks } = this
    return Object.freeze({
      received,
      delivered,
      dropped,
      droppedBy: Object.freeze({ ...this.droppedBy }),
      size,
      inFlight,
      peakSize,
      waiting,
      failures,
      retries,
      lastError,
      callbackErrors: callbacks.count,
      lastCallbackError: callbacks.last,
    })
  }

  /** `behind`: the report of what is behind. It may have lost events that were delivered to it. */
  report(error: unknown, behind: unknown): BufferReport {
    const { received, delivered, dropped, notices } = this
    const lost = lostBehind(behind, delivered, notices)
    return Object.freeze({ received, delivered: delivered - lost, lost: dropped + lost, error })
  }
}
