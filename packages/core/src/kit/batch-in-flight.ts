import type { StageflowEvent } from '../contract/events.ts'

export type Batch = readonly StageflowEvent[]

export interface TakenBatch {
  readonly batch: Batch
  /** The number of its first event. */
  readonly number: number
  /** The notice in it, which isn't counted. */
  readonly notice: StageflowEvent | undefined
}

const NONE: TakenBatch = Object.freeze({ batch: Object.freeze([]), number: Infinity, notice: undefined })

/** The batch that a buffer is delivering. */
export class BatchInFlight {
  #taken = NONE

  /** Empty if there is none. */
  get batch(): Batch {
    return this.#taken.batch
  }

  /** Infinity if there is none. */
  get number(): number {
    return this.#taken.number
  }

  get notice(): StageflowEvent | undefined {
    return this.#taken.notice
  }

  /** How many events it has, without the notice. */
  get size(): number {
    const { batch, notice } = this.#taken
    return notice === undefined ? batch.length : batch.length - 1
  }

  begin(taken: TakenBatch): Batch {
    this.#taken = taken
    return taken.batch
  }

  /** Ends the batch, and returns its events without the notice. */
  clear(): Batch {
    const { batch, notice } = this.#taken
    this.#taken = NONE
    return notice === undefined ? batch : batch.filter((event) => event !== notice)
  }
}
