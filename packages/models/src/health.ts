/** After so many failures in a row a model rests, and only one call in each rest asks it. */
const FAILURES_BEFORE_REST = 3
const REST_MS = 10_000

interface Health {
  failures: number
  /** A time on the clock of the calls. */
  restsUntil: number
}

/** Of every model of the process that has failed. A circuit breaker around a stage with a spare sees only successes. */
const failing = new WeakMap<object, Health>()

/** The models in the order in which to ask them: those that rest come last. Asking one that has rested begins its next rest. */
export function inOrder<One extends object>(models: readonly One[], now: number): readonly One[] {
  const rests = (model: One): boolean => (failing.get(model)?.restsUntil ?? -Infinity) > now
  return [...models.filter((model) => !rests(model)), ...models.filter(rests)]
}

/** A model is asked. If it has failed often, the calls that come until it has answered ask it last. */
export function asked(model: object, now: number): void {
  const health = failing.get(model)
  if (health !== undefined && health.failures >= FAILURES_BEFORE_REST) health.restsUntil = now + REST_MS
}

export function answered(model: object): void {
  failing.delete(model)
}

export function failed(model: object, now: number): void {
  const failures = (failing.get(model)?.failures ?? 0) + 1
  failing.set(model, { failures, restsUntil: failures < FAILURES_BEFORE_REST ? -Infinity : now + REST_MS })
}
