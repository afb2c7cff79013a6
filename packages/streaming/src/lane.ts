import type { Clock, ChunkDropReason, StreamSource } from '@stageflow/core'
import { Ring } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { BackpressureMonitor } from './backpressure-monitor.ts'
import type { OverflowPolicy } from './overflow-policy.ts'
import type { Outbox } from './stream-events.ts'
import { WaitList } from './wait-list.ts'

/** How a queue ended. */
export interface QueueEnd {
  readonly failed: boolean
  readonly error: unknown
}

/** What a lane uses of its queue. */
export interface LaneHost {
  readonly clock: Clock
  readonly outbox: Outbox | undefined
  /** Called when there may be a place for a waiting put. */
  madeRoom(): void
}

interface LaneSettings<T> {
  readonly source: StreamSource
  readonly maxSize: number
  readonly overflow: OverflowPolicy<T>
  readonly highWaterMark: number
  readonly lowWaterMark: number
}

/** The result of `get` and `next`. */
export type ChunkResult<T> = IteratorResult<T, undefined>

export const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined })
const DONE_PROMISE = Promise.resolve(DONE)

// An async function makes the cheapest promise of a result: unlike Promise.resolve, it doesn't look for `then`.
async function promiseOf<T>(value: T): Promise<ChunkResult<T>> {
  return { done: false, value }
}

/** The items for one reader of a broadcast, or for all readers of a work queue, and the readers that wait. */
export class Lane<T> {
  readonly source: StreamSource
  readonly overflow: OverflowPolicy<T>
  readonly monitor: BackpressureMonitor
  readonly maxSize: number
  readonly ring: Ring<T> = new Ring<T>()
  readonly gets: WaitList<undefined, ChunkResult<T>>
  /** How many `for await` loops read it. */
  loops = 0
  /** The merged newest item. It is made before anything changes. */
  merged: { readonly item: T } | undefined = undefined
  dropped = 0
  coalesced = 0
  discarded = 0
  mostQueued = 0
  readonly #host: LaneHost
  readonly #outbox: Outbox | undefined
  #end: QueueEnd | undefined = undefined

  constructor(host: LaneHost, { source, maxSize, overflow, highWaterMark, lowWaterMark }: LaneSettings<T>) {
    this.#host = host
    this.#outbox = host.outbox
    this.source = source
    this.overflow = overflow
    this.maxSize = maxSize
    this.monitor = new BackpressureMonitor({ maxSize, highWaterMark, lowWaterMark })
    this.gets = new WaitList<undefined, ChunkResult<T>>(host.clock, {
      timedOut: (ms) =>
        `Nothing came into ${nameOf(source)} within ${ms} ms. Raise timeoutMs, or find out why its producer is slow.`,
    })
  }

  get isFull(): boolean {
    return this.ring.size === this.maxSize
  }

  /** Gives the item to the reader that has waited longest, or queues it. Call it only if the lane isn't full. */
  deliver(item: T): void {
    const waiting = this.gets.first
    if (waiting !== undefined) return this.gets.settle(waiting, promiseOf(item))
    const ring = this.ring
    ring.push(item)
    if (ring.size > this.mostQueued) this.mostQueued = ring.size
    const change = this.monitor.observe(ring.size)
    if (change !== undefined) this.#tellThrottle(change)
  }

  /** Takes the item by the policy. The caller has handled `block` and `error`. */
  accept(item: T): void {
    const { ring, merged } = this
    this.merged = undefined
    if (!this.isFull) return this.deliver(item)
    if (merged !== undefined) {
      ring.newest = merged.item
      this.coalesced++
      return
    }
    if (this.overflow !== 'drop-oldest') return this.#noteDropped('queue_full')
    ring.shift()
    ring.push(item)
    this.#noteDropped('overflow')
  }

  tryGet(): ChunkResult<T> | undefined {
    if (this.ring.size > 0) {
      const value = this.#take()
      this.#outbox?.flush()
      return { done: false, value }
    }
    if (this.#end === undefined) return undefined
    if (this.#end.failed) throw this.#end.error
    return DONE
  }

  /** The options have been checked. */
  get(options: WaitOptions | undefined, owner: unknown): Promise<ChunkResult<T>> {
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason)
    if (this.ring.size > 0) {
      const value = this.#take()
      this.#outbox?.flush()
      return promiseOf(value)
    }
    const end = this.#end
    if (end === undefined) return this.gets.wait(undefined, options, owner, 0)
    return end.failed ? Promise.reject(end.error) : DONE_PROMISE
  }

  /** Ends the lane. What is queued can still be read; waiting readers get the end. */
  end(end: QueueEnd): void {
    this.#end ??= end
    const waiting = this.gets.removeAll()
    if (waiting.length === 0) return
    // A promise too, so that it comes after the items of readers that waited before.
    const answer = end.failed ? Promise.reject<ChunkResult<T>>(end.error) : DONE_PROMISE
    for (const waiter of waiting) waiter.resolve(answer)
  }

  /** Discards what is queued. */
  discard(): void {
    this.discarded += this.ring.size
    this.ring.clear()
    const change = this.monitor.observe(0)
    if (change !== undefined) this.#tellThrottle(change)
  }

  #take(): T {
    const ring = this.ring
    const item = ring.shift()
    // First, because a place that is taken again at once doesn't lower the fill level.
    if (ring.size === this.maxSize - 1) this.#host.madeRoom()
    const change = this.monitor.observe(ring.size)
    if (change !== undefined) this.#tellThrottle(change)
    return item
  }

  #noteDropped(reason: ChunkDropReason): void {
    this.dropped++
    const { source, ring, maxSize } = this
    this.#outbox?.add('stream.chunk_dropped', { queueSize: ring.size, maxSize, reason, ...source })
  }

  #tellThrottle(change: 'throttle_started' | 'throttle_ended'): void {
    if (this.#outbox === undefined) return
    const queueSize = this.ring.size
    const fillPercentage = this.monitor.fillPercentage(queueSize)
    this.#outbox.add(`stream.${change}`, { fillPercentage, queueSize, ...this.source })
  }
}

/** The name of a queue for messages. */
export function nameOf({ queue, reader }: StreamSource): string {
  const name = queue === undefined ? 'the queue' : `the queue "${queue}"`
  return reader === undefined ? name : `${name}, reader "${reader}"`
}
