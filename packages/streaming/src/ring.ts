const FIRST_CAPACITY = 16

/** A queue of at most `maxSize` items in a circular array, which grows as it is needed. */
export class Ring<T> {
  readonly maxSize: number
  size = 0
  #slots: (T | undefined)[]
  #mask: number
  #head = 0

  constructor(maxSize: number) {
    this.maxSize = maxSize
    const capacity = Math.min(FIRST_CAPACITY, powerOfTwoFrom(maxSize))
    this.#slots = new Array<T | undefined>(capacity).fill(undefined)
    this.#mask = capacity - 1
  }

  /** Only while it is not full. */
  push(item: T): void {
    if (this.size > this.#mask) this.#grow()
    this.#slots[(this.#head + this.size++) & this.#mask] = item
  }

  /** The oldest; only while there is one. */
  shift(): T {
    const item = this.#slots[this.#head] as T
    // A slot that kept its item would keep it from the garbage collector.
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & this.#mask
    this.size--
    return item
  }

  /** The newest; only while there is one. */
  get newest(): T {
    return this.#slots[(this.#head + this.size - 1) & this.#mask] as T
  }

  set newest(item: T) {
    this.#slots[(this.#head + this.size - 1) & this.#mask] = item
  }

  clear(): void {
    this.#slots.fill(undefined)
    this.#head = 0
    this.size = 0
  }

  #grow(): void {
    const old = this.#slots
    const slots = new Array<T | undefined>(old.length * 2).fill(undefined)
    for (let index = 0; index < this.size; index++) slots[index] = old[(this.#head + index) & this.#mask]
    this.#slots = slots
    this.#mask = slots.length - 1
    this.#head = 0
  }
}

const powerOfTwoFrom = (least: number): number => 2 ** Math.ceil(Math.log2(least))
