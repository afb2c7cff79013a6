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
  readonly #lanes: readonly Lane<T>[]

  constructor(ranks: number) {
    this.#lanes = Array.from({ length: ranks }, () => ({ items: new Ring<T>(), numbers: new Ring<number>() }))
  }

  sizeOf(rank: number): number {
    return (this.#lanes[rank] as Lane<T>).items.size
  }

  /** The number of the item that comes next; Infinity if the queue is empty. */
  get nextNumber(): number {
    let least = Infinity
    for (const { numbers } of this.#lanes) if (numbers.size > 0 && numbers.peek() < least) least = numbers.peek()
    return least
  }

  /** Gives out a number for an item that doesn't have to wait. */
  takeNumber(): number {
    return ++this.lastNumber
  }

  push(item: T, rank: number): void {
    const { items, numbers } = this.#lanes[rank] as Lane<T>
    items.push(item)
    numbers.push(this.takeNumber())
    this.size++
  }

  /** Takes the oldest item. Call it only if there is one. */
  shift(): T {
    const next = this.nextNumber
    const lane = this.#lanes.find(({ numbers }) => numbers.size > 0 && numbers.peek() === next) as Lane<T>
    return this.#take(lane).item
  }

  /** Takes the oldest item of the lowest rank that there is; undefined if that rank is above `most`. */
  dropOldest(most: number): { readonly item: T; readonly number: number } | undefined {
    const lane = this.#lanes.find(({ items }, rank) => items.size > 0 && rank <= most)
    return lane === undefined ? undefined : this.#take(lane)
  }

  #take({ items, numbers }: Lane<T>): { readonly item: T; readonly number: number } {
    this.size--
    return { item: items.shift(), number: numbers.shift() }
  }
}
