/**
 * A queue of bytes that hands out views of its own memory. It holds `capacity` bytes in twice the memory, so that taken bytes stay
 * unchanged until another `capacity` bytes have been written. The caller makes sure that they fit.
 */
export class ByteRing {
  readonly #memory: Uint8Array
  readonly #alignment: number
  #start = 0
  #size = 0

  /** `capacity`, and what is taken or skipped, are multiples of `alignment`, so no unit is ever in two pieces. */
  constructor(capacity: number, alignment: number) {
    this.#memory = new Uint8Array(2 * capacity)
    this.#alignment = alignment
  }

  get size(): number {
    return this.#size
  }

  write(bytes: Uint8Array, from = 0): void {
    const end = this.#at(this.#size)
    const room = this.#memory.length - end
    const length = bytes.length - from
    if (length <= room) this.#memory.set(from === 0 ? bytes : bytes.subarray(from), end)
    else {
      this.#memory.set(bytes.subarray(from, from + room), end)
      this.#memory.set(bytes.subarray(from + room), 0)
    }
    this.#size += length
  }

  skip(length: number): void {
    this.#start = this.#at(length)
    this.#size -= length
  }

  /** Takes the oldest bytes: a view, or a copy if they are in two pieces (once a lap). */
  take(length: number): Uint8Array {
    // With memory of its own: transferring a view would take the queue's memory along.
    if (length === 0) return new Uint8Array(0)
    const start = this.#start
    const end = start + length
    if (end <= this.#memory.length) {
      this.skip(length)
      return this.#memory.subarray(start, end)
    }
    const copy = new Uint8Array(length)
    this.takeInto(copy, length)
    return copy
  }

  takeInto(target: Uint8Array, length: number): void {
    const start = this.#start
    const first = Math.min(length, this.#memory.length - start)
    target.set(this.#memory.subarray(start, start + first))
    if (first < length) target.set(this.#memory.subarray(0, length - first), first)
    this.skip(length)
  }

  /** Discards everything. The next bytes overwrite an incomplete unit, which was never read. */
  clear(): void {
    this.skip(this.#size - (this.#size % this.#alignment))
    this.#size = 0
  }

  #at(offset: number): number {
    const position = this.#start + offset
    return position < this.#memory.length ? position : position - this.#memory.length
  }
}
