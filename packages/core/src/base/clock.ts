import { checkArgumentCount } from './argument-count.ts'
import { LONGEST_TIMER_MS } from './bounds.ts'
import { ABORT_SIGNAL, checkOptions } from './options.ts'

/** The source of all time in a run. Times are in milliseconds; `now` never goes back. */
export interface Clock {
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason if it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `callback` once after `ms`. The returned function cancels it. */
  setTimeout(callback: () => void, ms: number): () => void
  /**
   * Calls `callback` once pending code and promises have run, like Node's `setImmediate`. The returned function cancels it.
   * Optional; cheaper than a timer.
   */
  setImmediate?(callback: () => void): () => void
}

const origin = performance.timeOrigin
// Kept in a constant, because reading the global runs a getter in Node.
const monotonic = performance

/** The clock of the machine: milliseconds since 1970, monotonic within the process. */
export const systemClock: Clock = Object.freeze({
  now: () => origin + monotonic.now(),
  sleep: (ms: number, signal?: AbortSignal, ...more: readonly unknown[]) => sleepOn(systemClock, ms, signal, more),
  setTimeout: startTimer,
  ...('setImmediate' in globalThis ? { setImmediate: startImmediate } : undefined),
})

/** Exists in Node, not in browsers. */
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
    // A timer of more than 24.8 days would fire at once, so it is split into several.
    const turn = Math.min(left, LONGEST_TIMER_MS)
    left -= turn
    timer = setTimeout(left > 0 ? next : callback, turn)
  }
  next()
  return () => clearTimeout(timer)
}

/**
 * Refuses a call of `sleep` with something else in the place of the signal, or with more arguments. Other sleep functions take options
 * such as `{ signal }`, and the signal in them couldn't stop this one. The error has `code`.
 */
export function checkSleep(signal: unknown, more: readonly unknown[], code: string = 'core/illegal-option'): void {
  checkArgumentCount(2 + more.length, 2, 'clock.sleep(ms, signal)', code)
  if (signal !== undefined && signal !== null) checkOptions('clock.sleep()', code, { signal }, { signal: ABORT_SIGNAL })
}

/** `sleep` for any clock that has `setTimeout`. Rejects with the signal's reason when it aborts. `more`: arguments after the signal. */
export function sleepOn(
  clock: Pick<Clock, 'setTimeout'>,
  ms: number,
  signal?: AbortSignal,
  more: readonly unknown[] = [],
): Promise<void> {
  return new Promise((resolve, reject) => {
    checkSleep(signal, more)
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

/** Resolves true when `promise` settles, or false after `ms` milliseconds. The promise must not reject. */
export function settlesWithin(clock: Clock, ms: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancelTimer = clock.setTimeout(() => resolve(false), ms)
    void promise.then(() => {
      cancelTimer()
      resolve(true)
    })
  })
}
