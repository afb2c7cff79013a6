import type { InvocationId } from '@restatedev/restate-sdk'
import type { CallFacts } from '@stageflow/core/durable'
import type { KeptFact } from './service-call.ts'

/** Something that Restate has told the run. */
export type Arrival =
  | { readonly kind: 'call'; readonly key: string; readonly facts: CallFacts | undefined; readonly failure: unknown }
  | { readonly kind: 'answer'; readonly key: string; readonly answer: unknown }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'invocation'; readonly id: InvocationId }
  | { readonly kind: 'recorded'; readonly fact: KeptFact; readonly isWanted: () => boolean }
