import { Ring } from './ring.ts'

interface Lane<T> {
  readonly items: Ring<T>
  readonly numbers: Ring<number>
}

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
    this.#lanes = Array.from({ length: ranks }, () => ({ items: new Ring<T>(), numbers: new Ring<number>() }))
  }

  sizeOf(rank: number): number {
    return (this.#lanes[rank] as Lane<T>).items.size
  }

  /** Gives out a number for an item that doesn't have to wait. */
  takeNumber(): number {
    return ++this.lastNumber
  }

  push(item: T, rank: number): void {
    const { items, numbers } = this.#lanes[rank] as Lane<T>
    const number = ++this.lastNumber
    items.push(item)
    numbers.push(number)
    if (this.size++ === 0) this.nextNumber = number
  }

  /** Takes the oldest item. Call it only if there is one. */
  shift(): T {
    const next = this.nextNumber
    const lane = this.#lanes.find(({ numbers }) => numbers.size > 0 && numbers.peek() === next) as Lane<T>
    this.#drop(lane)
    return lane.items.shift()
  }

  /** Takes the oldest item of the lowest rank that there is; undefined if that rank is above `most`. */
  dropOldest(most: number): { readonly item: T; readonly number: number } | undefined {
    const lane = this.#lanes.find(({ items }, rank) => items.size > 0 && rank <= most)
    if (lane === undefined) return undefined
    const number = this.#drop(lane)
    return { item: lane.items.shift(), number }
  }

  /** Takes the number of the oldest item of a lane. */
  #drop({ numbers }: Lane<T>): number {
    const number = numbers.shift()
    this.size--
    if (number !== this.nextNumber) return number
    let next = Infinity
    for (const lane of this.#lanes) if (lane.numbers.size > 0) next = Math.min(next, lane.numbers.peek())
    this.nextNumber = next
    return number
  }
}
