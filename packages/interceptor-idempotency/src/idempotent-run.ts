import { ContextSnapshot, StageflowError, systemClock } from '@stageflow/core'
import type { Clock, Run, RunInput, RunOptions, StageGraph } from '@stageflow/core'
import { admitRequest, eventSinkOf, isGuarded } from '@stageflow/core/durable'
import type { NamedGraph } from '@stageflow/core/durable'
import {
  CLOCK,
  MILLISECONDS,
  checkArgumentCount,
  checkOptions,
  objectWith,
  required,
  show,
  textOf,
  whole,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { KEYED_STORE, STORED_MS } from '@stageflow/keyed-work'
import type { KeyedStore } from '@stageflow/keyed-work'

import { isUnnamed, shortened } from './key.ts'
import { hashOfInput } from './parameters.ts'
import { recordedOnce, withMembers } from './recorded-once.ts'
import type { Caller, IdempotentRun } from './recorded-once.ts'
import { recordingSink } from './recording-sink.ts'

export interface IdempotentRunOptions {
  /** The caller's name for the request, such as the header `Idempotency-Key`. Undefined or null: the run begins, and isn't recorded. */
  readonly key: string | null | undefined
  /** Keeps claims and records. Share it between all processes that serve the requests. */
  readonly store: KeyedStore
  /** How long a record is kept, in ms. Default: 86,400,000 (24 hours). */
  readonly ttlMs?: number
  /** How long a claim holds unless it is renewed, in ms. Renewed three times per lease. Default: 30,000. */
  readonly leaseMs?: number
  /** Maximum time per operation of the store, in ms. Default: 5,000. */
  readonly storeTimeoutMs?: number
  /** Maximum length of a record, in characters. Default: 1,048,576. */
  readonly maxLength?: number
  /** Measures leases and waits. Default: the system's. */
  readonly clock?: Clock
}

type PortsOf<Ports> = {} extends Ports ? { readonly ports?: Ports } : { readonly ports: Ports }

const KEY: OptionRule = [(value) => value === null || typeof value === 'string', 'a string, or null for no key']

const GRAPH = objectWith('what build() returned', 'start', 'runSettled')

const RULES: OptionRules<IdempotentRunOptions> = {
  key: KEY,
  store: required(KEYED_STORE),
  ttlMs: STORED_MS,
  leaseMs: STORED_MS,
  storeTimeoutMs: MILLISECONDS,
  maxLength: whole(1),
  clock: CLOCK,
}

/**
 * Begins a run, or returns the record of the run that the key began. A key belongs to one pipeline, and to one user of an organization, as the
 * interceptors of the graph verify them. Rejects before anything runs: with `idempotency/in-progress`, `idempotency/other-input`, the error of an
 * interceptor that doesn't admit the caller, or if the store fails. A run that completes or suspends is recorded before `settled` resolves. Any other
 * one frees the key.
 */
export async function idempotentRun<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  input: RunInput | ContextSnapshot,
  options: IdempotentRunOptions & RunOptions & PortsOf<Ports>,
): Promise<IdempotentRun<Stages>> {
  checkArgumentCount(arguments.length, 3, 'idempotentRun(graph, input, options)', 'idempotency/illegal-option')
  checkOptions('idempotentRun()', 'idempotency/illegal-option', { graph }, { graph: required(GRAPH) })
  // The graph checks the other options, which are those of a run.
  checkOptions('idempotentRun()', 'idempotency/illegal-option', options, RULES, 'any')
  const {
    key,
    store,
    ttlMs = 86_400_000,
    leaseMs = 30_000,
    storeTimeoutMs = 5_000,
    ...more
  } = options as IdempotentRunOptions & RunOptions
  const { maxLength = 1_048_576, clock = systemClock, ...runOptions } = more
  const start = graph.start as (input: ContextSnapshot, options: RunOptions) => Run<Stages>
  const snapshot = asSnapshot(input)
  if (key === undefined || key === null) return withMembers(start(snapshot, runOptions), { repeated: false })

  checkKey(graph.name, key)
  const caller = await verifiedCaller(graph, snapshot, runOptions)
  if (caller.userId === undefined && caller.orgId === undefined) throw noCaller(graph.name, key)
  const sink = runOptions.eventSink ?? eventSinkOf(graph)
  const wantsChunks = runOptions.chunkEvents ?? sink.chunks === true
  return recordedOnce<Stages>({
    pipeline: graph.name,
    key,
    id: shortened(JSON.stringify(['run', [caller.orgId ?? null, caller.userId ?? null], graph.name, key])),
    parameters: comparedInput(graph.name, key, snapshot),
    caller,
    limits: { store, ttlMs, leaseMs, storeTimeoutMs, maxLength, clock },
    signal: runOptions.signal,
    begin: (take) =>
      start(withKey(snapshot, key), {
        ...runOptions,
        chunkEvents: true,
        eventSink: recordingSink(sink, wantsChunks, take),
      }),
  })
}

/** Made here, because the run that begins must have the id that was admitted. */
const asSnapshot = (input: RunInput | ContextSnapshot): ContextSnapshot =>
  input instanceof ContextSnapshot ? input : new ContextSnapshot(input)

/** The stages have the same key: what a WORK stage did in a run that failed isn't done again. */
const withKey = (snapshot: ContextSnapshot, key: string): ContextSnapshot =>
  snapshot.extensions.idempotencyKey === undefined ? snapshot.withExtensions({ idempotencyKey: key }) : snapshot

/** Who asks: as interceptors verify it, otherwise as the app says in the input. Rejects if an interceptor refuses. */
async function verifiedCaller(graph: NamedGraph, snapshot: ContextSnapshot, options: RunOptions): Promise<Caller> {
  const given = { userId: snapshot.userId, orgId: snapshot.orgId }
  if (!isGuarded(graph)) return given
  const { by } = await admitRequest(graph, {
    action: 'start',
    runId: snapshot.pipelineRunId,
    input: snapshot,
    options,
  })
  return { userId: by?.userId ?? given.userId, orgId: by?.orgId ?? given.orgId }
}

function checkKey(pipeline: string, key: string): void {
  if (key === '')
    throw new StageflowError(
      'idempotency/illegal-key',
      `idempotentRun() of pipeline "${pipeline}": the key is empty. Pass a string, or null to run without a key.`,
    )
  if (isUnnamed(pipeline))
    throw new StageflowError(
      'idempotency/unnamed-pipeline',
      `idempotentRun() with key ${show(key)}: the pipeline has no name of its own. All pipelines without one would share keys. Name it: new Pipeline('shop').`,
    )
}

const noCaller = (pipeline: string, key: string): StageflowError =>
  new StageflowError(
    'idempotency/no-caller',
    `idempotentRun() of pipeline "${pipeline}" with key ${show(key)}: the run has neither a user nor an organization, so all callers would share the key. Verify the caller with auth(), or pass { userId } in the input.`,
  )

function comparedInput(pipeline: string, key: string, snapshot: ContextSnapshot): string {
  try {
    return hashOfInput(snapshot)
  } catch (cause) {
    throw new StageflowError(
      'idempotency/illegal-parameters',
      `idempotentRun() of pipeline "${pipeline}" with key ${show(key)}: the input cannot be compared: ${textOf(cause)}. Pass plain data.`,
      { cause },
    )
  }
}
