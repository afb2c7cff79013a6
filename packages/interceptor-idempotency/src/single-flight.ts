import type { StageOutput } from '@stageflow/core'

import { type Call, failure, mismatch, note, storeFailed, textOf } from './call.ts'
import { type Settings, execute } from './execution.ts'
import { type Landed, unstorable } from './recording.ts'
import type { ClaimAnswer } from './store.ts'
import { readOutput } from './stored-output.ts'
import { orAborted, withinLimit } from './waiting.ts'

/** What one caller in this process does for all that come with the same key meanwhile. */
interface Flight {
  readonly parameters: string
  /** Whether the store knows the work by these parameters; until then it may know it by others. */
  bound: boolean
  readonly landed: Promise<Landed>
}

const FIRST_POLL_MS = 20
const LONGEST_POLL_MS = 1_000

/** Does each piece of work once: one caller of this process asks the store, the others wait for it. */
export function singleFlight(settings: Settings): (call: Call) => Promise<StageOutput> {
  const { store, leaseMs, storeTimeoutMs: limitMs, onStoreError } = settings
  const flights = new Map<string, Flight>()

  return async (call) => {
    for (;;) {
      const flight = flights.get(call.id)
      if (flight === undefined) return lead(call)
      const isOther = flight.parameters !== call.parameters
      if (isOther && flight.bound) return mismatch(call, flight.parameters)
      const landed = await orAborted(flight.landed, call.context.signal)
      if (isOther || landed === undefined) continue // whoever is first takes over
      if ('text' in landed) return answer(call, landed.text, landed.executed ? 'shared' : 'hit')
      note(call, 'shared')
      return landed.output
    }
  }

  async function lead(call: Call): Promise<StageOutput> {
    const { promise, resolve } = Promise.withResolvers<Landed>()
    const flight: Flight = { parameters: call.parameters, bound: false, landed: promise }
    flights.set(call.id, flight)
    const land = (landed: Landed): void => {
      if (flights.get(call.id) === flight) flights.delete(call.id)
      resolve(landed)
    }
    try {
      return await ask(call, flight, land)
    } catch (thrown) {
      land(undefined)
      throw thrown
    }
  }

  async function ask(call: Call, flight: Flight, land: (landed: Landed) => void): Promise<StageOutput> {
    const { clock } = call.context
    const token = crypto.randomUUID()
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
      const delayMs = Math.min(FIRST_POLL_MS * 2 ** Math.min(polls, 10), LONGEST_POLL_MS, Math.ceil(there.leaseMs))
      await clock.sleep(delayMs, call.context.signal)
    }
  }

  async function claim(call: Call, token: string): Promise<ClaimAnswer> {
    const { context, id, parameters } = call
    let asked: ClaimAnswer | Promise<ClaimAnswer> | undefined
    try {
      const ask = (): typeof asked & {} => (asked = store.claim(id, { token, parameters, leaseMs }))
      const there = await withinLimit(ask, { clock: context.clock, limitMs, signal: () => context.signal })
      return checked(there)
    } catch (thrown) {
      // The store may still take the claim, and nobody is left to do the work.
      if (onStoreError === 'fail' || context.signal.aborted) void giveUp(id, token, asked)
      throw thrown
    }
  }

  async function giveUp(id: string, token: string, asked: unknown): Promise<void> {
    try {
      await asked
      await store.release(id, token)
    } catch {
      // The lease runs out by itself.
    }
  }
}

/** The stored output as this call's own. */
function answer(call: Call, text: string, result: 'hit' | 'shared'): StageOutput {
  let stored: ReturnType<typeof readOutput>
  try {
    stored = readOutput(text)
  } catch (cause) {
    return failure(
      call,
      'idempotency/unreadable-entry',
      `the work was done, and what is stored of it cannot be read: ${textOf(cause)}. It was written by another version or by something else; remove the record if the work may be done again.`,
      { cause },
    )
  }
  note(call, result)
  if (typeof stored === 'string') return unstorable(call, stored)
  call.context.tryEmitEvent('idempotency.hit', { key: call.key, result })
  return stored
}

function unavailable(call: Call, cause: unknown): StageOutput {
  return failure(
    call,
    'idempotency/store-unavailable',
    `the store cannot be used, so the stage did not run: ${textOf(cause)}. Mend the store, or let stages run without it with idempotency({ onStoreError: 'run' }).`,
    { cause, retryable: true },
  )
}

function checked(answer: ClaimAnswer): ClaimAnswer {
  const { status } = (answer ?? {}) as { status?: unknown }
  if (status === 'claimed' || status === 'running' || status === 'completed') return answer
  throw new Error(`the store answered a claim with the status ${JSON.stringify(status) ?? 'undefined'}`)
}
