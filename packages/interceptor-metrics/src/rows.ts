/** Rows of numbers in one array, so that the numbers of a stage stay in the processor's cache. */
export class Rows {
  /** Replaced when it grows, so read it at each use. */
  numbers: Float64Array = new Float64Array(0)
  readonly #length: number
  #used = 0

  constructor(length: number) {
    this.#length = length
  }

  /** Adds a row of zeros. Returns where it begins. */
  add(): number {
    const begin = this.#used
    this.#used += this.#length
    if (this.#used > this.numbers.length) {
      const grown = new Float64Array(Math.max(this.#used, 2 * this.numbers.length))
      grown.set(this.numbers)
      this.numbers = grown
    }
    return begin
  }

  get(place: number): number {
    return this.numbers[place] as number
  }

  /** Zeros `length` numbers from `place`. */
  clear(place: number, length: number): void {
    this.numbers.fill(0, place, place + length)
  }
}

export function add(numbers: Float64Array, place: number, value: number): void {
  numbers[place] = (numbers[place] as number) + value
}

/** How many numbers a histogram takes: the sum, one per bucket, and one above the last bound. */
export const histogramLength = (bounds: readonly number[]): number => bounds.length + 2

export function observe(numbers: Float64Array, place: number, bounds: readonly number[], seconds: number): void {
  add(numbers, place, seconds)
  let bucket = 0
  while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++
  add(numbers, place + 1 + bucket, 1)
}
