import type { StageOutput } from '@stageflow/core'
import { show, textOf, withinLimit } from '@stageflow/core/kit'

import { askStore } from './ask-store.ts'
import { type Call, failure, mismatch, note, storeFailed } from './call.ts'
import { type Settings, execute } from './execution.ts'
import { type Landed, unstorable } from './recording.ts'
import type { ClaimAnswer } from './store.ts'
import { readOutput } from './stored-output.ts'

/** What one caller in this process does for all callers that come with the same key meanwhile. */
interface Flight {
  readonly parameters: string
  /** Whether the store knows the work by these parameters. Until then it may know other ones. */
  bound: boolean
  readonly landed: Promise<Landed>
}

const FIRST_POLL_MS = 20
const LONGEST_POLL_MS = 1_000
const LATE = Symbol('late')

/** Executes each piece of work once: one caller of this process asks the store, the others wait for it. */
export function singleFlight(settings: Settings): (call: Call) => Promise<StageOutput> {
  const { store, leaseMs, waitMs, storeTimeoutMs: limitMs, onStoreError } = settings
  const flights = new Map<string, Flight>()

  return async (call) => {
    const waitsUntil = call.context.now + waitMs
    for (;;) {
      const flight = flights.get(call.id)
      if (flight === undefined) return lead(call, waitsUntil)
      const isOther = flight.parameters !== call.parameters
      if (isOther && flight.bound) return mismatch(call, flight.parameters)
      const landed = await landing(flight, call, waitsUntil)
      if (landed === LATE) return inProgress(call, waitMs)
      if (isOther || landed === undefined) continue // the first of the waiting callers takes over
      if ('text' in landed) return answer(call, landed.text, landed.executed ? 'shared' : 'hit')
      note(call, 'shared')
      return landed.output
    }
  }

  async function lead(call: Call, waitsUntil: number): Promise<StageOutput> {
    const { promise, resolve } = Promise.withResolvers<Landed>()
    const flight: Flight = { parameters: call.parameters, bound: false, landed: promise }
    flights.set(call.id, flight)
    const land = (landed: Landed): void => {
      if (flights.get(call.id) === flight) flights.delete(call.id)
      resolve(landed)
    }
    try {
      return await claimAndExecute(call, waitsUntil, flight, land)
    } catch (thrown) {
      land(undefined)
      throw thrown
    }
  }

  async function claimAndExecute(
    call: Call,
    waitsUntil: number,
    flight: Flight,
    land: (landed: Landed) => void,
  ): Promise<StageOutput> {
    const { clock } = call.context
    // A durable call that is carried out again goes on with the claim of the process that died.
    const token = call.context.callKey ?? crypto.randomUUID()
    for (let polls = 0; ; polls++) {
      let there: ClaimAnswer
      try {
        there = await claim(call, token)
      } catch (cause) {
        if (call.context.signal.aborted) throw call.context.signal.reason
        storeFailed(call, 'claim', cause, onStoreError)
        note(call, 'store-error')
        if (onStoreError === 'run') return execute(call, token, false, settings, land)
        land(undefined)
        return unavailable(call, cause)
      }
      flight.bound = true
      if (there.status === 'claimed') return execute(call, token, true, settings, land)
      if (there.parameters !== call.parameters) {
        land(undefined)
        return mismatch(call, there.parameters)
      }
      if (there.status === 'completed') {
        land({ text: there.value, executed: false })
        return answer(call, there.value, 'hit')
      }
      const leftMs = waitsUntil - clock.now()
      if (leftMs <= 0) {
        land(undefined)
        return inProgress(call, waitMs)
      }
      const pollMs = Math.min(FIRST_POLL_MS * 2 ** Math.min(polls, 10), LONGEST_POLL_MS)
      await clock.sleep(Math.min(pollMs, Math.ceil(there.leaseMs), leftMs), call.context.signal)
    }
  }

  async function claim(call: Call, token: string): Promise<ClaimAnswer> {
    const { context, id, parameters } = call
    let asked: ClaimAnswer | Promise<ClaimAnswer> | undefined
    try {
      const ask = (): typeof asked & {} => (asked = store.claim(id, { token, parameters, leaseMs }))
      return checked(await askStore(ask, { clock: context.clock, limitMs, signal: () => context.signal }))
    } catch (thrown) {
      // The store may still take the claim, and no caller is left to do the work.
      if (onStoreError === 'fail' || context.signal.aborted) void giveUp(id, token, asked)
      throw thrown
    }
  }

  async function giveUp(id: string, token: string, asked: unknown): Promise<void> {
    try {
      await asked
      await store.release(id, token)
    } catch {
      // The claim ends with its lease.
    }
  }
}

/** What came of the flight; LATE if the caller has waited long enough. */
async function landing({ landed }: Flight, { context }: Call, waitsUntil: number): Promise<Landed | typeof LATE> {
  const { clock, signal } = context
  try {
    return await withinLimit(landed, { clock, limitMs: waitsUntil - clock.now(), signal, late: () => LATE })
  } catch (thrown) {
    if (thrown === LATE) return LATE
    throw thrown
  }
}

/** The stored output as the output of this call. */
function answer(call: Call, text: string, result: 'hit' | 'shared'): StageOutput {
  let stored: ReturnType<typeof readOutput>
  try {
    stored = readOutput(text)
  } catch (cause) {
    return failure(
      call,
      'idempotency/unreadable-entry',
      `the work was done, but its record in the store cannot be read: ${textOf(cause)}. Another version or program wrote it. Remove the record if the work may be done again.`,
      { cause },
    )
  }
  note(call, result)
  if (typeof stored === 'string') return unstorable(call, stored)
  call.context.tryEmitEvent('idempotency.hit', { key: call.key, result })
  return stored
}

function inProgress(call: Call, waitMs: number): StageOutput {
  return failure(
    call,
    'idempotency/in-progress',
    `another execution with this key still runs after ${waitMs} ms, so the stage did not run. Try again later with the same key. If the work takes longer, raise idempotency({ waitMs }).`,
    { retryable: true },
  )
}

function unavailable(call: Call, cause: unknown): StageOutput {
  return failure(
    call,
    'idempotency/store-unavailable',
    `the store failed, so the stage did not run: ${textOf(cause).replace(/\.$/, '')}. Repair the store and try again. To run stages without the store meanwhile, pass idempotency({ onStoreError: 'run' }).`,
    { cause, retryable: true },
  )
}

function checked(answer: ClaimAnswer): ClaimAnswer {
  const { status } = (answer ?? {}) as { status?: unknown }
  if (status === 'claimed' || status === 'running' || status === 'completed') return answer
  throw new Error(`the store returned a claim with the status ${show(status)}`)
}
