import { codeOf, textOf } from '@stageflow/core/kit'

import { type StoreLimit, storeAnswer } from './ask-store.ts'
import { type Reason, resultValue, unstorableValue } from './record-value.ts'
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
  | Refused
  | { readonly status: 'not-recorded'; readonly cause: unknown }

/** Why a result isn't what is stored. */
interface Refused extends Reason {
  readonly cause: unknown
}

interface Written {
  readonly value: string
  /** Given if the value is not the result. */
  readonly refused?: Refused
}

const RETRY_MS = [100, 400, 1_600]

/** Stores a result, or the reason why it can't be stored. The work is done, so a store that fails is asked again. Never rejects. */
export async function storeResult<Result, Failure>(
  result: Result,
  { request, token, isHeld, options }: Finished<Result, Failure>,
  limit: ExecutionLimit,
): Promise<Stored> {
  const { key, parameters, ttlMs, account } = request
  const { store, storeRetryMs = RETRY_MS, onStoreError } = options
  let written = writtenOf(result, options)
  for (let tries = 0; ; tries++) {
    const completion = { token, parameters, value: written.value, ttlMs }
    try {
      const isOwn = await storeAnswer(() => store.complete(key, completion, account), limit)
      return isOwn || !isHeld ? storedAs(written) : { status: 'lease-lost' }
    } catch (cause) {
      if (written.refused === undefined && isTooLarge(cause)) {
        written = refusedAs('too-large', cause)
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
    return refusedAs('not-json', cause)
  }
}

function refusedAs(status: Refused['status'], cause: unknown): Written {
  const refused = { status, reason: textOf(cause), cause }
  return { value: unstorableValue(refused), refused }
}

const storedAs = ({ value, refused }: Written): Stored => refused ?? { status: 'stored', value }

function isTooLarge(cause: unknown): boolean {
  return codeOf(cause)?.endsWith('/too-large') === true
}
