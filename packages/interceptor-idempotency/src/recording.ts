import type { OkOutput, StageOutput } from '@stageflow/core'

import { type Call, codeOf, failure, note, storeFailed, textOf } from './call.ts'
import type { IdempotencyStore } from './store.ts'
import { outputText, unstorableText } from './stored-output.ts'
import { type Limits, withinLimit } from './waiting.ts'

/** One execution of the work. */
export interface Execution {
  readonly call: Call
  readonly token: string
  /** Whether the store has the claim; without it the stage runs because `onStoreError` says so. */
  readonly claimed: boolean
  readonly store: IdempotencyStore
  readonly leaseMs: number
  readonly onStoreError: 'fail' | 'run'
  readonly limits: Limits
  /** Aborts when the run is over. */
  readonly over: AbortSignal
}

/** What those who waited for an execution are told; undefined: nothing came of it that they could use. */
export type Landed =
  | { readonly text: string; readonly executed: boolean }
  | { readonly output: StageOutput }
  | undefined

/** How long to wait before a completion that the store did not take is offered again, in milliseconds. */
const AGAIN_MS = [100, 400, 1_600]

/** Stores an output, and says how the stage ends with it. The work is done: whatever happens here, that is not hidden. */
export async function record(
  ok: OkOutput,
  execution: Execution,
): Promise<{ readonly answer: StageOutput; readonly landed: Landed }> {
  const { call, token, claimed, store, leaseMs, onStoreError, limits, over } = execution
  const data = ok.data as object
  let text = ''
  let answer: StageOutput = ok
  const refuse = (why: string): void => {
    call.context.tryEmitEvent('idempotency.not_stored', { key: call.key, message: why })
    text = unstorableText(why)
    answer = unstorable(call, why, data)
  }
  try {
    text = outputText(ok)
  } catch (cause) {
    refuse(textOf(cause))
  }
  for (let tries = 0; ; tries++) {
    const completion = { token, parameters: call.parameters, value: text, ttlMs: call.ttlMs }
    const landed = { text, executed: true }
    try {
      const kept = await withinLimit(() => store.complete(call.id, completion), limits)
      if (kept || !claimed) return { answer, landed }
      return { answer: leaseLost(call), landed: undefined }
    } catch (cause) {
      if (answer === ok && isTooLarge(cause)) {
        refuse(textOf(cause))
        continue
      }
      const pauseMs = claimed && !over.aborted ? AGAIN_MS[tries] : undefined
      if (pauseMs === undefined) {
        storeFailed(call, 'complete', cause, onStoreError)
        note(call, 'store-error')
        if (onStoreError === 'run') return { answer, landed }
        const output = notRecorded(call, leaseMs, cause, data)
        return { answer: output, landed: { output } }
      }
      await call.context.clock.sleep(pauseMs, over).catch(() => {})
    }
  }
}

function isTooLarge(cause: unknown): boolean {
  return codeOf(cause)?.endsWith('/value-too-large') === true
}

/** How an execution ends that another one replaced. */
export function leaseLost(call: Call): ReturnType<typeof failure> {
  call.context.tryEmitEvent('idempotency.lease_lost', { key: call.key })
  return failure(
    call,
    'idempotency/lease-lost',
    'its lease ran out while it worked, and another execution took the work over; what this one did is not the result. Look for what blocked this process, or raise leaseMs.',
  )
}

export function unstorable(call: Call, reason: string, data?: object): ReturnType<typeof failure> {
  return failure(
    call,
    'idempotency/unstorable-output',
    `the work was done, and its output cannot be stored: ${reason}. It is not done again under this key. Let the stage return plain data, or switch it off with idempotency: false.`,
    data === undefined ? {} : { data },
  )
}

function notRecorded(call: Call, leaseMs: number, cause: unknown, data: object): ReturnType<typeof failure> {
  return failure(
    call,
    'idempotency/not-recorded',
    `the work was done, and the store could not be told: ${textOf(cause)}. Its claim holds for at most ${leaseMs} ms; a call with this key after that does the work again. The output is in this failure's data.`,
    { cause, data },
  )
}
