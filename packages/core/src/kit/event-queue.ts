import type { StageflowEvent } from '../contract/events.ts'
import type { TakenBatch } from './batch-in-flight.ts'
import type { BufferNotice, EventBufferPlan } from './event-buffer-plan.ts'
import { isLastEvent } from './event-facts.ts'
import { RankedQueue } from './ranked-queue.ts'

/** Has the place of the notice, which is made when its turn comes. */
const NOTICE = Symbol('notice')
type Entry = StageflowEvent | typeof NOTICE

/** Ordinary events are dropped first, then last events of child runs, then last events of other runs. */
const ORDINARY = 0
const LAST_OF_CHILD = 1
const LAST_OF_RUN = 2
const NOTICE_RANK = 3

/** What a full or nearly full queue does for an event. */
interface Place {
  /** False: the event must be dropped. */
  readonly isFree: boolean
  /** Whether the next event would have no place, so that its `emit` waits. */
  readonly isLastFree: boolean
  /** The event that was dropped for it, and its number. */
  readonly dropped: { readonly event: StageflowEvent; readonly number: number } | undefined
}

const NO_PLACE: Place = Object.freeze({ isFree: false, isLastFree: false, dropped: undefined })
const FREE: Place = Object.freeze({ isFree: true, isLastFree: false, dropped: undefined })
const LAST_FREE: Place = Object.freeze({ isFree: true, isLastFree: true, dropped: undefined })

/** The events that wait in a buffer: how many may, and which is dropped when there are too many. */
export class EventQueue {
  readonly #plan: Pick<EventBufferPlan, 'maxEntries' | 'extraPlaces' | 'overflow' | 'random'>
  readonly #queue = new RankedQueue<Entry>(NOTICE_RANK + 1)

  constructor(plan: Pick<EventBufferPlan, 'maxEntries' | 'extraPlaces' | 'overflow' | 'random'>) {
    this.#plan = plan
  }

  /** How many entries wait, the notice included. */
  get size(): number {
    return this.#queue.size
  }

  /** How many events wait. */
  get events(): number {
    return this.#queue.size - this.#queue.sizeOf(NOTICE_RANK)
  }

  /** The number of the entry that comes next; Infinity if there is none. */
  get nextNumber(): number {
    return this.#queue.nextNumber
  }

  get lastNumber(): number {
    return this.#queue.lastNumber
  }

  /** A batch of one event that doesn't have to wait. */
  pass(event: StageflowEvent): TakenBatch {
    return { batch: [event], number: this.#queue.takeNumber(), notice: undefined }
  }

  /** Finds a place for an event of this rank, and drops another one for it if the policy says so. `mayWait`: it came by `emit`. */
  placeFor(rank: number, inFlight: number, mayWait: boolean): Place {
    const { maxEntries, overflow, extraPlaces } = this.#plan
    const used = this.#usedPlaces(inFlight)
    if (rank !== ORDINARY) {
      const isFree = used < maxEntries || this.#lasts < extraPlaces.last
      return isFree ? FREE : this.#dropFor(rank)
    }
    if (used >= maxEntries) {
      if (overflow === 'drop-oldest') return this.#dropFor(rank)
      return overflow === 'block' && mayWait && used < maxEntries + extraPlaces.waiting ? LAST_FREE : NO_PLACE
    }
    if (overflow === 'sample') return this.#isSampled(used) ? FREE : NO_PLACE
    return overflow === 'block' && used + 1 === maxEntries ? LAST_FREE : FREE
  }

  push(event: StageflowEvent, rank: number): void {
    this.#queue.push(event, rank)
  }

  /** Adds the notice behind what waits, unless it waits already. */
  pushNotice(): void {
    if (this.#queue.sizeOf(NOTICE_RANK) === 0) this.#queue.push(NOTICE, NOTICE_RANK)
  }

  /** Takes the next events, at most `most`. Makes the notice if it is among them. */
  take(most: number, notice: BufferNotice | undefined): TakenBatch {
    const queue = this.#queue
    const number = queue.nextNumber
    const batch: StageflowEvent[] = []
    let made: StageflowEvent | undefined
    while (batch.length < most && queue.size > 0) {
      const entry = queue.shift()
      batch.push(entry === NOTICE ? (made = notice?.make() as StageflowEvent) : entry)
    }
    return { batch, number, notice: made }
  }

  /** Takes all events, without the notice. */
  clear(): readonly StageflowEvent[] {
    const all = Array.from({ length: this.size }, () => this.#queue.shift())
    return all.filter((entry): entry is StageflowEvent => entry !== NOTICE)
  }

  /** How many of the events whose `emit` waits have no place yet. */
  overfull(inFlight: number): number {
    return Math.max(0, this.#usedPlaces(inFlight) + 1 - this.#plan.maxEntries)
  }

  /** Places that are taken by events without a place of their own. */
  #usedPlaces(inFlight: number): number {
    const { extraPlaces } = this.#plan
    const lasts = Math.max(0, this.#lasts - extraPlaces.last)
    return this.#queue.sizeOf(ORDINARY) + lasts + Math.max(0, inFlight - extraPlaces.inFlight)
  }

  /** How many last events wait. */
  get #lasts(): number {
    return this.#queue.sizeOf(LAST_OF_CHILD) + this.#queue.sizeOf(LAST_OF_RUN)
  }

  #dropFor(rank: number): Place {
    const found = this.#queue.dropOldest(this.#plan.overflow === 'drop-oldest' ? rank : rank - 1)
    if (found === undefined) return NO_PLACE
    return { isFree: true, isLastFree: false, dropped: { event: found.item as StageflowEvent, number: found.number } }
  }

  /** From half full on, ever fewer events are taken, and none when all places are. */
  #isSampled(used: number): boolean {
    const { maxEntries, random } = this.#plan
    const half = maxEntries / 2
    return used < half || random() < (maxEntries - used) / half
  }
}

export function rankOf(event: StageflowEvent): number {
  try {
    if (!isLastEvent(event)) return ORDINARY
    return event.parentRunId === undefined ? LAST_OF_RUN : LAST_OF_CHILD
  } catch {
    return ORDINARY // callers without types can hand over anything
  }
}
