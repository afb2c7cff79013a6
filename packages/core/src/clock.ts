/** Where all time comes from. Times are milliseconds; `now` never goes back. */
export interface Clock {
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back once after `ms`; the answer cancels it. */
  setTimeout(callback: () => void, ms: number): () => void
  /** Calls back once the code and the promises under way have gone as far as they can; the answer cancels it. Costs a fraction of a timer; a clock may do without. */
  setImmediate?(callback: () => void): () => void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1
const origin = performance.timeOrigin
// Kept: Node makes the global anew at every look.
const monotonic = performance

/** The clock of the machine: milliseconds since 1970, monotonic within the process. */
export const systemClock: Clock = Object.freeze({
  now: () => origin + monotonic.now(),
  sleep: (ms: number, signal?: AbortSignal) => sleepOn(systemClock, ms, signal),
  setTimeout: startTimer,
  ...('setImmediate' in globalThis ? { setImmediate: startImmediate } : undefined),
})

/** Node's; browsers have none. */
declare const setImmediate: (callback: () => void) => unknown
declare const clearImmediate: (handle: unknown) => void

function startImmediate(callback: () => void): () => void {
  const handle = setImmediate(callback)
  return () => clearImmediate(handle)
}

function startTimer(callback: () => void, ms: number): () => void {
  let timer: ReturnType<typeof setTimeout>
  let left = ms
  const next = (): void => {
    // Timers of more than 24.8 days would fire at once: they are taken in turns.
    const turn = Math.min(left, LONGEST_TIMER_MS)
    left -= turn
    timer = setTimeout(left > 0 ? next : callback, turn)
  }
  next()
  return () => clearTimeout(timer)
}

/** `sleep` for any clock that has `setTimeout`. */
export function sleepOn(clock: Pick<Clock, 'setTimeout'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const onAbort = (): void => {
      stop()
      reject(signal?.reason as Error)
    }
    const stop = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
