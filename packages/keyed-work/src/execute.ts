import { isThenable } from '@stageflow/core/kit'

import { type StoreLimit, askStore } from './ask-store.ts'
import type { Flight, Landed } from './flight.ts'
import type { KeptLease, Leases } from './leases.ts'
import { readResult } from './read-result.ts'
import { type Stored, storeResult } from './store-result.ts'
import type { Ending, KeyedWorkOptions, WorkRequest, Worked } from './work.ts'

export interface Execution<Result, Failure> {
  readonly request: WorkRequest<Result, Failure>
  readonly token: string
  /** Whether the store has the claim. */
  readonly isHeld: boolean
  readonly flight: Flight<Result, Failure>
  readonly options: KeyedWorkOptions<Result>
  readonly leases: Leases
}

const NOT_KEPT: KeptLease = { end: async () => {} }
const FREED = Promise.resolve()

/** Does the work under its claim, stores the result, and lands the flight. Rejects as the work does. */
export async function execute<Result, Failure>(
  execution: Execution<Result, Failure>,
): Promise<Ending<Result, Failure>> {
  const { request, token, isHeld, flight, options } = execution
  const { clock } = request.caller
  const over = request.over?.()
  const limit = { clock, limitMs: options.storeTimeoutMs, signal: () => over ?? request.caller.signal }
  let onLost = (): void => {}
  let lease = NOT_KEPT
  let isWorking = true
  let hasLeft = false

  const renew = renewalOf(execution, limit, {
    lost: () => isWorking && onLost(),
    failed: (cause) => isWorking && request.storeFailed?.('renew', cause),
  })
  const whenOver = (): void => {
    void lease.end()
    // If the claim is being released, that lands the flight.
    if (!hasLeft) flight.land(undefined)
  }
  over?.addEventListener('abort', whenOver, { once: true })

  /** Frees the key once none of the work's code runs, so that no other execution runs beside it. */
  async function free(release: boolean | Promise<boolean>): Promise<void> {
    const mayRelease = await release
    hasLeft = true
    // A renewal that arrives later would take the claim again.
    await lease.end()
    if (mayRelease && isHeld) await releaseClaim(execution)
    flight.land(undefined)
  }

  let worked: Worked<Result, Failure>
  try {
    const given = request.work({ token, isHeld, onLost: (listener) => (onLost = listener) })
    if (isHeld && isThenable(given)) lease = execution.leases.keep(clock, renew)
    worked = await given
  } catch (thrown) {
    isWorking = false
    await free(true)
    throw thrown
  }
  isWorking = false
  if (over === undefined) void lease.end()

  if (worked.keep) {
    const { result } = worked
    const stored = await storeResult(result, execution, limit)
    void lease.end()
    flight.land(landedOf(stored, result, options))
    return endingOf(stored, result, 'executed')
  }
  const { result, share = false, release = true } = worked
  const freed = free(release)
  if (share) flight.share(() => ({ status: 'shared', result }))
  if (typeof release === 'boolean') await freed
  return { status: 'executed', result, freed }
}

/** Renews the claim once. Never rejects. */
function renewalOf<Result, Failure>(
  { request, token, options: { store, leaseMs } }: Execution<Result, Failure>,
  limit: Required<StoreLimit>,
  listener: { readonly lost: () => void; readonly failed: (cause: unknown) => void },
): () => Promise<void> {
  const claim = { token, parameters: request.parameters, leaseMs }
  return async () => {
    if (limit.signal().aborted) return
    try {
      const { status } = await askStore(() => store.claim(request.key, claim), limit)
      if (status !== 'claimed') listener.lost()
    } catch (cause) {
      if (!limit.signal().aborted) listener.failed(cause)
    }
  }
}

async function releaseClaim<Result, Failure>({ request, token, options }: Execution<Result, Failure>): Promise<void> {
  const { store, storeTimeoutMs: limitMs } = options
  try {
    await askStore(() => store.release(request.key, token), { clock: request.caller.clock, limitMs })
  } catch (cause) {
    request.storeFailed?.('release', cause)
  }
}

/** How the calls that waited for this execution end. */
function landedOf<Result>(stored: Stored, result: Result, options: KeyedWorkOptions<Result>): Landed<Result, never> {
  if (stored.status === 'lease-lost') return undefined
  if ('value' in stored) return () => readResult(stored.value, 'shared', options)
  return () => endingOf(stored, result, 'shared')
}

function endingOf<Result>(stored: Stored, result: Result, by: 'executed' | 'shared'): Ending<Result, never> {
  switch (stored.status) {
    case 'stored':
    case 'unknown':
      return { status: 'executed', result, freed: FREED }
    case 'lease-lost':
      return { status: 'lease-lost', result }
    case 'not-json':
    case 'not-recorded':
      return { ...stored, by, result }
  }
}
