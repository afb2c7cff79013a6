import { parseKey } from '@stageflow/core/durable'
import type { GraphFingerprint, StageFingerprint } from '@stageflow/core/durable'

import type { FactRow, InboxRow, RunRow } from './rows.ts'
import { graphOf, readFact } from './run-row.ts'
import type { GivenAnswer, KeptAnswer } from './run-row.ts'

/** An answer that was kept, and that no leg has taken yet. */
export interface WaitingAnswer {
  /** As that of a fact. */
  readonly key: string
  /** When it was kept, in ms since 1970. */
  readonly at: number
  readonly given: GivenAnswer
}

/** The answers in the inbox of a run. A leg that takes one in between has made a fact of it, which counts. */
export function waitingAnswers(
  row: RunRow,
  inbox: readonly InboxRow[],
  facts: readonly FactRow[],
): readonly WaitingAnswer[] {
  const taken = new Set(facts.flatMap(({ kind, key }) => (kind === 'answer' ? [key] : [])))
  return inbox.flatMap(({ kind, key: place, value }) => {
    if (kind !== 'answer' && kind !== 'early') return []
    const key = kind === 'early' ? keyOf(place, graphOf(row)) : place
    if (taken.has(key)) return []
    const { at, unchecked: _, ...given } = readFact({ kind: 'answer', key, value }, row.id) as KeptAnswer
    return [{ key, at, given }]
  })
}

/** The key that the first question of a path of names has. The path of an early answer has the place of an item as one of its names. */
function keyOf(path: string, graph: GraphFingerprint): string {
  let inside: GraphFingerprint | undefined = graph
  let isPlace = false
  let key = ''
  for (const name of path.split('/')) {
    key += isPlace ? `#${name}` : `${key === '' ? '' : '/'}${name}`
    const stage: StageFingerprint | undefined = isPlace ? undefined : inside?.stages[stageOf(name)]
    if (!isPlace) inside = stage?.child
    isPlace = stage?.map === true
  }
  return key
}

/** The stage of the run itself that a key or a path is of. */
export const stageOf = (key: string): string => parseKey(key).parts[0]?.name ?? ''
