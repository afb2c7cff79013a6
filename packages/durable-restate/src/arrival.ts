import type { InvocationId } from '@restatedev/restate-sdk'
import type { RunAuthor } from '@stageflow/core'
import type { CallFacts } from '@stageflow/core/durable'
import type { KeptFact } from './service-call.ts'

/** An answer, and who gave it. */
export interface GivenAnswer {
  readonly answer?: unknown
  readonly by?: RunAuthor | undefined
  /** It is to the question that was named, and to no later one. */
  readonly onlyThis?: true
}

/** Why a run is cancelled, and who asked for it. */
export interface GivenStop {
  readonly reason: string
  readonly by?: RunAuthor | undefined
}

/** Something that Restate has told the run. */
export type Arrival =
  | { readonly kind: 'call'; readonly key: string; readonly facts: CallFacts | undefined; readonly failure: unknown }
  | {
      readonly kind: 'answer'
      readonly name: string
      readonly path: string
      readonly given: GivenAnswer
      /** Of the call that had asked. */ readonly key: string
    }
  | { readonly kind: 'stop'; readonly given: GivenStop }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'invocation'; readonly id: InvocationId }
  | {
      readonly kind: 'recorded'
      readonly fact: KeptFact
      readonly isWanted: () => boolean
      /** Called if the fact isn't wanted. */
      readonly unused: (() => void) | undefined
    }
