const FIRST_CAPACITY = 16

/** A first-in, first-out queue in a circular array that doubles when it is full. Both ends cost the same at any size. */
export class Ring<T> {
  /** How many items it holds. */
  size = 0
  #slots: (T | undefined)[] = new Array<T | undefined>(FIRST_CAPACITY).fill(undefined)
  #mask = FIRST_CAPACITY - 1
  #head = 0

  push(item: T): void {
    if (this.size > this.#mask) this.#grow()
    this.#slots[(this.#head + this.size++) & this.#mask] = item
  }

  /** The oldest item, which stays. Call it only if there is one. */
  peek(): T {
    return this.#slots[this.#head] as T
  }

  /** Takes the oldest item. Call it only if there is one. */
  shift(): T {
    const item = this.#slots[this.#head] as T
    // A slot that kept its item would keep it from the garbage collector.
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & this.#mask
    this.size--
    return item
  }

  /** The newest item. Call it only if there is one. */
  get newest(): T {
    return this.#slots[(this.#head + this.size - 1) & this.#mask] as T
  }
  set newest(item: T) {
    this.#slots[(this.#head + this.size - 1) & this.#mask] = item
  }

  /** Removes all items, and gives back the memory that it grew to. */
  clear(): void {
    this.#slots = new Array<T | undefined>(FIRST_CAPACITY).fill(undefined)
    this.#mask = FIRST_CAPACITY - 1
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
