/** Ready stages by rank: the one with the longest path to the end first, then in declared order. A binary heap. */
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

  /** Takes the first stage out; the heap must not be empty. */
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
