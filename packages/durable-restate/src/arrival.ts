import type { InvocationId } from '@restatedev/restate-sdk'
import type { RunAuthor } from '@stageflow/core'
import type { AnswerDemands, CallFacts, Interrupt } from '@stageflow/core/durable'
import type { Question } from './questions.ts'
import type { KeptFact } from './service-call.ts'

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

/** Why a run was cancelled in Restate, which gives no reason and names no author. */
export const BY_ENGINE: GivenStop = { reason: 'cancelled in Restate' }

/** What was recorded of an answer that the run took: when, or when its question refused it. */
export type TakenStep = number | { readonly refusedAt: number }

/** Why a run is cancelled, and who asked for it. */
export interface GivenStop {
  readonly reason: string
  readonly by?: RunAuthor | undefined
}
/** Why a run is interrupted, by whom, and what its stages get. */
export interface GivenInterrupt extends GivenStop, Interrupt {}

/** The fact of a stop. */
export const stopFact = ({ reason, by }: GivenStop, at: number): KeptFact => ({
  kind: 'stop',
  key: '',
  reason,
  ...(by !== undefined && { by }),
  at,
})
export const interruptFact = ({ data, ...stop }: GivenInterrupt, at: number): KeptFact => ({
  ...(stopFact(stop, at) as Extract<KeptFact, { kind: 'stop' }>),
  interrupt: { data },
})
/** Whether a fact is an interrupt: a stop of its own kind. */
export const isInterrupt = (fact: KeptFact): boolean => fact.kind === 'stop' && fact.interrupt !== undefined

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
