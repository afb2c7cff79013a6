import type { StageflowEvent, WaitOptions } from '@stageflow/core'
import { CLOSE_TIMEOUT_MS, Ring, endWithin, optionProblems, withinLimit, plainOptions } from '@stageflow/core/kit'
import type { EndReport } from '@stageflow/core/kit'
import { checkLimits, refuseGiven } from './argument-rules.ts'
import { BatchInFlight } from './batch-in-flight.ts'
import { BufferCounts } from './buffer-counts.ts'
import { Closing } from './closing.ts'
import { DueTimer } from './due-timer.ts'
import type {
  BufferStats,
  BufferReport,
  EventBufferListener,
  EventBufferPlan,
  LossReason,
} from './event-buffer-plan.ts'
import { EVENT_BUFFER_RULES, LISTENER_RULES } from './event-buffer-rules.ts'
import { EventQueue, rankOf } from './event-queue.ts'
import { FlushWaiters } from './flush-waiters.ts'
import { RetriedDelivery } from './retried-delivery.ts'
import type { DeliveryEnd } from './retried-delivery.ts'
import { waitLeft } from './wait-left.ts'

/**
 * A bounded buffer of events in front of a delivery. It delivers in order, one batch at a time, and retries a batch until it is
 * delivered or refused for good.
 *
 * An event is offered (`#offer`), waits in the queue, becomes due, is in flight as part of a batch (`#deliverDue`), and leaves:
 * delivered or lost (`#leave`). Events are due if they fill a batch, have waited for `flushIntervalMs`, or a flush waits for them.
 */
export class EventBuffer {
  readonly counts: BufferCounts = new BufferCounts()
  readonly #plan: EventBufferPlan
  readonly #listener: EventBufferListener
  readonly #queue: EventQueue
  readonly #delivery: RetriedDelivery<readonly StageflowEvent[]>
  /** Makes events due that wait for their batch to fill. */
  readonly #timer: DueTimer
  readonly #flushes = new FlushWaiters()
  /** Calls of `emit` that wait for a place. */
  readonly #emits = new Ring<() => void>()
  readonly #closing = new Closing<BufferReport>()
  /** Whether an event that finds nothing in the buffer is delivered at once. */
  readonly #isDirect: boolean
  readonly #inFlight = new BatchInFlight()
  /** True from the start of a delivery until nothing is due. */
  #isDelivering = false
  /** Events up to this number are due, even if they don't fill a batch. */
  #dueUpTo = 0
  #onDrained: (() => void) | undefined

  /** Errors: `buffer/illegal-option`. */
  constructor(plan: EventBufferPlan, listener: EventBufferListener = {}) {
    refuseGiven('new EventBuffer()', [
      ...optionProblems(plan, EVENT_BUFFER_RULES),
      ...optionProblems(listener, LISTENER_RULES, 'listener.'),
    ])
    this.#plan = plan
    this.#listener = listener
    this.#isDirect = plan.batchSize === 1 && !plan.isDeferred
    this.#queue = new EventQueue(plan)
    this.#delivery = new RetriedDelivery(plan, this.counts.callbacks, (end) => {
      if (this.#endBatch(end)) this.#deliverDue()
    })
    this.#timer = new DueTimer(plan.clock, plan.flushIntervalMs, () => {
      this.#dueUpTo = this.#queue.lastNumber
      if (!this.#isDelivering) this.#startDue()
    })
  }

  /** False once `close()` was called. */
  get isOpen(): boolean {
    return this.#closing.report === undefined
  }

  /** Events in the buffer, those in flight included. */
  get size(): number {
    return this.#queue.size + this.#inFlight.size
  }

  /** Events that wait. */
  get queued(): number {
    return this.#queue.size
  }

  /** Takes the event at once if there is a place. With `block`, the promise waits until there is one for the next event. */
  emit(event: StageflowEvent): Promise<void> | void {
    if (this.#offer(event, true) === 'waits') return new Promise((resolve) => this.#emits.push(resolve))
  }

  /** Returns false if the event was dropped. */
  tryEmit(event: StageflowEvent): boolean {
    return this.#offer(event, false) !== 'dropped'
  }

  /** Adds the notice behind what waits, unless it waits already. */
  addNotice(): void {
    this.#queue.addNotice()
    this.#startDue()
  }

  stats(): BufferStats {
    const { size, counts } = this
    return counts.stats({ size, inFlight: this.#inFlight.size, waiting: this.#emits.size }, this.#delivery)
  }

  /**
   * Waits until all events in the buffer are delivered or lost, then flushes what is behind. Returns whether some were lost.
   * Rejects if the time is up, with the signal's reason, or if what is behind fails. After `close()` it waits for that.
   */
  async flush(wait: WaitOptions): Promise<boolean> {
    checkLimits('flush()', wait)
    const { clock, downstream, lateFlush } = this.#plan
    const { signal, timeoutMs = Infinity } = wait
    signal?.throwIfAborted()
    const left = waitLeft(clock, wait)
    const closed = this.#closing.report
    const waiter = this.#flushes.add(this.#queue.lastNumber)
    if (closed === undefined) {
      this.#dueUpTo = waiter.number
      this.#startDue()
      this.#settleFlushes()
    }
    const flushed = (closed ?? waiter.left).then(() => (this.isOpen ? downstream.flush(left()) : undefined))
    const late = (): Error => lateFlush(this.stats(), timeoutMs)
    try {
      await withinLimit(flushed, { clock, limitMs: timeoutMs, signal, late })
    } finally {
      this.#flushes.forget(waiter)
    }
    return waiter.hasLost
  }

  /**
   * Takes no more events, and delivers what waits until the time is up, 5,000 ms by default. Drops the rest, and closes what is
   * behind. It doesn't reject. Later calls return the same report.
   */
  async close(wait: WaitOptions): Promise<BufferReport> {
    checkLimits('close()', wait)
    return this.#closing.close(() => this.#close(wait))
  }

  #offer(event: StageflowEvent, mayWait: boolean): 'taken' | 'waits' | 'dropped' {
    this.counts.received++
    if (!this.isOpen) return this.#refuse(event, 'closed')
    if (this.#isDirect && !this.#isDelivering) {
      this.#deliverAtOnce(event)
      return 'taken'
    }
    const rank = rankOf(event)
    const place = this.#queue.placeFor(rank, this.#inFlight.size, mayWait)
    if (place !== 'full') this.#add(event, rank)
    else if (!this.#replaceBy(event, rank)) return this.#refuse(event, 'full')
    this.#startDue()
    return place === 'last' ? 'waits' : 'taken'
  }

  /** Nothing waits, so this event need not wait either. */
  #deliverAtOnce(event: StageflowEvent): void {
    this.#isDelivering = true
    this.#inFlight.begin([event], this.#queue.takeNumber(), false)
    this.counts.grownTo(this.size)
    if (this.#deliver()) this.#deliverDue()
  }

  #add(event: StageflowEvent, rank: number): void {
    this.#queue.push(event, rank)
    const { size } = this
    this.counts.grownTo(size)
    // Only now: it may emit, and the place is taken.
    this.#listener.added?.(size)
  }

  /** Adds the event in place of another one. Returns false if no event may be dropped for it. */
  #replaceBy(event: StageflowEvent, rank: number): boolean {
    const dropped = this.#queue.dropFor(rank)
    if (dropped === undefined) return false
    this.#noteLoss(dropped.item, 'full')
    this.#flushes.lost(dropped.number)
    this.#add(event, rank)
    this.#settleFlushes()
    this.#listener.reportLoss?.(dropped.item, 'full')
    return true
  }

  #refuse(event: StageflowEvent, reason: LossReason): 'dropped' {
    this.#loseAll([event], reason)
    return 'dropped'
  }

  #loseAll(events: readonly StageflowEvent[], reason: LossReason): void {
    for (const event of events) this.#noteLoss(event, reason)
    for (const event of events) this.#listener.reportLoss?.(event, reason)
  }

  #noteLoss(event: StageflowEvent, reason: LossReason): void {
    this.counts.droppedBy[reason]++
    this.#listener.noteLoss?.(event, reason)
  }

  /** Starts to deliver if something is due. Otherwise what waits becomes due later. */
  #startDue(): void {
    if (!this.#isDelivering && this.#isDue()) this.#start()
    else this.#setTimer()
  }

  /**
   * Whether a batch is to be delivered now: it is full, it is the notice, or a flush or the timer asks for it. Not a getter: private
   * ones are slower (sinkThrough of `npm run bench:parts`: 30 ns for each event instead of 27).
   */
  #isDue(): boolean {
    const queue = this.#queue
    if (queue.isEmpty) return false
    const isFull = queue.size >= this.#plan.batchSize
    return isFull || queue.isNoticeNext || queue.firstNumber <= this.#dueUpTo
  }

  #setTimer(): void {
    if (this.#queue.isEmpty) this.#timer.stop()
    else if (this.#plan.batchSize > 1 && this.isOpen) this.#timer.start()
  }

  #start(): void {
    this.#isDelivering = true
    if (this.#plan.isDeferred) void Promise.resolve().then(() => this.#deliverDue())
    else this.#deliverDue()
  }

  /** Delivers one batch after the other, until one is pending or nothing is due. The end of a pending one calls it again. */
  #deliverDue(): void {
    while (this.#takeDue()) {
      const hasLeft = this.#deliver()
      if (!hasLeft) return
    }
    this.#rest()
  }

  /** Puts the next batch in flight. Returns false if nothing is due. */
  #takeDue(): boolean {
    if (this.#queue.isEmpty) this.#listener.idle?.() // may add the notice
    if (!this.#isDue()) return false
    this.#queue.takeInto(this.#inFlight, this.#plan.batchSize, this.#listener.notice)
    this.#endEmits()
    return true
  }

  /** Ends the deliveries, because nothing is due. */
  #rest(): void {
    this.#isDelivering = false
    this.#endEmits()
    this.#setTimer()
    if (this.#queue.isEmpty) this.#onDrained?.()
  }

  /** Delivers the batch in flight. Returns true if it has left the buffer. Otherwise the next one comes later. */
  #deliver(): boolean {
    const outcome = this.#delivery.start(this.#inFlight.events)
    return outcome !== 'pending' && this.#endBatch(outcome)
  }

  /** Ends the batch in flight. Returns false if the owner has to handle its refusal first. */
  #endBatch(end: DeliveryEnd): boolean {
    const { events } = this.#inFlight
    const handled = end === 'refused' ? this.#handleRefusal(events) : undefined
    if (handled === undefined) {
      this.#leave(end)
      return true
    }
    void handled.then(() => {
      // Otherwise close() has dropped it.
      if (this.#inFlight.events !== events) return
      this.#leave(end)
      this.#deliverDue()
    })
    return false
  }

  /** Tells the owner that the batch is refused for good. The promise is what the next batch has to wait for. */
  #handleRefusal(events: readonly StageflowEvent[]): Promise<void> | undefined {
    const { lastError, attempts } = this.#delivery
    return this.#listener.refused?.(events, lastError, attempts)
  }

  #leave(end: DeliveryEnd): void {
    const { events, number, isNotice } = this.#inFlight
    this.#inFlight.end()
    if (isNotice) this.#endNotice(end === 'delivered')
    else if (end === 'delivered') this.counts.delivered += events.length
    else {
      this.#flushes.lost(number)
      this.#loseAll(events, 'failed')
    }
    this.#listener.left?.(this.size)
    this.#settleFlushes()
  }

  #endNotice(isDelivered: boolean): void {
    if (isDelivered) this.counts.notices++
    this.#listener.notice?.ended(isDelivered)
  }

  /** Ends the calls of `emit` for which there is a place now. */
  #endEmits(): void {
    const emits = this.#emits
    while (emits.size > 0 && emits.size > this.#queue.overfull(this.#inFlight.size)) emits.shift()()
  }

  #settleFlushes(): void {
    if (this.#flushes.isEmpty) return
    this.#flushes.settle(Math.min(this.#inFlight.number, this.#queue.nextNumber))
  }

  async #close(wait: WaitOptions): Promise<BufferReport> {
    const { clock, downstream, lateClose } = this.#plan
    const { timeoutMs = CLOSE_TIMEOUT_MS } = wait
    const left = waitLeft(clock, { ...plainOptions(wait), timeoutMs })
    const late = (): Error => lateClose(this.stats(), timeoutMs)
    const within = (end: (rest: WaitOptions) => unknown): Promise<EndReport> =>
      endWithin(end, { ...left(), clock, late })
    const drained = await within(() => this.#drain())
    // If only the notice is left, no event is lost.
    const isDrained = this.size === 0
    this.#dropRest()
    this.#listener.ended?.()
    const isFlushed = isDrained && downstream.isClosable
    const flushed = isFlushed ? await within((rest) => downstream.flush(rest)) : undefined
    const closed = await within((rest) => downstream.close(rest))
    return this.counts.report(isDrained ? (flushed?.error ?? closed.error) : drained.error, closed.report)
  }

  /** Delivers everything, without a stay for batches to fill or for delays between attempts. */
  #drain(): Promise<void> {
    const drained = Promise.withResolvers<void>()
    this.#onDrained = drained.resolve
    this.#timer.stop()
    this.#dueUpTo = Infinity
    this.#delivery.hurry()
    if (!this.#isDelivering) this.#start()
    return drained.promise
  }

  #dropRest(): void {
    this.#isDelivering = true // nothing starts any more
    this.#delivery.giveUp()
    const { events, number, isNotice } = this.#inFlight
    if (this.size > 0) this.#flushes.lost(Math.min(number, this.#queue.nextNumber))
    this.#inFlight.end()
    this.#loseAll([...(isNotice ? [] : events), ...this.#queue.clear()], 'closed')
    while (this.#emits.size > 0) this.#emits.shift()()
    this.#settleFlushes()
  }
}
