/** The slots of a run with `maxConcurrency`: which stages are ready, which are parked, and which wait to resume. */
export class Slots {
  declare readonly ready: ReadyHeap
  readonly #limit: number
  /** Running stages without a slot. */
  readonly #parked = new Set<number>()
  /** Parked stages that wait for a slot, in order of arrival. */
  readonly #returning = new Set<number>()

  constructor(limit: number, order: Int32Array) {
    this.#limit = limit
    this.ready = new ReadyHeap(order)
  }

  /** Whether a slot is free while `busy` stages run or are parked. */
  hasFree(busy: number): boolean {
    return busy - this.#parked.size < this.#limit
  }

  /** Frees the slot of a running stage, or its place in line. Returns false if it has neither. */
  park(stage: number): boolean {
    return this.#returning.delete(stage) || this.#parked.size < this.#parked.add(stage).size
  }

  /** Puts a parked stage in line for a slot. Returns false if it isn't parked, or is in line already. */
  unpark(stage: number): boolean {
    return this.#parked.has(stage) && this.#returning.size < this.#returning.add(stage).size
  }

  /** Gives a slot to the parked stage that has waited longest; undefined if no stage waits. */
  resume(): number | undefined {
    const [stage] = this.#returning
    if (stage !== undefined) this.forget(stage)
    return stage
  }

  /** Removes a stage that has settled, or that has its slot again. */
  forget(stage: number): void {
    this.#parked.delete(stage)
    this.#returning.delete(stage)
  }
}

/** A binary heap of ready stages: the longest path to the end first, then declared order. */
export class ReadyHeap {
  /** The place of each stage in the order. */
  readonly #order: Int32Array
  readonly #stages: number[] = []

  constructor(order: Int32Array) {
    this.#order = order
  }

  add(stage: number): void {
    let at = this.#stages.push(stage) - 1
    for (let parent = (at - 1) >> 1; this.#rises(at, parent); parent = (at - 1) >> 1) at = parent
  }

  /** Removes and returns the first stage; undefined if there is none. */
  take(): number | undefined {
    const stages = this.#stages
    const first = stages[0]
    const last = stages.pop()
    if (last !== undefined && stages.length > 0) stages[0] = last
    for (let at = 0; ;) {
      const left = 2 * at + 1
      const child = this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#rises(child, at)) return first
      at = child
    }
  }

  /** Swaps two places of the heap if the lower one has the stage that comes first. */
  #rises(lower: number, upper: number): boolean {
    if (!this.#isBefore(lower, upper)) return false
    const stages = this.#stages
    const stage = stages[lower] as number
    stages[lower] = stages[upper] as number
    stages[upper] = stage
    return true
  }

  /** Compares the stages of two places. A place that the heap doesn't have is before none, and none is before it. */
  #isBefore(a: number, b: number): boolean {
    if (a >= this.#stages.length || b < 0) return false
    return (this.#order[this.#stages[a] as number] as number) < (this.#order[this.#stages[b] as number] as number)
  }
}
