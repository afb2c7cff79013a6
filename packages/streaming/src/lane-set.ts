import type { StreamSource } from '@stageflow/core'
import { StageflowError } from '@stageflow/core'

import type { ChunkReaderOptions, QueueSettings } from './chunk-queue-options.ts'
import { Lane, type LaneHost, nameOf, type QueueEnd } from './lane.ts'
import type { OverflowPolicy } from './overflow-policy.ts'

/** The end of a queue without an error. */
export const CLOSED: QueueEnd = Object.freeze({ failed: false, error: undefined })

interface LaneCounts {
  readonly dropped: number
  readonly coalesced: number
  readonly discarded: number
  readonly mostQueued: number
}

/** The lanes of a queue: one of a work queue, or one for each reader of a broadcast. */
export class LaneSet<T> {
  /** The lane of a work queue. */
  readonly only: Lane<T> | undefined
  lanes: readonly Lane<T>[]
  totalItems = 0
  readonly #host: LaneHost
  readonly #settings: QueueSettings<T>
  readonly #source: StreamSource
  #end: QueueEnd | undefined = undefined
  /** Counts of readers that have left. */
  #past: LaneCounts = { dropped: 0, coalesced: 0, discarded: 0, mostQueued: 0 }
  /** While a coalesce function of a broadcast runs, its item is half way in. No other item may come before it. */
  #isMerging = false
  #wasReentered = false

  constructor(host: LaneHost, settings: QueueSettings<T>, source: StreamSource) {
    this.#host = host
    this.#settings = settings
    this.#source = source
    this.only = settings.mode === 'broadcast' ? undefined : new Lane(host, { ...settings, source })
    this.lanes = this.only === undefined ? [] : [this.only]
  }

  /** Whether the next item must wait for a place. While an item is half way in, it must, and the question shows that its coalesce function uses the queue. */
  mustWait(): boolean {
    if (this.#isMerging) {
      this.#wasReentered = true
      return true
    }
    for (const lane of this.lanes) if (lane.overflow === 'block' && lane.isFull) return true
    return false
  }

  /** Puts an item into every lane by its policy. If the policy throws, a work queue rethrows and hasn't taken the item; a broadcast ends that reader. */
  accept(item: T): void {
    const { only } = this
    if (only !== undefined && !only.isFull) {
      this.totalItems++
      return only.deliver(item)
    }
    // First what can throw or runs foreign code, before any lane has changed.
    const failures = this.#prepareFullLanes(item)
    // A coalesce function may have ended the queue, or cancelled readers.
    if (this.#end === undefined) {
      this.totalItems++
      for (const lane of this.lanes) if (failures?.has(lane) !== true) lane.accept(item)
      if (this.lanes.length === 0) this.#dropUnread()
    }
    if (failures === undefined) return
    // Last: it lets waiting puts in, which come after this item.
    failures.forEach((error, lane) => this.remove(lane, { failed: true, error }))
    this.#host.madeRoom()
  }

  /** Applies the policies of the full lanes that can throw. Returns what they threw in a broadcast; undefined if nothing. */
  #prepareFullLanes(item: T): ReadonlyMap<Lane<T>, unknown> | undefined {
    let failures: Map<Lane<T>, unknown> | undefined
    for (const lane of this.lanes) {
      if (!lane.isFull) continue
      try {
        this.#prepare(lane, item)
      } catch (error) {
        if (this.only !== undefined) throw error
        failures ??= new Map()
        failures.set(lane, error)
      }
    }
    return failures
  }

  add({ name, maxSize, overflow }: ChunkReaderOptions<T>): Lane<T> {
    const settings = this.#settings
    const lane = new Lane<T>(this.#host, {
      ...settings,
      maxSize: maxSize ?? settings.maxSize,
      overflow: overflow ?? settings.overflow,
      source: name === undefined ? this.#source : { ...this.#source, reader: name },
    })
    if (this.#end === undefined) this.lanes = [...this.lanes, lane]
    else lane.end(this.#end)
    return lane
  }

  /** Removes a reader. If `end` has an error, the reader gets it after what was queued. */
  remove(lane: Lane<T>, end: QueueEnd = CLOSED): void {
    const discardedBefore = lane.discarded
    if (!end.failed) lane.discard()
    lane.end(end)
    if (!this.lanes.includes(lane)) {
      // Its other counts were added when it left.
      const discarded = this.#past.discarded + lane.discarded - discardedBefore
      this.#past = { ...this.#past, discarded }
      return
    }
    this.#past = this.#countsWith(lane)
    this.lanes = this.lanes.filter((each) => each !== lane)
    this.#host.madeRoom()
  }

  end(end: QueueEnd): void {
    this.#end = end
    for (const lane of this.lanes) lane.end(end)
  }

  counts(): LaneCounts {
    return this.#countsWith(...this.lanes)
  }

  #countsWith(...lanes: readonly Lane<T>[]): LaneCounts {
    return lanes.reduce<LaneCounts>(
      (sum, lane) => ({
        dropped: sum.dropped + lane.dropped,
        coalesced: sum.coalesced + lane.coalesced,
        discarded: sum.discarded + lane.discarded,
        mostQueued: Math.max(sum.mostQueued, lane.mostQueued),
      }),
      this.#past,
    )
  }

  /** Applies the policy of a full lane if it can throw. */
  #prepare(lane: Lane<T>, item: T): void {
    const { overflow } = lane
    if (overflow === 'error') throw this.only === undefined ? readerFull(lane) : full(lane)
    if (typeof overflow !== 'string') this.#merge(lane, item, overflow)
  }

  /** Merges an item with the newest one of a lane. Throws if the function has used the queue, which changes it half way. */
  #merge(lane: Lane<T>, item: T, policy: Exclude<OverflowPolicy<T>, string>): void {
    const { totalItems, lanes } = this
    const wasOver = this.#end !== undefined
    this.#isMerging = this.only === undefined
    this.#wasReentered = false
    try {
      lane.merged = { item: policy.coalesce(lane.ring.newest, item) }
    } finally {
      this.#isMerging = false
    }
    const isOver = this.#end !== undefined
    const isAsBefore = totalItems === this.totalItems && lanes === this.lanes && isOver === wasOver
    if (isAsBefore && lane.isFull && !this.#wasReentered) return
    throw new StageflowError(
      'streaming/coalesce-reentered',
      `The coalesce function of ${nameOf(lane.source)} used the queue that called it. It must use only its two arguments.`,
    )
  }

  #dropUnread(): void {
    this.#past = { ...this.#past, dropped: this.#past.dropped + 1 }
    const { maxSize } = this.#settings
    this.#host.outbox?.add('stream.chunk_dropped', { queueSize: 0, maxSize, reason: 'no_reader', ...this.#source })
  }
}

const full = <T>({ source, maxSize }: Lane<T>): StageflowError =>
  new StageflowError(
    'streaming/full',
    `An item was put into ${nameOf(source)}, which is full (maxSize: ${maxSize}) and has the policy 'error'. Put less, read faster, or use another policy.`,
  )

const readerFull = <T>({ source, maxSize }: Lane<T>): StageflowError =>
  new StageflowError(
    'streaming/full',
    `A reader of ${nameOf(source)} was ${maxSize} items behind, and its policy is 'error'. Read faster, raise its maxSize, or use another policy.`,
  )
