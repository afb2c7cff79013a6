import type { Clock } from '@stageflow/core'
import {
  checkArgumentCount,
  checkNeededCore,
  checkOptions,
  codeOf,
  DELAY,
  functionLike,
  MILLISECONDS,
  oneOf,
  type OptionRules,
  required,
  TIME_LIMIT,
  withinLimit,
} from '@stageflow/core/kit'

import { storeAnswer } from './ask-store.ts'
import { checkForget, checkRequest } from './check-request.ts'
import { claimKey, isForgotten } from './claim-key.ts'
import { execute } from './execute.ts'
import { type Arrival, type Flight, type Flights, type Landed, startFlight } from './flight.ts'
import type { ClaimAnswer } from './keyed-store.ts'
import { leases } from './leases.ts'
import { readResult } from './read-result.ts'
import { FORGOTTEN } from './record-value.ts'
import { KEYED_STORE, STORED_MS } from './rules.ts'
import type { Ending, KeyedWorkOptions, WorkRequest } from './work.ts'

/** Does each piece of work once. */
export interface KeyedWork<Result, Failure = Result> {
  /**
   * Does the work, or returns what came of it. One call of this process asks the store, the others wait for it. Rejects with
   * the reason of the caller's signal, as `work` does, with `keyed-work/illegal-option` before the work if the request is wrong, and
   * with `keyed-work/illegal-work` if `work` returns something without `keep`.
   */
  once(request: WorkRequest<Result, Failure>): Promise<Ending<Result, Failure>>
  /** Removes the result of an execution, so that the work can be done again. Rejects if the store fails, and with `keyed-work/illegal-option`. */
  forget(key: string, token: string, clock: Clock): Promise<void>
}

const LATE = Symbol('late')
/** What stands for forgotten work is gone in a moment. */
const UNCOUNTED = { uncounted: true } as const
const NO_PARAMETERS = '0'.repeat(64)

const RULES: OptionRules<KeyedWorkOptions<unknown>> = {
  store: required(KEYED_STORE),
  leaseMs: required(STORED_MS),
  waitMs: required(TIME_LIMIT),
  storeTimeoutMs: required(MILLISECONDS),
  onStoreError: oneOf('fail', 'run'),
  storeRetryMs: [
    (value) => Array.isArray(value) && value.every(DELAY[0]),
    'an array of numbers of milliseconds from 0, such as [100, 400]',
  ],
  toText: required(functionLike('(result) => string')),
  fromText: required(functionLike('(text) => result')),
}

/** The engine of work that is done once per key, in one process or many. Share one for all calls that share work. Throws `keyed-work/illegal-option`. */
export function keyedWork<Result, Failure = Result>(options: KeyedWorkOptions<Result>): KeyedWork<Result, Failure> {
  checkArgumentCount(arguments.length, 1, 'keyedWork(options)', 'keyed-work/illegal-option')
  checkOptions('keyedWork()', 'keyed-work/illegal-option', options, RULES)
  checkNeededCore('The store', options.store)
  const { store, waitMs, leaseMs, storeTimeoutMs, onStoreError } = options
  const flights: Flights<Result, Failure> = new Map()
  const leasesOfAll = leases(leaseMs)

  async function once(request: WorkRequest<Result, Failure>): Promise<Ending<Result, Failure>> {
    checkRequest(request)
    const waitsUntil = request.caller.clock.now() + waitMs
    for (;;) {
      if (request.caller.signal.aborted) throw request.caller.signal.reason
      const flight = flights.get(request.key)
      if (flight === undefined) return await lead(request, waitsUntil)
      const isOther = flight.parameters !== request.parameters
      if (isOther && flight.isBound) return { status: 'other-input', parameters: flight.parameters }
      const landed = await landing(flight, request, waitsUntil)
      if (landed === LATE) return { status: 'in-progress' }
      // Without an answer, the first of the waiting calls takes over.
      if (landed !== undefined && !isOther) return landed()
    }
  }

  /** Asks the store for this call, and for those that come meanwhile. */
  async function lead(request: WorkRequest<Result, Failure>, waitsUntil: number): Promise<Ending<Result, Failure>> {
    const flight = startFlight<Result, Failure>(flights, request.key, request.parameters)
    try {
      const { ending, answer } = await claimAndExecute(request, flight, waitsUntil)
      answer()
      return ending
    } catch (thrown) {
      flight.land(undefined)
      throw thrown
    }
  }

  async function claimAndExecute(
    request: WorkRequest<Result, Failure>,
    flight: Flight<Result, Failure>,
    waitsUntil: number,
  ): Promise<Arrival<Result, Failure>> {
    const token = request.token ?? crypto.randomUUID()
    const executeWith = (isHeld: boolean): Promise<Arrival<Result, Failure>> =>
      execute({ request, token, isHeld, flight, options, leases: leasesOfAll })
    let there: ClaimAnswer
    try {
      there = await claimKey(request, token, flight, waitsUntil, options)
    } catch (cause) {
      if (request.caller.signal.aborted) throw request.caller.signal.reason
      if (codeOf(cause)?.endsWith('/full') === true) {
        const full = { status: 'full', cause } as const
        return { ending: full, answer: () => flight.land(() => full) }
      }
      request.storeFailed?.('claim', cause)
      if (onStoreError === 'run') return executeWith(false)
      const unavailable = { status: 'unavailable', cause } as const
      return { ending: unavailable, answer: () => flight.land(() => unavailable) }
    }
    if (there.status === 'claimed') return executeWith(true)

    const isSame = there.parameters === request.parameters
    if (there.status === 'completed' && isSame && !isForgotten(there)) {
      const { value } = there
      const hit = (): Ending<Result, Failure> => readResult(value, 'hit', options)
      return { ending: hit(), answer: () => flight.land(hit) }
    }
    return {
      ending:
        isSame || isForgotten(there)
          ? { status: 'in-progress' }
          : { status: 'other-input', parameters: there.parameters },
      answer: () => flight.land(undefined),
    }
  }

  return {
    once,
    async forget(key, token, clock) {
      checkForget({ key, token, clock })
      const completion = { token, parameters: NO_PARAMETERS, value: FORGOTTEN, ttlMs: 1 }
      await storeAnswer(() => store.complete(key, completion, UNCOUNTED), { clock, limitMs: storeTimeoutMs })
    },
  }
}

/** What came of the flight; LATE if the call has waited long enough. Rejects with the reason of the caller's signal. */
async function landing<Result, Failure>(
  { landed }: Flight<Result, Failure>,
  { caller: { clock, signal } }: WorkRequest<Result, Failure>,
  waitsUntil: number,
): Promise<Landed<Result, Failure> | typeof LATE> {
  try {
    return await withinLimit(landed, { clock, limitMs: waitsUntil - clock.now(), signal, late: () => LATE })
  } catch (thrown) {
    if (thrown === LATE) return LATE
    throw thrown
  }
}
