import type { Clock } from '../src/index.ts'

/** The clock that the engine is given: counts the timers that are the engine's own. */
export function countedClock(clock: Clock): Clock & { readonly pending: number } {
  const pending = new Set<object>()
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    setTimeout(callback, ms) {
      const timer = {}
      pending.add(timer)
      const cancel = clock.setTimeout(() => {
        pending.delete(timer)
        callback()
      }, ms)
      return () => {
        pending.delete(timer)
        cancel()
      }
    },
    get pending() {
      return pending.size
    },
  }
}
