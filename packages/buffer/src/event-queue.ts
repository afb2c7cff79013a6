import type { StageflowEvent } from '@stageflow/core'
import { isLastEvent } from '@stageflow/core/kit'
import type { BatchInFlight } from './batch-in-flight.ts'
import type { BufferNotice, EventBufferPlan } from './event-buffer-plan.ts'
import { RankedQueue } from './ranked-queue.ts'
import type { Numbered } from './ranked-queue.ts'

/** Ordinary events are dropped first, then last events of child runs, then last events of other runs. */
const ORDINARY = 0
const LAST_OF_CHILD = 1
const LAST_OF_RUN = 2

/** Whether a queue has a place for an event. `last`: yes, but not for the next one, so that `emit` waits. */
type Place = 'free' | 'last' | 'full'

type Places = Pick<EventBufferPlan, 'maxEntries' | 'extraPlaces' | 'overflow' | 'random'>

/** The events that wait in a buffer: how many may, and which is dropped when there are too many. */
export class EventQueue extends RankedQueue<StageflowEvent> {
  readonly #plan: Places
  /** The number of the notice, which comes in turn but has no place; Infinity if no notice waits. */
  #noticeNumber = Infinity

  /** With fewer events in the buffer, the next two have a place, whatever the policy. */
  readonly #roomUpTo: number

  constructor(plan: Places) {
    super(LAST_OF_RUN + 1)
    this.#plan = plan
    this.#roomUpTo = plan.overflow === 'sample' ? 0 : plan.maxEntries - 2
  }

  /** Whether neither an event nor the notice waits. */
  get isEmpty(): boolean {
    return this.size === 0 && this.#noticeNumber === Infinity
  }

  /** Whether the notice comes before all events. */
  get isNoticeNext(): boolean {
    return this.#noticeNumber < this.firstNumber
  }

  /** The number of what comes next, an event or the notice; Infinity if the queue is empty. */
  get nextNumber(): number {
    return Math.min(this.firstNumber, this.#noticeNumber)
  }

  /** Adds the notice behind what waits, unless it waits already. */
  addNotice(): void {
    if (this.#noticeNumber === Infinity) this.#noticeNumber = this.takeNumber()
  }

  /** Finds a place for an event of this rank. `inFlight`: events that are being delivered. `mayWait`: it came by `emit`. */
  placeFor(rank: number, inFlight: number, mayWait: boolean): Place {
    // The row exporterDelivers of `npm run bench:parts`: 22 ns for each event instead of 30.
    if (this.size + inFlight < this.#roomUpTo) return 'free'
    const { maxEntries, extraPlaces, overflow } = this.#plan
    const free = maxEntries - this.#usedPlaces(inFlight)
    if (rank !== ORDINARY) return free > 0 || this.#lastEvents() < extraPlaces.last ? 'free' : 'full'
    if (overflow === 'block') return this.#placeBeforeWaits(free, mayWait)
    if (free <= 0) return 'full'
    return overflow !== 'sample' || this.#isSampled(free) ? 'free' : 'full'
  }

  /** Drops an event for one of this rank: the oldest of the lowest rank. Returns undefined if the policy lets none be dropped. */
  dropFor(rank: number): Numbered<StageflowEvent> | undefined {
    return this.dropOldest(this.#plan.overflow === 'drop-oldest' ? rank : rank - 1)
  }

  /** Puts the next batch in flight: at most `most` events, or the notice alone. */
  takeInto(flight: BatchInFlight, most: number, notice: BufferNotice | undefined): void {
    const number = this.nextNumber
    if (notice === undefined || !this.isNoticeNext) return flight.begin(this.#shiftMany(most), number, false)
    this.#noticeNumber = Infinity
    flight.begin([notice.make()], number, true)
  }

  /** Takes all events, and forgets the notice. */
  clear(): readonly StageflowEvent[] {
    this.#noticeNumber = Infinity
    return this.#shiftMany(Infinity)
  }

  /** Takes the oldest events, at most `most`, and none that is newer than the notice. */
  #shiftMany(most: number): readonly StageflowEvent[] {
    const events: StageflowEvent[] = []
    while (events.length < most && this.size > 0 && !this.isNoticeNext) events.push(this.shift())
    return events
  }

  /** How many of the events whose `emit` waits have no place yet. */
  overfull(inFlight: number): number {
    return Math.max(0, this.#usedPlaces(inFlight) + 1 - this.#plan.maxEntries)
  }

  /** Places that are taken by events without a place of their own. */
  #usedPlaces(inFlight: number): number {
    const { extraPlaces } = this.#plan
    const lastEvents = Math.max(0, this.#lastEvents() - extraPlaces.last)
    return this.sizeOf(ORDINARY) + lastEvents + Math.max(0, inFlight - extraPlaces.inFlight)
  }

  /** How many last events of runs wait. */
  #lastEvents(): number {
    return this.size - this.sizeOf(ORDINARY)
  }

  /** With `block`, the `emit` of the event that takes the last place waits. Later ones wait in places of their own. */
  #placeBeforeWaits(free: number, mayWait: boolean): Place {
    if (free > 1) return 'free'
    if (free === 1) return 'last'
    const placesForWaits = free + this.#plan.extraPlaces.waiting
    return mayWait && placesForWaits > 0 ? 'last' : 'full'
  }

  /** From half full on, ever fewer events are taken. */
  #isSampled(free: number): boolean {
    const half = this.#plan.maxEntries / 2
    return free > half || this.#plan.random() < free / half
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
