import type { DurableStart, Fact } from '@stageflow/core/durable'

/** A fact without what differs between attempts. */
export type KeptFact = Fact extends infer One ? (One extends unknown ? Omit<One, 'replayed'> : never) : never

/** A call of a stage on another machine: the facts of the run so far, and the call that is to be carried out there. */
export interface ServiceCall {
  readonly start: DurableStart
  readonly key: string
  readonly facts: readonly KeptFact[]
}
