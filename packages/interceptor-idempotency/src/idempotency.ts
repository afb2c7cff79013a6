import {
  type Interceptor,
  type InterceptorContext,
  type StageContext,
  type StageInfo,
  StageKind,
  StageOutput,
  StageflowError,
} from '@stageflow/core'

import type { Call } from './call.ts'
import { NoFingerprint, fingerprint } from './fingerprint.ts'
import { heartbeat } from './heartbeat.ts'
import { memoryStore } from './memory-store.ts'
import type { IdempotencyStageOptions } from './merged-types.ts'
import { callable, checkOptions, milliseconds, printed } from './option-rules.ts'
import { singleFlight } from './single-flight.ts'
import { storageKey } from './storage-key.ts'
import type { IdempotencyStore } from './store.ts'

export interface IdempotencyOptions {
  /** Where claims and outputs are kept. Default: `memoryStore()`, which only this process knows. */
  readonly store?: IdempotencyStore
  /** Finds the key of the work; undefined, or null: the stage runs without. Default: `snapshot.extensions.idempotencyKey`. */
  readonly key?: (context: StageContext) => string | null | undefined
  /** How long an output is kept, in milliseconds. Default: 86,400,000 (24 hours). */
  readonly ttlMs?: number
  /** How long a claim holds unless it is renewed, which it is three times in it, in milliseconds. Default: 30,000. */
  readonly leaseMs?: number
  /** How long one operation of the store may take, in milliseconds. Default: 5,000. */
  readonly storeTimeoutMs?: number
  /** What a stage does when the store cannot be used: `fail` (default) with `idempotency/store-unavailable`, or `run` without. */
  readonly onStoreError?: 'fail' | 'run'
}

const STAGE_RULES = { key: callable, parameters: callable, ttlMs: milliseconds }
const RULES = {
  store: [isStore, 'a store: an object with claim, complete and release'],
  key: callable,
  ttlMs: milliseconds,
  leaseMs: milliseconds,
  storeTimeoutMs: milliseconds,
  onStoreError: [(value: unknown) => value === 'fail' || value === 'run', "'fail' or 'run'"],
} as const

/**
 * Does the work of WORK stages once for each key, however often and wherever it is asked for: a repeat gets the first
 * output. Other stages by the stage option `idempotency: {}`. Throws `idempotency/illegal-option`; refuses a stage that
 * streams at `build()` with `idempotency/streams`.
 */
export function idempotency(options: IdempotencyOptions = {}): Interceptor {
  checkOptions('idempotency', options, RULES)
  const { store = memoryStore(), key = keyOfRun, ttlMs = 86_400_000, leaseMs = 30_000 } = options
  const { storeTimeoutMs = 5_000, onStoreError = 'fail' } = options
  const beat = heartbeat(Math.max(1, Math.floor(leaseMs / 3)))
  const once = singleFlight({ store, leaseMs, storeTimeoutMs, onStoreError, heartbeat: beat })

  return {
    name: 'idempotency',
    stageOptions: ['idempotency'],
    mustBeOutside: ['retry'],
    wrap(next, stage) {
      const own = stage.options.idempotency
      if (own === false || (own === undefined && stage.kind !== StageKind.WORK)) return next
      const { key: keyOf = key, parameters = parametersOf, ttlMs: ownTtlMs = ttlMs } = checkedStage(stage, own)
      return (context) => {
        const given = keyIn(context, keyOf)
        if (given === undefined) {
          context.note('idempotency', NO_KEY)
          return next(context)
        }
        if (typeof given !== 'string') return StageOutput.fail(given)
        const hash = fingerprintOf(context, parameters)
        if (typeof hash !== 'string') return StageOutput.fail(hash)
        const call: Call = {
          context,
          next,
          id: storageKey(context, given),
          key: given,
          parameters: hash,
          ttlMs: ownTtlMs,
        }
        return once(call)
      }
    },
  }
}

const NO_KEY = Object.freeze({ result: 'no-key' })

const keyOfRun = (context: StageContext): string | undefined => context.snapshot.extensions.idempotencyKey

const parametersOf = ({ inputs, snapshot }: StageContext): unknown => [
  inputs.toJSON(),
  snapshot.inputText,
  snapshot.messages,
]

function checkedStage(stage: StageInfo, own: unknown): IdempotencyStageOptions {
  const where = `Stage "${stage.name}", idempotency`
  if (own !== undefined) checkOptions(where, own, STAGE_RULES)
  if (stage.streams)
    throw new StageflowError(
      'idempotency/streams',
      `${where}: the stage streams, and chunks are not kept: a repeat would have none. Stream in a stage of another kind and do the work in one after it, or write idempotency: false.`,
    )
  return own ?? {}
}

/** The key, undefined where there is none, or why it cannot be one. */
function keyIn(context: InterceptorContext, keyOf: NonNullable<IdempotencyOptions['key']>): unknown {
  const where = `Stage "${context.stage.name}" of pipeline "${context.stage.pipeline.name}"`
  try {
    const key: unknown = keyOf(context)
    if (key === undefined || key === null) return undefined
    if (typeof key === 'string' && key !== '') return key
    unheard(key)
    return new StageflowError(
      'idempotency/illegal-key',
      `${where}: the idempotency key is ${printed(key)}; it is a text with at least one character, or undefined to run without one.`,
    )
  } catch (cause) {
    return new StageflowError(
      'idempotency/illegal-key',
      `${where}: the function that finds the idempotency key threw; let it answer undefined where there is no key.`,
      { cause },
    )
  }
}

/** The fingerprint, or why there is none. */
function fingerprintOf(context: InterceptorContext, parameters: (context: StageContext) => unknown): unknown {
  try {
    const given = parameters(context)
    unheard(given)
    return fingerprint(given)
  } catch (cause) {
    const why = cause instanceof NoFingerprint ? `${cause.message}, which cannot be compared` : 'they cannot be read'
    return new StageflowError(
      'idempotency/illegal-parameters',
      `Stage "${context.stage.name}" of pipeline "${context.stage.pipeline.name}": of its parameters ${why}. Say which count: idempotency: { parameters: (context) => … }.`,
      { cause },
    )
  }
}

/** A promise, which is refused here: that it may reject must not end the process. */
function unheard(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {})
}

function isStore(value: unknown): boolean {
  const { claim, complete, release } = (value ?? {}) as Partial<Record<keyof IdempotencyStore, unknown>>
  return typeof claim === 'function' && typeof complete === 'function' && typeof release === 'function'
}
