import type { Clock } from '@stageflow/core'
import { isThenable, withinLimit } from '@stageflow/core/kit'

export interface StoreLimits {
  readonly clock: Clock
  readonly limitMs: number
  /** Ends the wait with the signal's reason. Called only if the store doesn't answer at once. */
  readonly signal?: () => AbortSignal
}

/** The answer of one store operation. Rejects if it takes longer than the limit. Costs no timer if the store answers at once. */
export async function askStore<T>(ask: () => T | Promise<T>, { clock, limitMs, signal }: StoreLimits): Promise<T> {
  const answer = ask()
  if (!isThenable(answer)) return answer
  const late = (): Error => new Error(`the store did not answer within ${limitMs} ms`)
  return withinLimit(answer, { clock, limitMs, signal: signal?.(), late })
}
