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

  get size(): number {
    return this.#stages.length
  }

  add(stage: number): void {
    const stages = this.#stages
    let at = stages.length
    stages.push(stage)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(stage, stages[parent] as number)) break
      stages[at] = stages[parent] as number
      at = parent
    }
    stages[at] = stage
  }

  /** Removes and returns the first stage. The heap must not be empty. */
  take(): number {
    const stages = this.#stages
    const first = stages[0] as number
    const last = stages.pop() as number
    const size = stages.length
    if (size === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#before(stages[child + 1] as number, stages[child] as number)) child++
      if (!this.#before(stages[child] as number, last)) break
      stages[at] = stages[child] as number
      at = child
    }
    stages[at] = last
    return first
  }

  #before(a: number, b: number): boolean {
    return (this.#order[a] as number) < (this.#order[b] as number)
  }
}
