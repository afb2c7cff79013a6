import type { RunAuthor } from '@stageflow/core'
import type { DurableStart, Fact } from '@stageflow/core/durable'

/** A fact without what differs between attempts. That of a stop has who asked for it, which core doesn't read. */
export type KeptFact = Fact extends infer One
  ? One extends unknown
    ? Omit<One, 'replayed'> & Author<One>
    : never
  : never
type Author<One> = One extends { readonly kind: 'stop' } ? { readonly by?: RunAuthor | undefined } : unknown

/** A call of a stage on another machine: the facts of the run so far, and the call that is to be carried out there. */
export interface ServiceCall {
  readonly start: DurableStart
  readonly key: string
  readonly facts: readonly KeptFact[]
}
