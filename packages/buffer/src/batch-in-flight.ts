import type { StageflowEvent } from '@stageflow/core'

export type Batch = readonly StageflowEvent[]

const NONE: Batch = Object.freeze([])

/** The batch that a buffer is delivering. */
export class BatchInFlight {
  /** Its events; empty if there is none. */
  batch: Batch = NONE
  /** The number of its first event; Infinity if there is none. */
  number: number = Infinity
  /** The notice in it, which isn't counted. */
  notice: StageflowEvent | undefined = undefined

  /** How many events it has, without the notice. */
  get size(): number {
    return this.notice === undefined ? this.batch.length : this.batch.length - 1
  }

  begin(batch: Batch, number: number, notice?: StageflowEvent): Batch {
    this.batch = batch
    this.number = number
    this.notice = notice
    return batch
  }

  /** Ends the batch, and returns its events without the notice. */
  clear(): Batch {
    const { batch, notice } = this
    this.batch = NONE
    this.number = Infinity
    this.notice = undefined
    return notice === undefined ? batch : batch.filter((event) => event !== notice)
  }
}
