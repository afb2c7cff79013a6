/** An entry that ends at a certain time. Only its queue sets `place`. */
export interface Expiring {
  readonly expiresAt: number
  place: number
}

/** Entries in the order in which they end, as a binary heap: adding and removing one take as many steps as its size has binary digits. */
export class ExpiryQueue<Entry extends Expiring> {
  readonly #heap: Entry[] = []

  /** The entry that ends first. */
  get first(): Entry | undefined {
    return this.#heap[0]
  }

  add(entry: Entry): void {
    this.#moveUp(entry, this.#heap.length)
  }

  remove({ place }: Entry): void {
    const last = this.#heap.pop()
    if (last === undefined || last.place === place) return
    // It replaces the removed entry, and may be out of order there in either direction.
    this.#moveUp(last, place)
    this.#moveDown(last, last.place)
  }

  /** Puts an entry at a place, or above it if those there end later. */
  #moveUp(entry: Entry, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above] as Entry
      if (parent.expiresAt <= entry.expiresAt) break
      this.#put(parent, place)
      place = above
    }
    this.#put(entry, place)
  }

  #moveDown(entry: Entry, from: number): void {
    let place = from
    for (;;) {
      const child = this.#earlierChild(place)
      if (child === undefined || child.expiresAt >= entry.expiresAt) break
      const below = child.place
      this.#put(child, place)
      place = below
    }
    this.#put(entry, place)
  }

  #earlierChild(place: number): Entry | undefined {
    const left = this.#heap[2 * place + 1]
    const right = this.#heap[2 * place + 2]
    return right !== undefined && left !== undefined && right.expiresAt < left.expiresAt ? right : left
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry
    entry.place = place
  }
}
