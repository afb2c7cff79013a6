import type { StageflowEvent } from '@stageflow/core'
import { isLastEvent } from '@stageflow/core/kit'
import type { Batch, BatchInFlight } from './batch-in-flight.ts'
import type { BufferNotice, EventBufferPlan } from './event-buffer-plan.ts'
import { RankedQueue } from './ranked-queue.ts'

/** Has the place of the notice, which is made when its turn comes. */
const NOTICE: unique symbol = Symbol('notice')
type Entry = StageflowEvent | typeof NOTICE

/** Ordinary events are dropped first, then last events of child runs, then last events of other runs. */
const ORDINARY = 0
const LAST_OF_CHILD = 1
const LAST_OF_RUN = 2
const NOTICE_RANK = 3

/** An event that was dropped for another one, and its number. */
export interface DroppedEvent {
  readonly item: StageflowEvent
  readonly number: number
}

/**
 * What a full or nearly full queue does for an event. `last`: the next event would have no place, so that its `emit` waits.
 * `none`: the event must be dropped. Otherwise the event that was dropped for it.
 */
type Place = 'free' | 'last' | 'none' | DroppedEvent

/** The events that wait in a buffer: how many may, and which is dropped when there are too many. */
export class EventQueue extends RankedQueue<Entry> {
  /** If the buffer has fewer events, the next two have a place, whatever the policy. */
  readonly roomUpTo: number
  readonly #plan: Pick<EventBufferPlan, 'maxEntries' | 'extraPlaces' | 'overflow' | 'random'>

  constructor(plan: Pick<EventBufferPlan, 'maxEntries' | 'extraPlaces' | 'overflow' | 'random'>) {
    super(NOTICE_RANK + 1)
    this.#plan = plan
    this.roomUpTo = plan.overflow === 'sample' ? 0 : plan.maxEntries - 2
  }

  /** How many events wait. */
  get events(): number {
    return this.size - this.sizeOf(NOTICE_RANK)
  }

  /** Finds a place for an event of this rank, and drops another one for it if the policy says so. `mayWait`: it came by `emit`. */
  placeFor(rank: number, inFlight: number, mayWait: boolean): Place {
    const { maxEntries, overflow, extraPlaces } = this.#plan
    const used = this.#usedPlaces(inFlight)
    if (rank !== ORDINARY) {
      const isFree = used < maxEntries || this.#lasts < extraPlaces.last
      return isFree ? 'free' : this.#dropFor(rank)
    }
    if (used >= maxEntries) {
      if (overflow === 'drop-oldest') return this.#dropFor(rank)
      return overflow === 'block' && mayWait && used < maxEntries + extraPlaces.waiting ? 'last' : 'none'
    }
    if (overflow === 'sample') return this.#isSampled(used) ? 'free' : 'none'
    return overflow === 'block' && used + 1 === maxEntries ? 'last' : 'free'
  }

  /** Adds the notice behind what waits, unless it waits already. */
  pushNotice(): void {
    if (this.sizeOf(NOTICE_RANK) === 0) this.push(NOTICE, NOTICE_RANK)
  }

  /** Puts the next events in flight, at most `most`. Makes the notice if it is among them. */
  take(most: number, flight: BatchInFlight, notice: BufferNotice | undefined): Batch {
    const number = this.nextNumber
    const batch: StageflowEvent[] = []
    let made: StageflowEvent | undefined
    while (batch.length < most && this.size > 0) {
      const entry = this.shift()
      batch.push(entry === NOTICE ? (made = notice?.make() as StageflowEvent) : entry)
    }
    return flight.begin(batch, number, made)
  }

  /** Takes all events, without the notice. */
  clear(): readonly StageflowEvent[] {
    const all = Array.from({ length: this.size }, () => this.shift())
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
    return this.sizeOf(ORDINARY) + lasts + Math.max(0, inFlight - extraPlaces.inFlight)
  }

  /** How many last events wait. */
  get #lasts(): number {
    return this.sizeOf(LAST_OF_CHILD) + this.sizeOf(LAST_OF_RUN)
  }

  #dropFor(rank: number): Place {
    const found = this.dropOldest(this.#plan.overflow === 'drop-oldest' ? rank : rank - 1)
    return found === undefined ? 'none' : (found as DroppedEvent)
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
