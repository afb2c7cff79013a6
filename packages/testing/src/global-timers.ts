type SetTimer = (callback: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => unknown

/**
 * Calls `act`, and reports each timer that it sets with the global `setTimeout` meanwhile, with a function that fires it by hand.
 * `act` is synchronous, so that timers of other tests are never reported.
 */
export function watchingTimers<T>(act: () => T, onTimer: (fire: () => void) => void): T {
  const holder = globalThis as unknown as { setTimeout: SetTimer }
  const real = holder.setTimeout
  holder.setTimeout = Object.assign((callback: Parameters<SetTimer>[0], ms?: number, ...given: unknown[]) => {
    onTimer(() => callback(...given))
    return real(callback, ms, ...given)
  }, real)
  try {
    return act()
  } finally {
    holder.setTimeout = real
  }
}
