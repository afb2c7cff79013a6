import type { InvocationId } from '@restatedev/restate-sdk'
import type { RunAuthor } from '@stageflow/core'
import type { AnswerDemands, CallFacts } from '@stageflow/core/durable'
import type { Question } from './questions.ts'
import type { KeptFact } from './service-call.ts'
import type { GivenInterrupt, GivenStop } from './stops.ts'

/** An answer, and who gave it. */
export interface GivenAnswer {
  readonly answer?: unknown
  readonly by?: RunAuthor | undefined
  /** It is to the question that was named, and to no later one. */
  readonly onlyThis?: true
  /** It came before its question. */
  readonly early?: true
  /** What the graph that admitted it demanded of its author; undefined for a part of the app. */
  readonly demanded?: AnswerDemands | undefined
}

/** What was recorded of an answer that the run took: when, or when its question refused it. */
export type TakenStep = number | { readonly refusedAt: number }

export interface ArrivedAnswer {
  readonly kind: 'answer'
  /** Of its promise. */
  readonly name: string
  readonly path: string
  readonly given: GivenAnswer
  /** Of the call that had asked. */
  readonly key: string
}

/** Something that Restate has told the run. */
export type Arrival =
  | { readonly kind: 'call'; readonly key: string; readonly facts: CallFacts | undefined; readonly failure: unknown }
  | ArrivedAnswer
  | { readonly kind: 'stop'; readonly given: GivenStop }
  | { readonly kind: 'interrupt'; readonly given: GivenInterrupt }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'invocation'; readonly id: InvocationId }
  | { readonly kind: 'recorded'; readonly fact: KeptFact }
  | {
      readonly kind: 'taken'
      readonly answer: ArrivedAnswer
      readonly question: Question
      readonly isWanted: () => boolean
      readonly recorded: TakenStep
    }
