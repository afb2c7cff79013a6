import type { StreamSource } from '@stageflow/core'
import { StageflowError } from '@stageflow/core'
import { checkWait, show, isError } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './argument-errors.ts'
import { checkReaderOptions, queueSettings } from './chunk-queue-options.ts'
import type { ChunkQueueOptions, ChunkReaderOptions, QueueSettings } from './chunk-queue-options.ts'
import type { ChunkQueueStats } from './chunk-queue-stats.ts'
import { ChunkReader } from './chunk-reader.ts'
import type { ChunkSource } from './chunk-source.ts'
import { ChunkValues } from './chunk-values.ts'
import { type ChunkResult, type Lane, nameOf, type QueueEnd } from './lane.ts'
import { CLOSED, LaneSet } from './lane-set.ts'
import { Outbox } from './stream-events.ts'
import { type Waiter, WaitList, refusedWait } from './wait-list.ts'

// Kept, so that a put that doesn't wait makes no promise.
const YES = Promise.resolve(true)
const NO = Promise.resolve(false)

/**
 * A bounded queue between a producer of chunks and their readers. Any value can be an item, `undefined` and `null` too. Errors:
 * `streaming/illegal-option`.
 */
export class ChunkQueue<T> implements ChunkSource<T> {
  readonly #settings: QueueSettings<T>
  readonly #source: StreamSource
  readonly #outbox: Outbox | undefined
  readonly #puts: WaitList<T, boolean>
  readonly #lanes: LaneSet<T>
  /** The lane of a work queue. */
  readonly #only: Lane<T> | undefined
  #end: QueueEnd | undefined = undefined
  #endReason: unknown = undefined
  #closing: AbortController | undefined = undefined
  /** The promise of the last put that had to wait. A put that doesn't wait returns it too, so that it can't resolve earlier. */
  #yes = YES
  #blockedPuts = 0
  #totalBlockedMs = 0

  constructor(options: ChunkQueueOptions<T> = {}) {
    const settings = queueSettings<T>('new ChunkQueue()', options)
    const { name, eventEmitter, clock } = settings
    this.#settings = settings
    this.#source = name === undefined ? {} : { queue: name }
    this.#outbox = eventEmitter === undefined ? undefined : new Outbox(eventEmitter)
    const host = { clock, outbox: this.#outbox, madeRoom: () => this.#admit() }
    this.#lanes = new LaneSet<T>(host, settings, this.#source)
    this.#only = this.#lanes.only
    this.#puts = new WaitList<T, boolean>(clock, {
      timedOut: (ms) =>
        `An item was not taken: ${nameOf(this.#source)} stayed full (maxSize: ${settings.maxSize}) for ${ms} ms. Find out why its reader stalls, raise timeoutMs, or use an overflow policy that drops.`,
      gaveUp: (waiter) => {
        this.#unblocked(waiter)
        this.#outbox?.flush()
      },
    })
  }

  /** How many items are queued; in a broadcast, for the reader that is furthest behind. */
  get size(): number {
    return this.#lanes.lanes.reduce((most, { ring }) => Math.max(most, ring.size), 0)
  }

  /** Whether the queue has ended. What is queued can still be read. */
  get isClosed(): boolean {
    return this.#end !== undefined
  }

  /** Aborts when the queue ends for any reason. Pass it to the model call, and the call ends when the readers have left. */
  get closeSignal(): AbortSignal {
    this.#closing ??= new AbortController()
    if (this.#end !== undefined) this.#closing.abort(this.#endReason)
    return this.#closing.signal
  }

  stats(): ChunkQueueStats {
    const { lanes, only, totalItems } = this.#lanes
    const { dropped, coalesced, discarded, mostQueued } = this.#lanes.counts()
    return Object.freeze({
      size: this.size,
      maxSize: this.#settings.maxSize,
      isClosed: this.isClosed,
      isThrottled: lanes.some(({ monitor }) => monitor.isThrottled),
      totalItems,
      droppedItems: dropped,
      dropRate: totalItems === 0 ? 0 : dropped / totalItems,
      coalescedItems: coalesced,
      discardedItems: discarded,
      blockedPuts: this.#blockedPuts,
      totalBlockedMs: this.#totalBlockedMs,
      waitingPuts: this.#puts.size,
      waitingGets: lanes.reduce((total, { gets }) => total + gets.size, 0),
      maxQueueSize: mostQueued,
      readers: only === undefined ? lanes.length : 0,
      emitterErrors: this.#outbox?.emitter.errors ?? 0,
      lastEmitterError: this.#outbox?.emitter.lastError,
    })
  }

  /**
   * Puts an item in, and waits for a place if the policy is `block`. Resolves with true if the item was taken, or dropped by the
   * policy, and with false if the queue has ended. Rejects with the signal's reason, with `streaming/timed-out`, or, with the
   * policy `error`, with `streaming/full`.
   */
  put(item: T, options?: WaitOptions): Promise<boolean> {
    const lane = this.#only
    if (lane === undefined || options !== undefined || this.#end !== undefined || lane.isFull)
      return this.#putSlowly(item, options)
    this.#lanes.totalItems++
    lane.deliver(item)
    this.#outbox?.flush()
    return this.#yes
  }

  /** Puts an item in if there is a place. Returns false if the item isn't in the queue, because that has ended or is full. */
  tryPut(item: T): boolean {
    const lane = this.#only
    if (lane === undefined || this.#end !== undefined || lane.isFull) return this.#tryPutSlowly(item)
    this.#lanes.totalItems++
    lane.deliver(item)
    this.#outbox?.flush()
    return true
  }

  /**
   * Resolves with the next item, `{ done: false, value }`, or with `{ done: true }` once the queue is closed and empty. Rejects with
   * the error of `fail()` once it is empty, with the signal's reason, or with `streaming/timed-out`. It leaves the queue open.
   */
  get(options?: WaitOptions): Promise<ChunkResult<T>> {
    const lane = this.#only
    if (lane === undefined) return Promise.reject(this.#needsReader('get()'))
    return refusedWait('get()', options) ?? lane.get(options, undefined)
  }

  /** The result of `get` if it needs no wait; otherwise undefined. Throws the error of `fail()`. */
  tryGet(): ChunkResult<T> | undefined {
    const lane = this.#only
    if (lane === undefined) throw this.#needsReader('tryGet()')
    return lane.tryGet()
  }

  /**
   * For `for await`. Each call is a reader. A loop that is left early, or whose wait ends, leaves; the last one to leave a work
   * queue cancels it, so that no producer waits without end. In a broadcast each loop has a place of its own, and leaves alone.
   */
  values(options?: WaitOptions): AsyncIterableIterator<T, undefined, undefined> {
    if (options !== undefined) checkWait('values()', ILLEGAL_OPTION, options)
    const only = this.#only
    if (only !== undefined) return new ChunkValues(only, options, (reason) => this.cancel(reason))
    const lane = this.#lanes.add({})
    return new ChunkValues(lane, options, () => this.#leave(lane))
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, undefined> {
    return this.values()
  }

  /** Makes a reader of a broadcast, which gets every item that is put after it was made. */
  reader(options: ChunkReaderOptions<T> = {}): ChunkReader<T> {
    if (this.#only !== undefined) {
      const why = `reader() is for a broadcast, and ${nameOf(this.#source)} is a work queue. Make it with mode: 'broadcast'.`
      throw new StageflowError('streaming/wrong-mode', why)
    }
    checkReaderOptions(options)
    const lane = this.#lanes.add(options)
    return new ChunkReader(lane, () => this.#leave(lane))
  }

  /** Ends the queue. Readers get what is queued and then the end; waiting puts resolve with false. */
  close(): void {
    this.#finish(CLOSED, undefined)
  }

  /** Ends the queue. Readers get what is queued and then this error; another value becomes the cause of a `streaming/producer-failed`. */
  fail(error: unknown): void {
    if (this.#end !== undefined) return
    const failure = isError(error) ? error : producerFailed(this.#source, error)
    this.#finish({ failed: true, error: failure }, failure)
  }

  /** Ends the queue on the readers' behalf: like `close()`, but what is queued is discarded. `closeSignal` has the reason. */
  cancel(reason?: unknown): void {
    for (const lane of this.#lanes.lanes) lane.discard()
    this.#finish(CLOSED, reason)
    this.#outbox?.flush()
  }

  #putSlowly(item: T, options: WaitOptions | undefined): Promise<boolean> {
    const refused = refusedWait('put()', options)
    if (refused !== undefined) return refused
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason)
    if (this.#end !== undefined) return NO
    if (this.#lanes.mustWait()) return this.#waitToPut(item, options)
    try {
      this.#lanes.accept(item)
    } catch (error) {
      return Promise.reject(error)
    }
    const isTaken = this.#end === undefined
    this.#outbox?.flush()
    return isTaken ? this.#yes : NO
  }

  #waitToPut(item: T, options: WaitOptions | undefined): Promise<boolean> {
    // A put with a timeout of 0 rejects at once, so it doesn't block.
    if (options?.timeoutMs !== 0) this.#blockedPuts++
    // The wait is measured for events only: reading the clock costs time.
    const since = this.#outbox === undefined ? 0 : this.#settings.clock.now()
    return this.#puts.wait(item, options, undefined, since)
  }

  #tryPutSlowly(item: T): boolean {
    if (this.#end !== undefined || this.#lanes.mustWait()) return false
    const lane = this.#only
    const isFull = lane !== undefined && lane.isFull
    if (isFull && lane.overflow === 'error') return false
    const isDropped = isFull && lane.overflow === 'drop-newest'
    this.#lanes.accept(item)
    // A coalesce function may have ended the queue.
    const isTaken = this.#end === undefined
    this.#outbox?.flush()
    return isTaken && !isDropped
  }

  #leave(lane: Lane<T>): void {
    this.#lanes.remove(lane)
    this.#outbox?.flush()
  }

  /** Gives free places to waiting puts, longest first. */
  #admit(): void {
    for (;;) {
      const first = this.#puts.first
      if (first === undefined || this.#lanes.mustWait()) return
      // Off the list before its item is accepted: a full lane that gets room meanwhile calls this again.
      this.#puts.settle(first, YES)
      this.#yes = first.answer ?? YES
      this.#lanes.accept(first.item)
      this.#unblocked(first)
    }
  }

  /** A put has stopped waiting, for any reason. */
  #unblocked({ since }: Pick<Waiter<T, boolean>, 'since'>): void {
    if (this.#outbox === undefined) return
    const blockedMs = Math.max(0, this.#settings.clock.now() - since)
    this.#totalBlockedMs += blockedMs
    // In shorter waits, producer and reader only take turns. They would make an event for nearly every chunk.
    if (blockedMs < 1) return
    this.#outbox.add('stream.producer_blocked', { blockedMs, queueSize: this.size, ...this.#source })
  }

  #finish(end: QueueEnd, reason: unknown): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#endReason = reason
    for (const waiter of this.#puts.removeAll()) {
      waiter.resolve(NO)
      this.#unblocked(waiter)
    }
    this.#lanes.end(end)
    if (this.#outbox !== undefined) {
      const { totalItems, droppedItems, blockedPuts, maxQueueSize, totalBlockedMs } = this.stats()
      const counts = { totalItems, droppedItems, blockedPuts, maxQueueSize, totalBlockedMs }
      this.#outbox.add('stream.queue_closed', { ...counts, ...this.#source })
      this.#outbox.flush()
    }
    // Last, because it calls foreign code.
    this.#closing?.abort(reason)
  }

  #needsReader(what: string): StageflowError {
    const why = `${what} was called on ${nameOf(this.#source)}, which is a broadcast: each reader has its own place in it. Make a reader with reader(), or use for await.`
    return new StageflowError('streaming/wrong-mode', why)
  }
}

const producerFailed = (source: StreamSource, cause: unknown): StageflowError =>
  new StageflowError('streaming/producer-failed', `The producer of ${nameOf(source)} failed: ${show(cause)}.`, {
    cause,
  })
