import type { StageflowEvent } from '@stageflow/core'

/** Stands in the queue for the `sink.dropped` event, which is only made when its turn comes: so it counts all that was lost until then. */
export const NOTICE: unique symbol = Symbol('sink.dropped')
export type Entry = StageflowEvent | typeof NOTICE

/** What may be dropped first: 0 any event, 1 the last event of a child run, 2 that of a run nobody started from another. */
export type Rank = 0 | 1 | 2

const LAST = new Set(['pipeline.completed', 'pipeline.failed', 'pipeline.cancelled'])

export function isLast({ type }: StageflowEvent): boolean {
  return LAST.has(type)
}

export function rankOf(event: StageflowEvent): Rank {
  if (!isLast(event)) return 0
  return event.parentRunId === undefined ? 2 : 1
}

/**
 * Events in the order they came. Each rank has a lane of its own, and each entry the number of its turn, so that the
 * oldest of a rank can be taken out of the middle in no more time than the oldest of all.
 */
export class EventQueue {
  readonly #lanes = [new Lane(), new Lane(), new Lane()] as const
  #turn = 0
  #notices = 0

  /** How many events wait; notices are not counted. */
  get size(): number {
    return this.ordinary + this.kept
  }

  /** How many of them are of rank 0, and how many of the others. */
  get ordinary(): number {
    return this.#lanes[0].size
  }
  get kept(): number {
    return this.#lanes[1].size + this.#lanes[2].size - this.#notices
  }

  /** The last turn that was given out. */
  get lastTurn(): number {
    return this.#turn
  }

  /** Whether neither an event nor a notice waits. */
  get isEmpty(): boolean {
    const [low, middle, high] = this.#lanes
    return low.size === 0 && middle.size === 0 && high.size === 0
  }

  /** The turn of what comes next; Infinity where nothing does. */
  get nextTurn(): number {
    const [low, middle, high] = this.#lanes
    return Math.min(low.firstTurn, middle.firstTurn, high.firstTurn)
  }

  add(event: StageflowEvent, rank: Rank): void {
    this.#lanes[rank].push(event, ++this.#turn)
  }

  /** At most one waits at a time. */
  addNotice(): void {
    if (this.#notices > 0) return
    this.#notices = 1
    this.#lanes[2].push(NOTICE, ++this.#turn)
  }

  shift(): Entry | undefined {
    const [low, middle, high] = this.#lanes
    const turn = this.nextTurn
    const lane = low.firstTurn === turn ? low : middle.firstTurn === turn ? middle : high
    const entry = lane.shift()
    if (entry === NOTICE) this.#notices = 0
    return entry
  }

  /** Takes out the oldest event of the lowest rank that waits, if that is below. */
  dropOldest(below: 1 | 2): StageflowEvent | undefined {
    const [low, middle] = this.#lanes
    return (low.shift() ?? (below > 1 ? middle.shift() : undefined)) as StageflowEvent | undefined
  }
}

const FIRST_LENGTH = 16

/** A ring that grows. */
class Lane {
  size = 0
  #entries: (Entry | undefined)[] = emptyEntries(FIRST_LENGTH)
  #turns = new Float64Array(FIRST_LENGTH)
  #head = 0

  get firstTurn(): number {
    return this.size === 0 ? Infinity : (this.#turns[this.#head] as number)
  }

  push(entry: Entry, turn: number): void {
    if (this.size === this.#entries.length) this.#grow()
    const place = (this.#head + this.size++) & (this.#entries.length - 1)
    this.#entries[place] = entry
    this.#turns[place] = turn
  }

  shift(): Entry | undefined {
    if (this.size === 0) return undefined
    const entry = this.#entries[this.#head]
    this.#entries[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#entries.length - 1)
    this.size--
    return entry
  }

  #grow(): void {
    const { length } = this.#entries
    const entries = emptyEntries(2 * length)
    const turns = new Float64Array(2 * length)
    for (let place = 0; place < length; place++) {
      const from = (this.#head + place) & (length - 1)
      entries[place] = this.#entries[from]
      turns[place] = this.#turns[from] as number
    }
    this.#entries = entries
    this.#turns = turns
    this.#head = 0
  }
}

function emptyEntries(length: number): (Entry | undefined)[] {
  return new Array<Entry | undefined>(length).fill(undefined)
}
