import type { StageflowEvent } from '@stageflow/core'
import { Ring, withinLimit } from '@stageflow/core/kit'
import { BatchInFlight } from './batch-in-flight.ts'
import type { Batch } from './batch-in-flight.ts'
import { BufferCounts } from './buffer-counts.ts'
import { BufferLosses } from './buffer-losses.ts'
import { DueTimer } from './due-timer.ts'
import type {
  BufferStats,
  ClosePlan,
  CloseReport,
  EventBufferListener,
  EventBufferPlan,
  FlushPlan,
} from './event-buffer-plan.ts'
import { EventQueue, rankOf } from './event-queue.ts'
import type { DroppedEvent } from './event-queue.ts'
import { FlushWaiters } from './flush-waiters.ts'
import { RetriedDelivery } from './retried-delivery.ts'

/**
 * A bounded buffer of events in front of a delivery. It delivers in order, one batch at a time, and retries a batch until it is
 * delivered or refused for good.
 */
export class EventBuffer {
  readonly counts: BufferCounts = new BufferCounts()
  readonly #plan: EventBufferPlan
  readonly #listener: EventBufferListener
  readonly #queue: EventQueue
  readonly #losses: BufferLosses
  readonly #timer: DueTimer
  readonly #flight = new BatchInFlight()
  readonly #delivery: RetriedDelivery<Batch>
  readonly #flushes = new FlushWaiters()
  readonly #waiting = new Ring<() => void>()
  /** Whether an event that finds the buffer empty is delivered at once. */
  readonly #isDirect: boolean
  /** True from the start of a delivery until nothing is due. */
  #isBusy = false
  /** Events up to this number are due, even if they don't fill a batch. */
  #dueUpTo = 0
  #closing: Promise<CloseReport> | undefined
  #onEmpty: (() => void) | undefined

  constructor(plan: EventBufferPlan, listener: EventBufferListener = {}) {
    this.#plan = plan
    this.#listener = listener
    this.#queue = new EventQueue(plan)
    this.#losses = new BufferLosses(this.counts, listener)
    this.#timer = new DueTimer(plan.clock, plan.flushIntervalMs, () => {
      this.#dueUpTo = this.#queue.lastNumber
      if (!this.#isBusy) this.#schedule()
    })
    this.#isDirect = plan.batchSize === 1 && !plan.isDeferred
    this.#delivery = new RetriedDelivery(plan, this.counts.callbacks, (isDelivered) => {
      if (this.#end(isDelivered)) this.#run(this.#take())
    })
  }

  /** False once `close()` was called. */
  get isOpen(): boolean {
    return this.#closing === undefined
  }

  /** Events in the buffer, those in flight included. */
  get size(): number {
    return this.counts.size
  }

  /** Events that wait. */
  get queued(): number {
    return this.#queue.events
  }

  /** Takes the event at once if there is a place. With `block`, the promise waits until there is one for the next event. */
  emit(event: StageflowEvent): Promise<void> | void {
    if (this.#offer(event, true) === 'waits') return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Returns false if the event was dropped. */
  tryEmit(event: StageflowEvent): boolean {
    return this.#offer(event, false) !== 'dropped'
  }

  /** Adds the notice behind what waits, unless it waits already. */
  addNotice(): void {
    this.#queue.pushNotice()
    this.#schedule()
  }

  stats(): BufferStats {
    return this.counts.stats(this.#flight.size, this.#waiting.size, this.#delivery)
  }

  /**
   * Waits until all events in the buffer are delivered or lost, then calls `end`. Returns whether some were lost. Rejects with
   * `late()`, the signal's reason, or what `end` failed with. After `close()` it waits for that.
   */
  async flush({ signal, timeoutMs, late, end }: FlushPlan): Promise<boolean> {
    signal?.throwIfAborted()
    const closing = this.#closing
    const waiter = this.#flushes.add(this.#queue.lastNumber)
    if (closing === undefined) {
      this.#dueUpTo = waiter.number
      this.#schedule()
      this.#settleFlushes()
    }
    const work = async (): Promise<void> => {
      await (closing ?? waiter.left)
      if (this.#closing === undefined) await end()
    }
    const limit = { clock: this.#plan.clock, limitMs: timeoutMs, signal, late }
    await withinLimit(work(), limit).finally(() => this.#flushes.forget(waiter))
    return waiter.hasLost
  }

  /**
   * Takes no more events, delivers what waits until the time is up, drops the rest, and then calls each of `ends`. It doesn't
   * reject. Later calls return the same report.
   */
  close(plan: ClosePlan): Promise<CloseReport> {
    if (this.#closing === undefined) {
      // Kept before anything is called that may call close() again.
      const { promise, resolve } = Promise.withResolvers<CloseReport>()
      this.#closing = promise
      resolve(this.#close(plan))
    }
    return this.#closing
  }

  #offer(event: StageflowEvent, mayWait: boolean): 'taken' | 'waits' | 'dropped' {
    this.counts.received++
    if (!this.isOpen) return this.#losses.refuse(event, 'closed')
    if (this.#isDirect && !this.#isBusy) {
      this.#isBusy = true
      this.counts.entered()
      this.#run(this.#flight.begin([event], this.#queue.takeNumber()))
      return 'taken'
    }
    const rank = rankOf(event)
    if (this.counts.size >= this.#queue.roomUpTo) return this.#squeezeIn(event, rank, mayWait)
    this.#add(event, rank)
    this.#schedule()
    return 'taken'
  }

  #squeezeIn(event: StageflowEvent, rank: number, mayWait: boolean): 'taken' | 'waits' | 'dropped' {
    const place = this.#queue.placeFor(rank, this.#flight.batch.length, mayWait)
    if (place === 'none') return this.#losses.refuse(event, 'full')
    if (typeof place === 'object') this.#replace(place, event, rank)
    else this.#add(event, rank)
    this.#schedule()
    return place === 'last' ? 'waits' : 'taken'
  }

  #replace({ item, number }: DroppedEvent, event: StageflowEvent, rank: number): void {
    this.counts.size--
    this.#losses.count(item, 'full')
    this.#flushes.lost(number)
    this.#add(event, rank)
    this.#settleFlushes()
    this.#losses.tell(item, 'full')
  }

  #add(event: StageflowEvent, rank: number): void {
    this.#queue.push(event, rank)
    this.counts.entered()
    // Only now: it may emit, and the place is taken.
    this.#listener.added?.(this.counts.size)
  }

  /** Delivers what is due, or sees to it that what waits becomes due. */
  #schedule(): void {
    if (!this.#isBusy && this.#isDue) this.#start()
    else this.#setTimer()
  }

  get #isDue(): boolean {
    const { size } = this.#queue
    return size > 0 && (size >= this.#plan.batchSize || this.#queue.nextNumber <= this.#dueUpTo)
  }

  #setTimer(): void {
    if (this.#queue.size === 0) this.#timer.stop()
    else if (this.#plan.batchSize > 1 && this.isOpen) this.#timer.start()
  }

  #start(): void {
    this.#isBusy = true
    if (this.#plan.isDeferred) void Promise.resolve().then(() => this.#run(this.#take()))
    else this.#run(this.#take())
  }

  /** Delivers a batch and what is due after it, until a delivery has to be awaited. */
  #run(first: Batch | undefined): void {
    for (let batch = first; batch !== undefined; batch = this.#take()) {
      const outcome = this.#delivery.start(batch)
      if (outcome === 'pending' || !this.#end(outcome === 'delivered')) return
    }
  }

  /** Takes the next batch; undefined if nothing is due. */
  #take(): Batch | undefined {
    const queue = this.#queue
    if (queue.size === 0) this.#listener.idle?.()
    const batch = this.#isDue ? queue.take(this.#plan.batchSize, this.#flight, this.#listener.notice) : undefined
    if (this.#waiting.size > 0) this.#endWaits()
    if (batch !== undefined) return batch
    this.#isBusy = false
    this.#setTimer()
    if (queue.size === 0) this.#onEmpty?.()
    return undefined
  }

  /** Ends the waits of `emit` for which there is a place now. */
  #endWaits(): void {
    while (this.#waiting.size > this.#queue.overfull(this.#flight.batch.length)) this.#waiting.shift()()
  }

  /** Ends the batch in flight. Returns false if the next one has to wait. */
  #end(isDelivered: boolean): boolean {
    const { batch } = this.#flight
    const { lastError, attempts } = this.#delivery
    const handled = isDelivered ? undefined : this.#listener.refused?.(batch, lastError, attempts)
    if (handled === undefined) {
      this.#leave(isDelivered)
      return true
    }
    void handled.then(() => {
      // Otherwise close() has dropped it.
      if (this.#flight.batch !== batch) return
      this.#leave(false)
      this.#run(this.#take())
    })
    return false
  }

  #leave(isDelivered: boolean): void {
    const { number, notice } = this.#flight
    const events = this.#flight.clear()
    this.counts.size -= events.length
    if (notice !== undefined) this.#listener.notice?.ended(isDelivered)
    if (isDelivered) this.counts.delivered += events.length
    else {
      this.#flushes.lost(number)
      this.#losses.add(events, 'failed')
    }
    this.#listener.left?.(this.counts.size)
    this.#settleFlushes()
  }

  #settleFlushes(): void {
    if (this.#flushes.size > 0) this.#flushes.settle(this.#oldest)
  }

  /** The number of the oldest event in the buffer; Infinity if it is empty. */
  get #oldest(): number {
    return Math.min(this.#flight.number, this.#queue.nextNumber)
  }

  async #close({ timeoutMs, signal, late, ends }: ClosePlan): Promise<CloseReport> {
    const { clock } = this.#plan
    const endsAt = clock.now() + timeoutMs
    const limit = { clock, signal, late }
    this.#timer.stop()
    this.#dueUpTo = Infinity
    const { promise: isEmpty, resolve } = Promise.withResolvers<void>()
    this.#onEmpty = resolve
    this.#delivery.hurry()
    if (!this.#isBusy) this.#start()
    let error: unknown
    await withinLimit(isEmpty, { ...limit, limitMs: timeoutMs }).catch((reason: unknown) => {
      // If only the notice is left, no event is lost.
      if (this.size > 0) error = reason
    })
    const isDrained = this.size === 0
    this.#dropRest()
    for (const end of ends(isDrained)) {
      const call = async (): Promise<unknown> => end()
      const limitMs = Math.max(0, endsAt - clock.now())
      await withinLimit(call(), { ...limit, limitMs }).catch((reason: unknown) => (error ??= reason))
    }
    return this.counts.report(error)
  }

  #dropRest(): void {
    this.#isBusy = true // nothing starts any more
    this.#delivery.giveUp()
    if (this.size > 0) this.#flushes.lost(this.#oldest)
    this.counts.size = 0
    this.#losses.add([...this.#flight.clear(), ...this.#queue.clear()], 'closed')
    while (this.#waiting.size > 0) this.#waiting.shift()()
    this.#settleFlushes()
  }
}
