import { StageflowError } from '@stageflow/core'
import type { RunAuthor } from '@stageflow/core'
import { factsForRetry, outermostStage, stagesAgain, wrongAgain } from '@stageflow/core/durable'
import type { CallFacts, GraphFingerprint, NamedGraph, RetriedFact } from '@stageflow/core/durable'

import { checkGuarded } from './admission.ts'
import { checkFit, findSameRun, unknownRun } from './claim.ts'
import { ask } from './journal.ts'
import { questionKey } from './kept-answers.ts'
import type { Act, Journal } from './journal.ts'
import type { FactRow, RunRow } from './rows.ts'
import { allFacts } from './run-log.ts'
import { graphOf, readFact, startOf } from './run-row.ts'
import type { GivenRetry, KeptOptions } from './run-row.ts'

interface Retry {
  /** Stages that run again although they had settled, and with them all that depend on them. */
  readonly again: readonly string[]
  readonly now: number
  /** Who asked for it, if that was verified. */
  readonly by: RunAuthor | undefined
}

/**
 * Opens a failed run again. Facts of calls that failed or were cancelled go, with those of the stages in `again` and of all that depend on
 * them; all others stay. The
 * time limit of the run begins again. Runs within a write.
 */
export function* reopen(
  graph: NamedGraph,
  { id, n }: RunRow,
  { again, now, by }: Retry,
  journal: Pick<Journal, 'name'>,
): Act<void> {
  const row = yield* findSameRun(id, n)
  if (row === undefined) throw unknownRun(id, journal)
  if (row.status !== 'failed')
    throw new StageflowError(
      'durable-engine/not-failed',
      `Run "${id}" is ${row.status}, so it is not tried again. Only a failed run is; run(), resume() and recover() go on with others.`,
    )
  checkGuarded(graph, row)
  const wrong = wrongAgain(id, again, graphOf(row))
  if (wrong !== undefined) throw new StageflowError('durable-engine/illegal-option', wrong)
  const fits = (kept: readonly FactRow[]): void => checkFit(graph, id, graphOf(row), kept)
  yield* reopenWith(graphOf(row), row, { again, now, by }, fits)
}

/** Keeps what a retry of a run keeps, and opens it. `check`: throws for facts that the next leg can't begin with. */
export function* reopenWith(
  graph: GraphFingerprint,
  row: RunRow,
  { again, now, by }: Retry,
  check: (kept: readonly FactRow[]) => void,
): Act<void> {
  const facts = yield* allFacts(row.n)
  const ofLegs = facts.flatMap((fact) => retried(fact, row.id) ?? [])
  const kept = factsForRetry(graph, ofLegs, again).map(({ fact }) => fact)
  check(kept)
  const options: KeptOptions = { ...startOf(row).options, limitFrom: now }
  const value: GivenRetry = { by, ...(again.length > 0 && { again: stagesAgain(graph, again) }) }
  const retry = { kind: 'retry', key: '', at: now, value: JSON.stringify(value) } as const
  const staying = new Set(kept)
  const past = facts.filter((fact) => staying.has(fact) || fact.kind === 'retry')
  const renumbered = [...past, retry].map((fact, index) => ({ ...fact, n: index + 1 }))
  // A stage that runs again asks again, so an answer to its earlier question doesn't answer this one.
  for (const { n, kind, key } of yield* ask('inbox', row.n))
    if (value.again?.includes(outermostStage(questionKey({ kind, key }))) === true) yield* ask('takeFromInbox', n)
  yield* ask('reopenRun', { run: row.n, options: JSON.stringify(options), facts: renumbered })
}

/** A fact with its row; undefined for one that no leg is given. The call of a question is recorded as one. */
function retried(fact: FactRow, runId: string): (RetriedFact & { readonly fact: FactRow }) | undefined {
  const { kind, key } = fact
  if (kind === 'retry') return undefined
  if (kind === 'interrupt') return { kind: 'stop', key, fact }
  if (kind !== 'call' && kind !== 'ask') return { kind, key, fact }
  return { kind: 'call', key, facts: readFact(fact, runId) as CallFacts, fact }
}
