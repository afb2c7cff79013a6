// The integers of a schedule: here, since this file imports nothing, so that bundlers put them where they are used.

// Facts, which the runner feeds.
/** A stage ended; the detail is its state, with STAYS added where its code still runs. */
export const SETTLED = 1
/** The code of a stage ended, or was given up, later than its status. */
export const LEFT = 2
/** Nothing new may start. */
export const STOP = 3

// Commands, which the runner takes.
export const START = 1
export const SKIP = 2
export const ABORT = 3
/** Nothing runs, and nothing can start any more. */
export const END = 4

// States of a stage.
export const WAITING = 0
export const READY = 1
export const RUNNING = 2
export const OK = 3
export const SKIPPED = 4
export const FAILED = 5
export const CANCELLED = 6
export const STAYS = 8

// The cells of a stage in the one array of a run.
export const CELLS = 4
/** Dependencies that have not settled. */
export const PENDING = 0
/** Dependencies that must still end ok. */
export const NEED = 1
export const STATE = 2
/** The dependency that released or skipped the stage; −1: none; the stage itself: nobody can read it any more. */
export const WHY = 3

/** In the place of a count of readers: the stage was told to stop, since nobody can read it. */
export const ABORTED = -1
export const STATE_BITS = 7
const OPERATION_BITS = 3
export const operationOf = (command: number): number => command & 7
export const stageOf = (command: number): number => command >> OPERATION_BITS
export const commandOf = (operation: number, stage: number): number => (stage << OPERATION_BITS) | operation

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
