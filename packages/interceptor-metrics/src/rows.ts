/** Rows of numbers in one piece of memory: what is written at each stage stays in the processor's cache. */
export class Rows {
  /** Replaced when it grows: to be read anew at each use. */
  numbers: Float64Array = new Float64Array(0)
  readonly #length: number
  #used = 0

  constructor(length: number) {
    this.#length = length
  }

  /** Adds a row of zeros; answers where it begins. */
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

/** How many numbers a histogram takes: the sum, how many fell into each bucket, and how many above the last bound. */
export const histogramLength = (bounds: readonly number[]): number => bounds.length + 2

export function observe(numbers: Float64Array, place: number, bounds: readonly number[], seconds: number): void {
  add(numbers, place, seconds)
  let bucket = 0
  while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++
  add(numbers, place + 1 + bucket, 1)
}
