import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as realTime } from 'node:timers/promises'

const outside = AsyncLocalStorage.snapshot()

/** Waits as long as a server takes: in real time, on a timer that isn't the caller's. */
export const outsideTime = (ms: number, signal?: AbortSignal): Promise<void> =>
  outside(() => realTime(ms, undefined, { signal }))
