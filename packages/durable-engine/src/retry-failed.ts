import { StageflowError } from '@stageflow/core'
import type { CallFacts } from '@stageflow/core/durable'

import { checkFit } from './claim.ts'
import type { AnyGraph } from './claim.ts'
import { ask } from './journal.ts'
import type { Act } from './journal.ts'
import type { FactRow, RunRow } from './rows.ts'
import { allFacts } from './run-log.ts'
import { graphOf, readFact, startOf } from './run-row.ts'
import type { PinnedOptions } from './run-row.ts'

/**
 * Opens a failed run again. Facts of calls that failed or were cancelled go, with those of the stages in `again`; all others stay. The
 * time limit of the run begins again. Runs within a write.
 */
export function* reopen(graph: AnyGraph, { id }: RunRow, again: readonly string[], now: number): Act<void> {
  const row = yield* ask('findRun', id)
  if (row?.status !== 'failed')
    throw new StageflowError(
      'durable-engine/not-failed',
      `Run "${id}" is ${row?.status ?? 'gone'}, so it is not tried again. Only a failed run is; run(), resume() and recover() go on with others.`,
    )
  checkNames(id, again, Object.keys(graphOf(row).stages))
  const facts = yield* allFacts(row.n)
  const last = lastAttempts(facts)
  const kept = facts.filter((fact) => !isOf(fact, again) && (isKept(fact, id) || isOfEarlierAttempt(fact, last)))
  checkFit(graph, id, graphOf(row), kept)
  const options = startOf(row).options as PinnedOptions
  const { timeoutMs } = options
  // The limit counts from the start of the run.
  const renewed = timeoutMs === undefined ? options : { ...options, timeoutMs: timeoutMs + now - row.started_at }
  const renumbered = kept.map((fact, index) => ({ ...fact, n: index + 1 }))
  yield* ask('reopenRun', { run: row.n, options: JSON.stringify(renewed), facts: renumbered })
}

function checkNames(id: string, again: readonly string[], names: readonly string[]): void {
  const unknown = again.filter((name) => !names.includes(name))
  if (unknown.length === 0) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `retryFailed(): run "${id}" has no stage ${unknown.map((name) => `"${name}"`).join(', ')} to run again; it has ${names.join(', ')}.`,
  )
}

/** Whether a fact is of one of these stages, or of something inside it. */
function isOf({ key }: FactRow, stages: readonly string[]): boolean {
  const [stage = ''] = key.split(/[/#@]/, 1)
  return stages.includes(stage.replaceAll('%2F', '/'))
}

/** Whether a fact says what need not happen again: a result, a question, its answer, or that its time has passed. */
function isKept(fact: FactRow, runId: string): boolean {
  const { kind, key } = fact
  if (kind === 'stop') return false
  // The timers of limits begin with a slash.
  if (kind === 'timer') return !key.startsWith('/')
  if (kind !== 'call') return true
  const { status, abandoned } = readFact(fact, runId) as CallFacts
  return (status === 'ok' || status === 'skip') && abandoned !== true
}

/** A child pipeline that repeats has a number for each attempt in the keys of its calls: `draft#2/check`. */
const ATTEMPT = /^(.*)#(\d+)\/[^/]*$/s

/** The number of the last attempt of each child pipeline that repeats, by its key. */
function lastAttempts(facts: readonly FactRow[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const { key } of facts) {
    const [, child = '', attempt] = ATTEMPT.exec(key) ?? []
    if (attempt !== undefined) last.set(child, Math.max(last.get(child) ?? 0, Number(attempt)))
  }
  return last
}

/** A failure in an attempt that another followed is not what the run failed of: it was the reason for the next attempt. */
function isOfEarlierAttempt({ key }: FactRow, last: ReadonlyMap<string, number>): boolean {
  const [, child = '', attempt] = ATTEMPT.exec(key) ?? []
  return attempt !== undefined && Number(attempt) < (last.get(child) ?? 0)
}
