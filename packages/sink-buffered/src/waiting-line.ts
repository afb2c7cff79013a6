/** Who waits for a place, first come first served, however many they are. */
export class WaitingLine {
  #coming: (() => void)[] = []
  /** Those who came before `#coming`, the first at the end: taking from the front of a long array would move all the others. */
  #going: (() => void)[] = []

  get size(): number {
    return this.#coming.length + this.#going.length
  }

  wait(): Promise<void> {
    return new Promise((resolve) => this.#coming.push(resolve))
  }

  /** Lets the first go on until only so many are left. */
  shortenTo(size: number): void {
    while (this.size > size) {
      if (this.#going.length === 0) {
        this.#going = this.#coming.reverse()
        this.#coming = []
      }
      this.#going.pop()?.()
    }
  }
}
