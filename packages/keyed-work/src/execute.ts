import { StageflowError } from '@stageflow/core'
import { isThenable, read, show } from '@stageflow/core/kit'

import type { Arrival, Flight, Landed } from './flight.ts'
import { HeldClaim } from './held-claim.ts'
import type { Leases } from './leases.ts'
import { readResult } from './read-result.ts'
import { type Stored, storeResult } from './store-result.ts'
import type { Ending, KeyedWorkOptions, NotDone, WorkRequest, Worked } from './work.ts'

export interface Execution<Result, Failure> {
  readonly request: WorkRequest<Result, Failure>
  readonly token: string
  /** Whether the store has the claim. */
  readonly isHeld: boolean
  readonly flight: Flight<Result, Failure>
  readonly options: KeyedWorkOptions<Result>
  readonly leases: Leases
}

const FREED = Promise.resolve()

/** Does the work under its claim, and stores the result. Rejects as the work does. */
export async function execute<Result, Failure>(
  execution: Execution<Result, Failure>,
): Promise<Arrival<Result, Failure>> {
  const { request, token, isHeld, flight, options, leases } = execution
  const { caller, key, parameters, account } = request
  const over = request.over?.()
  const limit = {
    clock: caller.clock,
    limitMs: options.storeTimeoutMs,
    signal: () => over ?? caller.signal,
  }
  const claim = new HeldClaim({
    store: options.store,
    key,
    token,
    parameters,
    account,
    leaseMs: options.leaseMs,
    isHeld,
    leases,
    clock: caller.clock,
    limit,
    storeFailed: (operation, cause) => request.storeFailed?.(operation, cause),
  })
  const whenOver = (): void => {
    void claim.endRenewing()
    // If the claim is being given back, that lands the flight.
    if (!claim.hasLeft) flight.land(undefined)
  }
  over?.addEventListener('abort', whenOver, { once: true })

  let worked: Worked<Result, Failure>
  try {
    const given = request.work({ token, isHeld, onLost: claim.onLost })
    if (isThenable(given)) claim.keepRenewing()
    worked = await given
    checkWorked(worked)
  } catch (thrown) {
    claim.workReturned()
    await claim.giveBack(true)
    throw thrown
  }
  claim.workReturned()
  if (over === undefined) void claim.endRenewing()
  if (!worked.keep) return freeKey(worked, claim, flight)

  const { result } = worked
  const stored = await storeResult(result, execution, limit)
  void claim.endRenewing()
  return {
    ending: endingOf(stored, result, 'executed'),
    answer: () => flight.land(landedOf(stored, result, options)),
  }
}

/** Without `keep`, nothing tells whether the work is done. */
function checkWorked(worked: unknown): void {
  if (typeof read(worked, 'keep') === 'boolean') return
  throw new StageflowError(
    'keyed-work/illegal-work',
    `once(): work returned ${show(worked)}, so nothing was stored and the key is free. Return { keep: true, result } if the work is done, otherwise { keep: false, result }.`,
  )
}

/** Frees the key of work that isn't done: at once, or later if its code still runs. */
async function freeKey<Result, Failure>(
  { result, share = false, release = true }: NotDone<Failure>,
  claim: HeldClaim,
  flight: Flight<Result, Failure>,
): Promise<Arrival<Result, Failure>> {
  const landed: Landed<Result, Failure> = share ? () => ({ status: 'shared', result }) : undefined
  if (typeof release === 'boolean') {
    await claim.giveBack(release)
    return { ending: { status: 'executed', result, freed: FREED }, answer: () => flight.land(landed) }
  }
  const freed = claim.giveBack(release).then(() => flight.land(landed))
  return {
    ending: { status: 'executed', result, freed },
    answer: () => {
      if (landed !== undefined) flight.share(landed)
    },
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
    case 'too-large':
    case 'not-recorded':
      return { ...stored, by, result }
  }
}
