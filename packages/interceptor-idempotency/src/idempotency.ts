import {
  type Interceptor,
  type StageContext,
  type StageInfo,
  StageKind,
  StageOutput,
  StageflowError,
} from '@stageflow/core'
import { MILLISECONDS, checkArgumentCount, checkOptions, functionLike, oneOf } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { KEYED_STORE, type KeyedStore, memoryStore, STORED_MS } from '@stageflow/keyed-work'

import { CodePlaces } from './code-places.ts'
import { type IdempotencyScope, isOfCall, readKey, storageKey } from './key.ts'
import type { IdempotencyStageOptions } from './merged-types.ts'
import { type GivenHashes, hashCallsOf, NOT_COMPARED } from './parameters.ts'
import { runOnce } from './run-once.ts'

export interface IdempotencyOptions {
  /** Keeps claims and outputs. Default: `memoryStore()`, which only this process sees. */
  readonly store?: KeyedStore
  /** Finds the key of the work; undefined or null: the stage runs without a key. Default: `snapshot.extensions.idempotencyKey`, and without it `context.callKey`, which durable runs have. */
  readonly key?: (context: StageContext) => string | null | undefined
  /** The callers that share a key: one user of a tenant (`userId`, `orgId`), all users of a tenant, or all callers. Default: `'user'`. */
  readonly scope?: IdempotencyScope
  /** How long an output is kept, in ms. Default: 86,400,000 (24 hours). */
  readonly ttlMs?: number
  /** How long a claim holds unless it is renewed, in ms. Renewed three times per lease. Default: 30,000. */
  readonly leaseMs?: number
  /** Maximum time to wait for another execution with the same key, in ms. Default: 30,000. */
  readonly waitMs?: number
  /** Maximum time per operation of the store, in ms. Default: 5,000. */
  readonly storeTimeoutMs?: number
  /** If the store fails: `fail` the stage with `idempotency/unavailable`, or `run` it without the store. Default: `'fail'`. */
  readonly onStoreError?: 'fail' | 'run'
}

const KEY = functionLike('(context) => key')
const SCOPE = oneOf('user', 'tenant', 'global')

const RULES: OptionRules<IdempotencyOptions> = {
  store: KEYED_STORE,
  key: KEY,
  scope: SCOPE,
  ttlMs: STORED_MS,
  leaseMs: STORED_MS,
  waitMs: MILLISECONDS,
  storeTimeoutMs: MILLISECONDS,
  onStoreError: oneOf('fail', 'run'),
}
const STAGE_RULES: OptionRules<IdempotencyStageOptions> = {
  key: KEY,
  parameters: functionLike('(context) => value'),
  scope: SCOPE,
  ttlMs: STORED_MS,
}

/**
 * Executes WORK stages once per key: a repeat gets the first output. Other stages take part with the stage option
 * `idempotency: {}`. Throws `idempotency/illegal-option`. `build()` refuses a stage that streams with `idempotency/streams`, and a stage behind
 * a gate with `idempotency/gated`. It refuses a second stage with the same name, in a pipeline with the same name, and other code with
 * `idempotency/same-name`.
 */
export function idempotency(options: IdempotencyOptions = {}): Interceptor {
  checkArgumentCount(arguments.length, 1, 'idempotency(options)', 'idempotency/illegal-option')
  checkOptions('idempotency()', 'idempotency/illegal-option', options, RULES)
  const { store = memoryStore(), key = keyOfRun, scope = 'user', ttlMs = 86_400_000, leaseMs = 30_000 } = options
  const { waitMs = 30_000, storeTimeoutMs = 5_000, onStoreError = 'fail' } = options
  const once = runOnce({ store, leaseMs, waitMs, storeTimeoutMs, onStoreError })
  const places = new CodePlaces()
  const hashes: GivenHashes = new WeakMap()

  return {
    name: 'idempotency',
    core: '^1.0.0',
    stageOptions: ['idempotency'],
    mustBeOutside: ['retry'],
    wrap(next, stage) {
      const own = stage.options.idempotency
      if (own === false || (own === undefined && stage.kind !== StageKind.WORK)) return next
      const stageOptions = checkedStage(stage, own)
      places.refuseOtherCode(stage)
      const { key: keyOf = key } = stageOptions
      const hashCall = hashCallsOf(stage, stageOptions.parameters, hashes)
      return (context) => {
        const given = readKey(context, keyOf)
        if (given === undefined) {
          context.note('idempotency', NO_KEY)
          return next(context)
        }
        if (typeof given !== 'string') return StageOutput.fail(given)
        const parameters = isOfCall(context, given) ? NOT_COMPARED : hashCall(context)
        if (typeof parameters !== 'string') return StageOutput.fail(parameters)
        const id = storageKey(context, given, stageOptions.scope ?? scope)
        return once({ context, next, id, key: given, parameters, ttlMs: stageOptions.ttlMs ?? ttlMs })
      }
    },
  }
}

const NO_KEY = Object.freeze({ result: 'no-key' })

const keyOfRun = ({ snapshot, callKey }: StageContext): string | undefined =>
  snapshot.extensions.idempotencyKey ?? callKey

function checkedStage(stage: StageInfo, own: IdempotencyStageOptions = {}): IdempotencyStageOptions {
  const where = `Stage "${stage.name}", option idempotency`
  checkOptions(where, 'idempotency/illegal-option', own, STAGE_RULES)
  if (stage.streams)
    throw new StageflowError(
      'idempotency/streams',
      stage.itemOf === undefined
        ? `${where}: the stage streams, and its chunks are not kept, so a repeat would have none, also with toChunks, which serves only readers in the graph. Stream in one stage and do the work in a stage after it, or pass idempotency: false.`
        : `${where}: the items of the map stream, and their chunks are not kept, so a repeat would have none. Let each() return its result, or pass idempotency: false.`,
    )
  if ((stage.itemOf ?? stage).dependencies.some(({ edge }) => edge === 'gate'))
    throw new StageflowError(
      'idempotency/gated',
      `${where}: the stage is behind a gate, and the store would keep its output although the gate refuses it. Depend on the check as a plain dependency, or pass idempotency: false.`,
    )
  return own
}
