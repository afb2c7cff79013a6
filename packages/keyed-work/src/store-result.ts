import { codeOf, textOf } from '@stageflow/core/kit'

import { type StoreLimit, askStore } from './ask-store.ts'
import { resultValue, unstorableValue } from './record-value.ts'
import type { KeyedWorkOptions, WorkRequest } from './work.ts'

/** How long an execution waits for the store. */
export interface ExecutionLimit extends StoreLimit {
  readonly signal: () => AbortSignal
}

/** The execution that has the result. */
export interface Finished<Result, Failure> {
  readonly request: WorkRequest<Result, Failure>
  readonly token: string
  /** Whether the store has the claim. */
  readonly isHeld: boolean
  readonly options: KeyedWorkOptions<Result>
}

/** What became of a result. `value`: what the store was asked to keep. */
export type Stored =
  /** `unknown`: the wait for the store's answer was ended. */
  | { readonly status: 'stored' | 'unknown'; readonly value: string }
  | { readonly status: 'lease-lost' }
  | { readonly status: 'not-json'; readonly reason: string; readonly cause: unknown }
  | { readonly status: 'not-recorded'; readonly cause: unknown }

interface Written {
  readonly value: string
  /** Why the value is not the result. */
  readonly refused?: { readonly reason: string; readonly cause: unknown }
}

const RETRY_MS = [100, 400, 1_600]

/** Stores a result, or the reason why it can't be stored. The work is done, so a store that fails is asked again. Never rejects. */
export async function storeResult<Result, Failure>(
  result: Result,
  { request, token, isHeld, options }: Finished<Result, Failure>,
  limit: ExecutionLimit,
): Promise<Stored> {
  const { key, parameters, ttlMs } = request
  const { store, storeRetryMs = RETRY_MS, onStoreError } = options
  let written = writtenOf(result, options)
  for (let tries = 0; ; tries++) {
    const completion = { token, parameters, value: written.value, ttlMs }
    try {
      const isOwn = await askStore(() => store.complete(key, completion), limit)
      return isOwn || !isHeld ? storedAs(written) : { status: 'lease-lost' }
    } catch (cause) {
      if (written.refused === undefined && isTooLarge(cause)) {
        written = refusedAs(cause)
        continue
      }
      if (limit.signal().aborted) return { status: 'unknown', value: written.value }
      const pauseMs = isHeld ? storeRetryMs[tries] : undefined
      if (pauseMs === undefined) {
        request.storeFailed?.('complete', cause)
        return onStoreError === 'run' ? storedAs(written) : { status: 'not-recorded', cause }
      }
      await limit.clock.sleep(pauseMs, limit.signal()).catch(() => {})
    }
  }
}

function writtenOf<Result>(result: Result, { toText }: KeyedWorkOptions<Result>): Written {
  try {
    return { value: resultValue(toText(result)) }
  } catch (cause) {
    return refusedAs(cause)
  }
}

function refusedAs(cause: unknown): Written {
  const reason = textOf(cause)
  return { value: unstorableValue(reason), refused: { reason, cause } }
}

const storedAs = ({ value, refused }: Written): Stored =>
  refused === undefined ? { status: 'stored', value } : { status: 'not-json', ...refused }

function isTooLarge(cause: unknown): boolean {
  return codeOf(cause)?.endsWith('/too-large') === true
}
