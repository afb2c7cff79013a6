/** The slots of a run with `maxConcurrency`: which stages are ready, which are parked, and which wait to resume. */
export class Slots {
  declare readonly ready: ReadyStages
  readonly #limit: number
  /** Running stages without a slot. */
  readonly #parked = new Set<number>()
  /** Parked stages that wait for a slot, in order of arrival. */
  readonly #returning = new Set<number>()

  constructor(limit: number, order: Int32Array) {
    this.#limit = limit
    this.ready = new ReadyStages(order)
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

/** The ready stages: the longest path to the end first, then declared order. */
export class ReadyStages {
  /** The place of each stage in the order. */
  readonly #order: Int32Array
  /** Sorted, the first in the order at the end: taking it moves no other. */
  readonly #stages: number[] = []

  constructor(order: Int32Array) {
    this.#order = order
  }

  get size(): number {
    return this.#stages.length
  }

  add(stage: number): void {
    const stages = this.#stages
    const order = this.#order
    let from = 0
    let to = stages.length
    while (from < to) {
      const middle = (from + to) >> 1
      if ((order[stages[middle] as number] as number) < (order[stage] as number)) to = middle
      else from = middle + 1
    }
    stages.splice(from, 0, stage)
  }

  /** Removes and returns the first stage. There must be one. */
  take(): number {
    return this.#stages.pop() as number
  }
}
