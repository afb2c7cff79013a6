import { StageflowError } from '@stageflow/core'
import type { RunInput, StageGraph } from '@stageflow/core'
import { fingerprintOf, misfits } from '@stageflow/core/durable'
import type { DurableStart, GraphFingerprint } from '@stageflow/core/durable'
import { fingerprint, show } from '@stageflow/core/kit'

import { progressOf } from './answers.ts'
import type { FactKey } from './answers.ts'
import { endWithoutCode } from './end-without-code.ts'
import type { Journal } from './journal.ts'
import { readJson } from './json.ts'
import { findRun, graphOf, hasEnded, startOf } from './run-row.ts'
import type { RunRow } from './run-row.ts'
import { ADD, ADD_GRAPH, CLAIM, FIND_GRAPH, KEYS, RENEW } from './statements.ts'

export type AnyGraph = Pick<StageGraph<unknown, unknown>, 'name' | 'info'>

/** What a caller brings to a run that may not exist yet. */
export interface NewRun {
  readonly input: RunInput
  /** The same as JSON. */
  readonly text: string
  /** Those that all legs have. */
  readonly pinned: object
  readonly startedAt: number
}

export interface Claimant {
  readonly owner: string
  readonly leaseMs: number
  readonly maxRecoveries: number
}

/** The run is ours, another process carries it, or there is nothing to do: it has ended, or waits for answers. */
export type Claim =
  | { readonly is: 'ours'; readonly row: RunRow; readonly start: DurableStart; readonly keys: readonly FactKey[] }
  | { readonly is: 'elsewhere' }
  | { readonly is: 'settled'; readonly row: RunRow }

/** What is to be done with a run, without a write: undefined if it can be claimed. */
export function lookAt(row: RunRow | undefined, owner: string): Claim | undefined {
  if (row === undefined) return undefined
  if (hasEnded(row) || (row.status === 'suspended' && row.called === 0)) return { is: 'settled', row }
  if (row.status === 'running' && row.owned === 1 && row.owner !== owner) return { is: 'elsewhere' }
  return undefined
}

/** Claims a run, and creates it if it is new. Runs within a write. */
export function claim(
  journal: Journal,
  runId: string,
  graph: AnyGraph,
  { owner, leaseMs, maxRecoveries }: Claimant,
  created: NewRun | undefined,
): Claim {
  const row = findRun(journal, runId)
  if (row === undefined) {
    if (created === undefined) throw unknownRun(runId, journal.path)
    return create(journal, runId, graph, { owner, leaseMs }, created)
  }
  const keys = journal.all(KEYS, row.n) as unknown as readonly FactKey[]
  const settled = lookAt(row, owner)
  checkFit(graph, row.id, graphOf(row), settled === undefined ? keys : [])
  if (created !== undefined) checkInput(row.id, row.input, created)
  if (settled !== undefined) return settled
  const hasCrashed = row.status === 'running' && row.owner !== null && row.owner !== owner
  const crashes = hasCrashed && row.facts === row.facts_before ? row.crashes + 1 : 0
  if (crashes > maxRecoveries) {
    const error = crashLoop(runId, crashes)
    endWithoutCode(journal, row, { status: 'failed', error })
    return { is: 'settled', row: findRun(journal, runId) as RunRow }
  }
  const start = startOf(row)
  journal.run(RENEW, { owner, ms: leaseMs })
  journal.run(CLAIM, { run: row.n, owner, graph: idOf(journal, fingerprintOf(graph)), facts: row.facts, crashes })
  return { is: 'ours', row: { ...row, fence: row.fence + 1, leg: row.leg + 1 }, start, keys }
}

function create(
  journal: Journal,
  runId: string,
  graph: AnyGraph,
  { owner, leaseMs }: Pick<Claimant, 'owner' | 'leaseMs'>,
  { input, text, pinned, startedAt }: NewRun,
): Claim {
  if (!journal.hasRoom)
    throw new StageflowError(
      'durable-local/full',
      `Run "${runId}" was not started: the journal "${journal.path}" has reached 90% of maxBytes. Raise maxBytes, or shorten retentionMs so that ended runs are deleted sooner.`,
    )
  journal.run(RENEW, { owner, ms: leaseMs })
  const [userId, orgId] = (['userId', 'orgId'] as const).map((id) => input[id] ?? input.runId?.[id] ?? null)
  journal.run(ADD, {
    id: runId,
    pipeline: graph.name,
    graph: idOf(journal, fingerprintOf(graph)),
    owner,
    userId,
    orgId,
    startedAt,
    input: text,
    options: JSON.stringify(pinned),
  })
  const row = findRun(journal, runId) as RunRow
  return { is: 'ours', row, start: startOf(row), keys: [] }
}

const texts = new WeakMap<GraphFingerprint, string>()

function idOf(journal: Journal, graph: GraphFingerprint): number {
  const text = texts.get(graph) ?? JSON.stringify(graph)
  texts.set(graph, text)
  journal.run(ADD_GRAPH, text)
  return Number(journal.get(FIND_GRAPH, text)?.['id'])
}

/** Throws if the run began with another input: then the caller has reused its id by mistake. */
export function checkInput(id: string, text: string, { input }: NewRun): void {
  const before = readJson(text, 'input', id) as RunInput
  const known = input.createdAt === undefined ? { ...before, createdAt: undefined } : before
  if (fingerprint(known) === fingerprint(input)) return
  throw new StageflowError(
    'durable-local/other-input',
    `Run "${id}" began with another input. Pass the input that it began with, or start a run with a new runId.`,
  )
}

/** Throws with everything that keeps a run from going on with this graph. */
export function checkFit(graph: AnyGraph, id: string, before: GraphFingerprint, keys: readonly FactKey[]): void {
  const found = misfits(graph, before, progressOf(keys, before))
  if (found.length === 0) return
  throw new StageflowError(
    'durable-local/changed-graph',
    `Run "${id}" cannot go on with this graph "${graph.name}":${found.map((misfit) => `\n- ${misfit}`).join('')}\nContinue it with the graph that it began with, or with one that keeps these stages. The run stays as it is.`,
  )
}

const crashLoop = (runId: string, crashes: number): StageflowError =>
  new StageflowError(
    'durable-local/crash-loop',
    `Run "${runId}" has failed: ${crashes} legs in a row ended with their process before a stage had ended. Look for what ends the process, such as a lack of memory, and start the run again under another id.`,
  )

export const unknownRun = (runId: string, path: string): StageflowError =>
  new StageflowError(
    'durable-local/unknown-run',
    `The journal "${path}" has no run ${show(runId)}. It was never started, or has ended longer ago than retentionMs.`,
  )
