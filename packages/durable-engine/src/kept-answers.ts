import { keyAtPath, namesIn } from '@stageflow/core/durable'

import type { FactRow, InboxRow, RunRow } from './rows.ts'
import { givenIn, graphOf, readFact } from './run-row.ts'
import type { GivenAnswer, KeptAnswer } from './run-row.ts'

/** An answer that was kept, and that no leg has taken yet. */
export interface WaitingAnswer {
  /** As that of a fact. */
  readonly key: string
  /** When it was kept, in ms since 1970. */
  readonly at: number
  readonly given: GivenAnswer
  /** Its question did not get it, and none will. */
  readonly refused?: true
}

/** The answers in the inbox of a run. A leg that takes one in between has made a fact of it, which counts. */
export function waitingAnswers(
  row: RunRow,
  inbox: readonly InboxRow[],
  facts: readonly FactRow[],
): readonly WaitingAnswer[] {
  const taken = new Set(facts.flatMap(({ kind, key }) => (kind === 'answer' ? [key] : [])))
  return inbox.flatMap(({ kind, key: place, value }) => {
    const isRefused = kind === 'refused'
    if (kind !== 'answer' && kind !== 'early' && !isRefused) return []
    const key = kind === 'early' ? keyAtPath(namesIn(place), graphOf(row)) : place
    if (!isRefused && taken.has(key)) return []
    const kept = readFact({ kind: 'answer', key, value }, row.id) as KeptAnswer
    return [{ key, at: kept.at, given: givenIn(kept), ...(isRefused && { refused: true as const }) }]
  })
}
