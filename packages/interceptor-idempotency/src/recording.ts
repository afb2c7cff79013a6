import type { OkOutput, StageOutput } from '@stageflow/core'
import { codeOf, textOf } from '@stageflow/core/kit'

import { type StoreLimits, askStore } from './ask-store.ts'
import { type Call, failure, note, storeFailed } from './call.ts'
import type { IdempotencyStore } from './store.ts'
import { outputText, unstorableText } from './stored-output.ts'

/** One execution of the work. */
export interface Execution {
  readonly call: Call
  readonly token: string
  /** Whether the store has the claim. Without one, the stage runs because of `onStoreError: 'run'`. */
  readonly claimed: boolean
  readonly store: IdempotencyStore
  readonly leaseMs: number
  readonly onStoreError: 'fail' | 'run'
  readonly limits: StoreLimits
  /** Aborts when the run is over. */
  readonly over: AbortSignal
}

/** What the callers that waited for an execution get; undefined: no output that they can use. */
export type Landed =
  | { readonly text: string; readonly executed: boolean }
  | { readonly output: StageOutput }
  | undefined

/** How long to wait before each further try to store an output, in ms. */
const RETRY_MS = [100, 400, 1_600]

/** Stores an output, and returns how the stage ends. The work is done, so no failure here may hide that. */
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
      const kept = await askStore(() => store.complete(call.id, completion), limits)
      if (kept || !claimed) return { answer, landed }
      return { answer: leaseLost(call), landed: undefined }
    } catch (cause) {
      if (answer === ok && isTooLarge(cause)) {
        refuse(textOf(cause))
        continue
      }
      const pauseMs = claimed && !over.aborted ? RETRY_MS[tries] : undefined
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

/** How an execution ends that another one has replaced. */
export function leaseLost(call: Call): ReturnType<typeof failure> {
  call.context.tryEmitEvent('idempotency.lease_lost', { key: call.key })
  return failure(
    call,
    'idempotency/lease-lost',
    'its lease ended while it ran, and another execution took the work over. The output of this one is not used. Find out what blocked this process, or raise idempotency({ leaseMs }).',
  )
}

export function unstorable(call: Call, reason: string, data?: object): ReturnType<typeof failure> {
  return failure(
    call,
    'idempotency/unstorable-output',
    `the work was done, but its output cannot be stored: ${reason}. Repeats of this key fail too, and do not do the work again. Return plain data, or pass idempotency: false.`,
    data === undefined ? {} : { data },
  )
}

function notRecorded(call: Call, leaseMs: number, cause: unknown, data: object): ReturnType<typeof failure> {
  return failure(
    call,
    'idempotency/not-recorded',
    `the work was done, but the store failed when its output was recorded: ${textOf(cause)}. The output is in the data of this failure. The claim holds for at most ${leaseMs} ms; after that, a call with this key does the work again.`,
    { cause, data },
  )
}
