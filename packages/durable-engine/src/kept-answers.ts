import { keyAtPath, namesIn } from '@stageflow/core/durable'

import { ask } from './journal.ts'
import type { Act } from './journal.ts'
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
    const key = kind === 'early' ? keyAtPath(namesIn(place), graphOf(row)) : questionKey({ kind, key: place })
    if (!isRefused && taken.has(key)) return []
    const kept = readFact({ kind: 'answer', key, value }, row.id) as KeptAnswer
    return [{ key, at: kept.at, given: givenIn(kept), ...(isRefused && { refused: true as const }) }]
  })
}

/** How many refused answers of a run are kept: the last ones, because a caller can give very many. */
const MOST_REFUSED = 20

/** Puts what tells of a refused answer in its place, by the key of its question. Runs within a write. */
export function* keepRefused(run: number, { n, key, value }: InboxRow): Act<void> {
  yield* ask('takeFromInbox', n)
  // An inbox has one row of a kind and a key, and a question can have several refused answers.
  const own = `${n} ${key}`
  const others = (yield* ask('inbox', run)).filter((row) => row.kind === 'refused' && row.key !== own)
  for (const oldest of others.slice(0, 1 - MOST_REFUSED)) yield* ask('takeFromInbox', oldest.n)
  yield* ask('addToInbox', { run, kind: 'refused', key: own, value })
}
/** The key of the question of a row of the inbox. */
export const questionKey = ({ kind, key }: Pick<InboxRow, 'kind' | 'key'>): string =>
  kind === 'refused' ? key.slice(key.indexOf(' ') + 1) : key
