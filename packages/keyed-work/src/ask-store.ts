import type { Clock } from '@stageflow/core'
import { isThenable, withinLimit } from '@stageflow/core/kit'

export interface StoreLimit {
  /** What the store is called in the message. Default: `the store`. */
  readonly name?: string
  readonly clock: Clock
  /** Maximum time to wait for the answer, in ms. */
  readonly limitMs: number
  /** Ends the wait with the signal's reason. Called only if the store doesn't answer at once. */
  readonly signal?: () => AbortSignal | undefined
}

/** The answer of one store operation. Rejects if it takes longer than the limit. Sets no timer if the store answers at once. */
export async function askStore<Answer>(
  ask: () => Answer | Promise<Answer>,
  { name = 'the store', clock, limitMs, signal }: StoreLimit,
): Promise<Answer> {
  const answer = ask()
  if (!isThenable(answer)) return answer
  const late = (): Error => new Error(`${name} did not answer within ${limitMs} ms`)
  return withinLimit(answer, { clock, limitMs, signal: signal?.(), late })
}
