import { systemClock } from '@stageflow/core'

import { Seen } from './store-rule.ts'

const PARTS = 50

/**
 * Resolves like the promise. Rejects with what was seen if it doesn't settle in time. The time has many parts, each at least one turn
 * of the event loop: a machine that stops this process for a while takes one of them.
 */
export async function settlesInTime<T>(
  promise: PromiseLike<T>,
  what: string,
  limitMs: number,
  fix: string,
): Promise<T> {
  const over = new AbortController()
  try {
    return await Promise.race([promise, standstill(what, limitMs, fix, over.signal)])
  } finally {
    over.abort()
  }
}

async function standstill(what: string, limitMs: number, fix: string, signal: AbortSignal): Promise<never> {
  for (let part = 0; part < PARTS; part++) await systemClock.sleep(limitMs / PARTS, signal)
  throw new Seen(`${what} did not settle within ${limitMs} ms.`, { fix })
}
