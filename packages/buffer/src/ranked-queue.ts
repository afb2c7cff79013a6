const FIRST_CAPACITY = 16

/** The items of one rank and their numbers, in two circular arrays that double when they are full. */
class Lane<T> {
  size = 0
  /** The number of the oldest item; Infinity if there is none. */
  first = Infinity
  #items = slots<T>(FIRST_CAPACITY)
  #numbers = new Array<number>(FIRST_CAPACITY).fill(0)
  #mask = FIRST_CAPACITY - 1
  #head = 0

  push(item: T, number: number): void {
    if (this.size > this.#mask) this.#grow()
    if (this.size === 0) this.first = number
    const at = (this.#head + this.size++) & this.#mask
    this.#items[at] = item
    this.#numbers[at] = number
  }

  /** Takes the oldest item. Call it only if there is one. */
  shift(): T {
    const item = this.#items[this.#head] as T
    // A slot that kept its item would keep it from the garbage collector.
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & this.#mask
    this.first = --this.size === 0 ? Infinity : (this.#numbers[this.#head] as number)
    return item
  }

  #grow(): void {
    const capacity = this.#items.length
    const items = slots<T>(2 * capacity)
    const numbers = new Array<number>(2 * capacity).fill(0)
    for (let index = 0; index < capacity; index++) {
      const from = (this.#head + index) & this.#mask
      items[index] = this.#items[from]
      numbers[index] = this.#numbers[from] as number
    }
    this.#items = items
    this.#numbers = numbers
    this.#mask = 2 * capacity - 1
    this.#head = 0
  }
}

const slots = <T>(capacity: number): (T | undefined)[] => new Array<T | undefined>(capacity).fill(undefined)

/**
 * A first-in, first-out queue whose items have a rank from 0. The oldest item of the lowest rank can be dropped as fast as the
 * oldest of all can be taken. Items are numbered from 1, in the order in which they came.
 */
export class RankedQueue<T> {
  /** How many items it holds. */
  size = 0
  /** The number that was given out last. */
  lastNumber = 0
  /** The number of the item that comes next; Infinity if the queue is empty. */
  nextNumber: number = Infinity
  readonly #lanes: readonly Lane<T>[]

  constructor(ranks: number) {
    this.#lanes = Array.from({ length: ranks }, () => new Lane<T>())
  }

  sizeOf(rank: number): number {
    return (this.#lanes[rank] as Lane<T>).size
  }

  /** Gives out a number for an item that doesn't have to wait. */
  takeNumber(): number {
    return ++this.lastNumber
  }

  push(item: T, rank: number): void {
    const number = ++this.lastNumber
    ;(this.#lanes[rank] as Lane<T>).push(item, number)
    if (this.size++ === 0) this.nextNumber = number
  }

  /** Takes the oldest item. Call it only if there is one. */
  shift(): T {
    let rank = 0
    while (this.#lanes[rank]?.first !== this.nextNumber) rank++
    return this.#takeFrom(this.#lanes[rank] as Lane<T>)
  }

  /** Takes the oldest item of the lowest rank that there is; undefined if that rank is above `most`. */
  dropOldest(most: number): { readonly item: T; readonly number: number } | undefined {
    for (let rank = 0; rank <= most; rank++) {
      const lane = this.#lanes[rank] as Lane<T>
      const number = lane.first
      if (number !== Infinity) return { item: this.#takeFrom(lane), number }
    }
    return undefined
  }

  #takeFrom(lane: Lane<T>): T {
    const number = lane.first
    const item = lane.shift()
    this.size--
    if (number === this.nextNumber) this.nextNumber = lane.first === number + 1 ? lane.first : this.#leastNumber()
    return item
  }

  #leastNumber(): number {
    let least = Infinity
    for (const { first } of this.#lanes) if (first < least) least = first
    return least
  }
}
