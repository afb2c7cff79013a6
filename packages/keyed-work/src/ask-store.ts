import type { Clock } from '@stageflow/core'
import { CLOCK, functionLike, isThenable, required, TEXT, TIME_LIMIT, withinLimit } from '@stageflow/core/kit'

import { checkFunction, quickCheck } from './quick-check.ts'

export interface StoreLimit {
  /** What the store is called in the message. Default: `the store`. */
  readonly name?: string
  readonly clock: Clock
  /** Maximum time to wait for the answer, in ms. */
  readonly limitMs: number
  /** Ends the wait with the signal's reason. Called only if the store doesn't answer at once. */
  readonly signal?: () => AbortSignal | undefined
}

const checkLimit = quickCheck<StoreLimit>('askStore()', {
  name: TEXT,
  clock: required(CLOCK),
  limitMs: required(TIME_LIMIT),
  signal: functionLike('() => AbortSignal | undefined'),
})

/**
 * The answer of one store operation. Rejects if it takes longer than the limit, and with `keyed-work/illegal-option`. Sets no timer if
 * the store answers at once.
 */
export async function askStore<Answer>(ask: () => Answer | Promise<Answer>, limit: StoreLimit): Promise<Answer> {
  checkFunction('askStore()', 'ask', ask, '() => answer')
  checkLimit(limit)
  return storeAnswer(ask, limit)
}

/** Asks without a check. The engine calls it: its limits come from options and requests that were checked, and checking again costs a tenth of a call. */
export async function storeAnswer<Answer>(
  ask: () => Answer | Promise<Answer>,
  { name = 'the store', clock, limitMs, signal }: StoreLimit,
): Promise<Answer> {
  const answer = ask()
  if (!isThenable(answer)) return answer
  const late = (): Error => new Error(`${name} did not answer within ${limitMs} ms`)
  return withinLimit(answer, { clock, limitMs, signal: signal?.(), late })
}
