/** A first-in, first-out queue in a circle of slots, which doubles when it is full. Both ends cost the same at any size. */
export class Ring<T> {
  #slots: (T | undefined)[] = Array.from({ length: 64 })
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow()
    this.#slots[(this.#head + this.#size++) & (this.#slots.length - 1)] = item
  }

  /** The oldest; only where there is one. */
  peek(): T {
    return this.#slots[this.#head] as T
  }

  /** Takes the oldest out; only where there is one. */
  shift(): T {
    const item = this.#slots[this.#head] as T
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#size--
    return item
  }

  clear(): void {
    this.#slots = Array.from({ length: 64 })
    this.#head = 0
    this.#size = 0
  }

  #grow(): void {
    const { length } = this.#slots
    const slots: (T | undefined)[] = Array.from({ length: length * 2 })
    for (let index = 0; index < length; index++) slots[index] = this.#slots[(this.#head + index) & (length - 1)]
    this.#slots = slots
    this.#head = 0
  }
}
