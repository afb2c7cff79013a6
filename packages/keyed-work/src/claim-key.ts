import { isThenable, read, show } from '@stageflow/core/kit'

import { storeAnswer } from './ask-store.ts'
import type { Flight } from './flight.ts'
import type { ClaimAnswer } from './keyed-store.ts'
import { finalAnswer } from './poll.ts'
import { FORGOTTEN } from './record-value.ts'
import type { KeyedWorkOptions, WorkRequest } from './work.ts'

const STATUSES: ReadonlySet<unknown> = new Set(['claimed', 'running', 'completed'])

/**
 * Claims the key of the work. While another execution has it, asks again until `waitsUntil`. Rejects if the store fails, and with the
 * reason of the caller's signal.
 */
export async function claimKey<Result, Failure>(
  request: WorkRequest<Result, Failure>,
  token: string,
  flight: Flight<Result, Failure>,
  waitsUntil: number,
  options: KeyedWorkOptions<Result>,
): Promise<ClaimAnswer> {
  const { caller, parameters } = request
  const ask = (): Promise<ClaimAnswer> => claimOnce(request, token, flight, options)
  return finalAnswer(await ask(), ask, {
    clock: caller.clock,
    signal: () => caller.signal,
    until: waitsUntil,
    changesInMs(there) {
      if (isForgotten(there)) return 1
      return there.status === 'running' && there.parameters === parameters ? there.leaseMs : undefined
    },
  })
}

/** Whether the work was undone. Its record is gone in a moment. */
export function isForgotten(there: ClaimAnswer): boolean {
  return there.status === 'completed' && there.value === FORGOTTEN
}

async function claimOnce<Result, Failure>(
  { key, parameters, account, caller }: WorkRequest<Result, Failure>,
  token: string,
  flight: Flight<Result, Failure>,
  { store, leaseMs, storeTimeoutMs, onStoreError }: KeyedWorkOptions<Result>,
): Promise<ClaimAnswer> {
  let asked: ClaimAnswer | Promise<ClaimAnswer> | undefined
  const ask = (): ClaimAnswer | Promise<ClaimAnswer> =>
    (asked = store.claim(key, { token, parameters, leaseMs }, account))
  try {
    const there = await storeAnswer(ask, {
      clock: caller.clock,
      limitMs: storeTimeoutMs,
      signal: () => caller.signal,
    })
    if (!STATUSES.has(read(there, 'status'))) throw new Error(`the store returned ${show(there)} for a claim`)
    flight.isBound = there.status === 'claimed' || there.parameters === parameters
    return there
  } catch (thrown) {
    // The store may still take the claim, and no call is left to do the work.
    if (isThenable(asked) && (onStoreError !== 'run' || caller.signal.aborted))
      asked.then(() => store.release(key, token)).then(undefined, () => {})
    throw thrown
  }
}
