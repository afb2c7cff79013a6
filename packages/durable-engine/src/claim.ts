import { StageflowError } from '@stageflow/core'
import type { RunInput } from '@stageflow/core'
import { fingerprintOf, incompatibilities } from '@stageflow/core/durable'
import type { Admitted, DurableStart, GraphFingerprint, NamedGraph } from '@stageflow/core/durable'
import { fingerprint, show } from '@stageflow/core/kit'

import { checkGuarded, keptText } from './admission.ts'
import { progressOf } from './answers.ts'
import { checkIndexed } from './arguments.ts'
import { endWithoutCode } from './end-without-code.ts'
import { ask, askLast } from './journal.ts'
import type { Act, AddedRun, Journal } from './journal.ts'
import { readObject } from './json.ts'
import type { FactKey, RunRow } from './rows.ts'
import { resultOf } from './run-result.ts'
import type { Settled } from './run-result.ts'
import { graphOf, hasEnded, startOf } from './run-row.ts'

/** What a caller brings to a run that may not exist yet. */
export interface NewRun {
  readonly input: RunInput
  /** The same as JSON. */
  readonly text: string
  /** Those that all legs have. */
  readonly pinned: object
  readonly startedAt: number
  /** Who was admitted to start it; undefined if no interceptor checks callers. */
  readonly admitted: Admitted | undefined
  /** The schedule that starts it, and the time that it is for. */
  readonly scheduled?: { readonly name: string; readonly time: number }
  /** Called once the run is in the journal. */
  readonly onAdded?: () => void
}

/** The process that claims a run. */
export interface Owner {
  readonly owner: string
  readonly leaseMs: number
  /** Whether its lease is to be renewed with the claim. */
  readonly mustRenew: boolean
}
export interface Claimant extends Owner {
  readonly journal: Pick<Journal, 'name'>
  readonly maxRecoveries: number
}

/** A run that this process has just claimed. */
export interface OwnRun {
  readonly is: 'ours'
  readonly row: RunRow
  readonly start: DurableStart
  readonly keys: readonly FactKey[]
}

/**
 * The run is ours, another process carries it, or there is nothing to do: it has ended, or waits for answers. `exists`: it was to be
 * started, and another caller has, so this one must be admitted as one who attaches to it.
 */
export type Claim =
  | OwnRun
  | { readonly is: 'exists' }
  | { readonly is: 'elsewhere' }
  | { readonly is: 'settled'; readonly row: RunRow; readonly result: Settled }

/** What is to be done with a run, without a write: undefined if it can be claimed. */
export function lookAt(row: RunRow | undefined, owner: string): 'settled' | 'elsewhere' | undefined {
  if (row === undefined) return undefined
  const onlyWaits = row.status === 'suspended' && row.has_inbox === 0 && row.is_due === 0
  if (hasEnded(row) || onlyWaits) return 'settled'
  if (row.status === 'running' && isCarriedElsewhere(row, owner)) return 'elsewhere'
  return undefined
}

/** True while another process owns a run and renews its lease. */
export const isCarriedElsewhere = ({ owned, owner }: RunRow, us: string): boolean => owned === 1 && owner !== us

/** Claims the run with this id and this number, or whatever number it has if `n` is undefined. Runs within a write. */
export function* claim(
  runId: string,
  n: number | undefined,
  graph: NamedGraph,
  { journal, owner, leaseMs, maxRecoveries, mustRenew }: Claimant,
): Act<Claim> {
  const row = yield* findSameRun(runId, n)
  if (row === undefined) throw unknownRun(runId, journal)
  checkGuarded(graph, row)
  const keys = yield* ask('factKeys', row.n)
  const seen = lookAt(row, owner)
  checkFit(graph, row.id, graphOf(row), seen === undefined ? keys : [])
  if (seen === 'elsewhere') return { is: 'elsewhere' }
  if (seen === 'settled') return yield* settled(row)
  // Its process has died: `lookAt` has found a lease that is no longer renewed.
  const hasCrashed = row.status === 'running' && row.owner !== null && row.owner !== owner
  const hasNewFacts = row.facts !== row.facts_before
  const crashes = hasCrashed && !hasNewFacts ? row.crashes + 1 : 0
  if (crashes > maxRecoveries) {
    const error = crashLoop(runId, crashes)
    yield* endWithoutCode(row, { status: 'failed', error })
    return yield* settled(row)
  }
  // What has ended the lease of the other, such as a clock that was set, may have ended ours: then a third would take the run at once.
  return yield* take(row, keys, graph, { owner, leaseMs, mustRenew: mustRenew || hasCrashed, crashes })
}

/** Takes a run that no process carries. `keys`: those of its facts. Runs within a write. */
export function* take(
  row: RunRow,
  keys: readonly FactKey[],
  graph: NamedGraph,
  { owner, leaseMs, mustRenew, crashes }: Owner & Pick<RunRow, 'crashes'>,
): Act<OwnRun> {
  const start = startOf(row)
  if (mustRenew) yield* ask('renewLease', owner, leaseMs)
  yield* ask('claimRun', { run: row.n, owner, graph: shapeText(graph), facts: row.facts, crashes })
  // As `claimRun` has just written it.
  return { is: 'ours', row: { ...row, fence: row.fence + 1, leg: row.leg + 1 }, start, keys }
}

function* settled(row: RunRow): Act<Claim> {
  return { is: 'settled', row, result: (yield* resultOf(row)) as Settled }
}

/** Adds a run and claims it. Runs within a write. */
export function* create(
  runId: string,
  graph: NamedGraph,
  { owner, leaseMs, mustRenew }: Owner,
  { input, text, pinned, startedAt, admitted, scheduled }: NewRun,
): Act<Claim> {
  const userId = admitted?.by?.userId ?? input.userId ?? input.runId?.userId ?? null
  const orgId = admitted?.by?.orgId ?? input.orgId ?? input.runId?.orgId ?? null
  checkIndexed(`The name of the pipeline of run "${runId}"`, graph.name)
  checkIndexed(`The userId of run "${runId}"`, userId)
  checkIndexed(`The orgId of run "${runId}"`, orgId)
  const added = {
    id: runId,
    pipeline: graph.name,
    graph: shapeText(graph),
    owner,
    userId,
    orgId,
    startedAt,
    input: text,
    options: JSON.stringify(pinned),
    kept: keptText(admitted?.kept),
  }
  if (mustRenew) yield* ask('renewLease', owner, leaseMs)
  const n = yield* scheduled === undefined ? askLast('addRun', added) : ask('addRun', added)
  if (n === undefined) return { is: 'exists' }
  if (scheduled !== undefined) yield* ask('noteTime', scheduled.name, scheduled.time)
  const keys: readonly FactKey[] = []
  const row = addedRow(n, added, keys)
  return { is: 'ours', row, start: startOf(row), keys }
}

/** A run as `addRun` has just added it. */
const addedRow = (
  n: number,
  { id, pipeline, graph, owner, startedAt, input, options, kept, ...by }: AddedRun,
  keys: readonly FactKey[],
): RunRow => ({
  n,
  id,
  pipeline,
  fingerprint: graph,
  status: 'running',
  owner,
  owned: 1,
  has_inbox: 0,
  fence: 1,
  leg: 1,
  facts: keys.length,
  facts_before: keys.length,
  crashes: 0,
  user_id: by.userId,
  org_id: by.orgId,
  started_at: startedAt,
  updated_at: startedAt,
  input,
  options,
  kept,
  reopened: 0,
  wake_at: null,
  is_due: 0,
  error: null,
})

/** Fingerprints as JSON: one graph is written many times. */
const fingerprintTexts = new WeakMap<GraphFingerprint, string>()

/** The shape of a graph as the journal keeps it. */
function shapeText(graph: NamedGraph): string {
  const shape = fingerprintOf(graph)
  const text = fingerprintTexts.get(shape) ?? JSON.stringify(shape)
  fingerprintTexts.set(shape, text)
  return text
}

/** Throws if the run began with another input: then the caller has reused its id by mistake. `text` is that input as JSON. */
export function checkInput(id: string, text: string, { input }: Pick<NewRun, 'input'>): void {
  const first = readObject(text, 'input', id) as RunInput
  // A run that was given no time of creation has got one.
  const comparable = input.createdAt === undefined ? { ...first, createdAt: undefined } : first
  if (fingerprint(comparable) === fingerprint(input)) return
  const names = Object.keys({ ...comparable, ...input }) as (keyof RunInput)[]
  const others = names.filter((name) => fingerprint(comparable[name]) !== fingerprint(input[name]))
  throw new StageflowError(
    'durable-engine/other-input',
    `Run "${id}" began with another input: ${others.join(', ')} differs. run() attaches to a run only with the identical input. Pass that, or start a run with a new runId. To look at a run without its input, call get(graph, runId, options).`,
  )
}

/** Throws with everything that keeps a run from going on with this graph. */
export function checkFit(graph: NamedGraph, id: string, before: GraphFingerprint, keys: readonly FactKey[]): void {
  const found = incompatibilities(graph, before, progressOf(keys, before))
  if (found.length === 0) return
  throw new StageflowError(
    'durable-engine/changed-graph',
    `Run "${id}" cannot go on with this graph "${graph.name}":${found.map((each) => `\n- ${each}`).join('')}\nContinue it with the graph that it began with, or with one that keeps these stages. The run stays as it is.`,
  )
}

const crashLoop = (runId: string, crashes: number): StageflowError =>
  new StageflowError(
    'durable-engine/crash-loop',
    `Run "${runId}" has failed: ${crashes} legs in a row ended with their process before a stage had ended. Look for what ends the process, such as a lack of memory. Then call retryFailed(graph, runId): it repeats no stage that has settled.`,
  )

/**
 * The run with this id, if it has this number. While a caller was admitted to a run, or waited for it, that may have been deleted, and another
 * user's run may have got its id. `n`: undefined for a caller who may have any run of the id.
 */
export function* findSameRun(id: string, n: number | undefined): Act<RunRow | undefined> {
  const row = yield* ask('findRun', id)
  return n === undefined || row?.n === n ? row : undefined
}

export const unknownRun = (runId: string, { name }: Pick<Journal, 'name'>): StageflowError =>
  new StageflowError(
    'durable-engine/unknown-run',
    `The journal "${name}" has no run ${show(runId)}. It was never started, or has ended longer ago than retentionMs.`,
  )
