import type { RunAuthor } from '@stageflow/core'
import { isInterrupt } from './stops.ts'
import type { KeptFact } from './service-call.ts'

/** An act of a person, or of a part of the app, that counted. */
export interface RunAct {
  /** `stop`: the run was cancelled. `retry`: it had failed, and was tried again. */
  readonly kind: 'answer' | 'stop' | 'interrupt' | 'retry'
  /** For answers: the key of the call that had asked, such as `kid/check`. Otherwise empty. */
  readonly key: string
  /** When it was recorded, in ms since 1970. */
  readonly at: number
  /** Who asked for it, if that was verified. */
  readonly by?: RunAuthor
  /** For retries: the stages that run again although they had settled, those that depend on the ones that were named included. */
  readonly again?: readonly string[]
  /**
   * `true` for an answer that is not used. It was to a named question whose time passed first, or the graph demands something else of its
   * author by now.
   */
  readonly refused?: true
}

/** An answer that a question has refused. */
export interface RefusedAnswer {
  /** Of the call that had asked. */
  readonly key: string
  /** In ms since 1970. */
  readonly at: number
  readonly by?: RunAuthor
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
  const { key, at, by } = fact
  const kind = isInterrupt(fact) ? 'interrupt' : fact.kind
  return { kind, key, at, ...(by !== undefined && { by }) }
}

/** What was asked of a run before it was moved or tried again. */
export const actsOfMoved = ({ triedAgain = [], facts, refused = [] }: ActsBefore): readonly RunAct[] =>
  shownActs([
    ...triedAgain.map(actOfRetry),
    ...facts.flatMap((fact) => actOfFact(fact) ?? []),
    ...refused.map(actOfRefused),
  ])
interface ActsBefore {
  readonly triedAgain?: readonly Retry[] | undefined
  readonly facts: readonly KeptFact[]
  readonly refused?: readonly RefusedAnswer[] | undefined
}

export const actOfRefused = ({ key, at, by }: RefusedAnswer): RunAct => ({
  kind: 'answer',
  key,
  at,
  ...(by !== undefined && { by }),
  refused: true,
})

/** How many refused answers of a run are shown: the last ones, because a caller can give very many. */
const MOST_REFUSED = 20

/** Acts in their order, with the last of those that are refused. */
export function shownActs(acts: readonly RunAct[]): readonly RunAct[] {
  const all = acts.toSorted((one, other) => one.at - other.at)
  const shown = new Set(all.filter(({ refused }) => refused).slice(-MOST_REFUSED))
  return all.filter((act) => act.refused !== true || shown.has(act))
}
