import type { Clock } from '@stageflow/core'
import { isThenable, withinLimit } from '@stageflow/core/kit'

export interface StoreTime {
  readonly clock: Clock
  readonly storeTimeoutMs: number
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal
}

/** What the store returned, unless it takes too long or the signal aborts. */
export function inTime<T>(returned: T | Promise<T>, { clock, storeTimeoutMs, signal }: StoreTime): T | Promise<T> {
  if (!isThenable(returned)) return returned
  const late = (): Error => new Error(`the undo store did not respond within ${storeTimeoutMs} ms`)
  return withinLimit(returned, { clock, limitMs: storeTimeoutMs, signal, late })
}
