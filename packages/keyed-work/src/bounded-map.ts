import { checkOptions, type OptionRule, type OptionRules, or, required, whole } from '@stageflow/core/kit'

/** The bounds of a store in memory. */
export interface Bounds {
  /** Maximum number of values. */
  readonly maxEntries: number
  /** Maximum length of their texts together, in characters. Each value takes 128 more, so that empty ones aren't free. */
  readonly maxLength: number
}

const BOUND: OptionRule = or(whole(1), Infinity)
/** The rules of the options with which an app sets the bounds. */
export const BOUNDS: OptionRules<Bounds> = { maxEntries: BOUND, maxLength: BOUND }

const REQUIRED: OptionRules<Bounds> = { maxEntries: required(BOUND), maxLength: required(BOUND) }

const ENTRY_LENGTH = 128

interface Link<Value> {
  readonly key: string
  readonly value: Value
  length: number
  older: Link<Value> | undefined
  newer: Link<Value> | undefined
}

/**
 * Values by key, from the oldest to the newest, within bounds: what a store in memory keeps its records in. The store decides which
 * values may go when there is no room.
 *
 * The order is a list of its own. A `Map` in which a key is removed and added again searches through all its former places: that took
 * 100 µs among 10,000 others.
 */
export class BoundedMap<Value> {
  readonly #bounds: Bounds
  readonly #onDelete: ((value: Value) => void) | undefined
  readonly #links = new Map<string, Link<Value>>()
  #oldest: Link<Value> | undefined
  #newest: Link<Value> | undefined
  #length = 0

  /** `onDelete` is called with each value that is removed. Throws `keyed-work/illegal-option`. */
  constructor(bounds: Bounds, onDelete?: (value: Value) => void) {
    checkOptions('new BoundedMap()', 'keyed-work/illegal-option', bounds, REQUIRED)
    this.#bounds = bounds
    this.#onDelete = onDelete
  }

  get size(): number {
    return this.#links.size
  }

  /** The length of all values together, as `maxLength` counts it. */
  get length(): number {
    return this.#length
  }

  get(key: string): Value | undefined {
    return this.#links.get(key)?.value
  }

  /** All values, the oldest first. */
  *values(): Generator<Value, void> {
    for (let link = this.#oldest; link !== undefined; link = link.newer) yield link.value
  }

  /** Whether a value whose texts have this length fits into an empty map. */
  canHold(length: number): boolean {
    return length + ENTRY_LENGTH <= this.#bounds.maxLength
  }

  /**
   * Removes values that may go, the oldest first, until another one fits, whose texts have this length. Returns whether it fits now.
   * Removes nothing for a value that can never fit.
   */
  makeRoom(length: number, mayGo: (value: Value) => boolean): boolean {
    if (!this.canHold(length)) return false
    let link = this.#oldest
    while (link !== undefined && !this.#hasRoom(length)) {
      const { key, value, newer } = link
      if (mayGo(value)) this.delete(key)
      link = newer
    }
    return this.#hasRoom(length)
  }

  /** Makes it the newest value. `length`: that of its texts. */
  set(key: string, value: Value, length: number): void {
    this.delete(key)
    const link: Link<Value> = { key, value, length: length + ENTRY_LENGTH, older: undefined, newer: undefined }
    this.#links.set(key, link)
    this.#length += link.length
    this.#append(link)
  }

  /** Makes the value the newest one. */
  touch(key: string): void {
    const link = this.#links.get(key)
    if (link === undefined || link === this.#newest) return
    this.#unlink(link)
    this.#append(link)
  }

  /** Counts texts of this length that the value got. It keeps its place, even if the map is then longer than its bound. */
  lengthen(key: string, length: number): void {
    const link = this.#links.get(key)
    if (link === undefined) return
    link.length += length
    this.#length += length
  }

  delete(key: string): void {
    const link = this.#links.get(key)
    if (link === undefined) return
    this.#links.delete(key)
    this.#unlink(link)
    this.#length -= link.length
    this.#onDelete?.(link.value)
  }

  #hasRoom(length: number): boolean {
    const { maxEntries, maxLength } = this.#bounds
    return this.#links.size < maxEntries && this.#length + length + ENTRY_LENGTH <= maxLength
  }

  #append(link: Link<Value>): void {
    link.older = this.#newest
    link.newer = undefined
    if (this.#newest === undefined) this.#oldest = link
    else this.#newest.newer = link
    this.#newest = link
  }

  #unlink({ older, newer }: Link<Value>): void {
    if (older === undefined) this.#oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
  }
}
