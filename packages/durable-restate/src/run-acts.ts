import type { RunAuthor } from '@stageflow/core'
import type { KeptFact } from './service-call.ts'

/** An act of a person, or of a part of the app, that counted. */
export interface RunAct {
  /** `stop`: the run was cancelled. `retry`: it had failed, and was tried again. */
  readonly kind: 'answer' | 'stop' | 'retry'
  /** For answers: the key of the call that had asked, such as `kid/check`. Otherwise empty. */
  readonly key: string
  /** When it was recorded, in ms since 1970. */
  readonly at: number
  /** Who asked for it, if that was verified. */
  readonly by?: RunAuthor
  /** For retries: the stages that run again although they had settled, those that depend on the ones that were named included. */
  readonly again?: readonly string[]
  /** `true` for an answer to a named question whose time passed before the run took it. It is not used. */
  readonly refused?: true
}

/** A retry of a failed run. */
export type Retry = Pick<RunAct, 'at' | 'by' | 'again'>

export const actOfRetry = ({ at, by, again }: Retry): RunAct => ({
  kind: 'retry',
  key: '',
  at,
  ...(by !== undefined && { by }),
  ...(again !== undefined && { again }),
})

/** The act that a fact records; undefined if it records none. */
export function actOfFact(fact: KeptFact): RunAct | undefined {
  if (fact.kind !== 'answer' && fact.kind !== 'stop') return undefined
  const { kind, key, at, by } = fact
  return { kind, key, at, ...(by !== undefined && { by }) }
}

/** What was asked of a run before it was moved or tried again. */
export const actsOfMoved = (triedAgain: readonly Retry[], facts: readonly KeptFact[]): readonly RunAct[] =>
  inOrder([...triedAgain.map(actOfRetry), ...facts.flatMap((fact) => actOfFact(fact) ?? [])])

export const inOrder = (acts: readonly RunAct[]): readonly RunAct[] => acts.toSorted((one, other) => one.at - other.at)
