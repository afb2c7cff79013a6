import { DEEPEST_CAUSE } from '../base/errors.ts'
import { read } from '../base/foreign.ts'

/** An error and what it wraps: its cause, the last error of a client that retried by itself, the first of several. */
export function* causesOf(error: unknown): Generator<object> {
  let at = error
  for (let depth = 0; depth <= DEEPEST_CAUSE && typeof at === 'object' && at !== null; depth++) {
    yield at
    const errors = read(at, 'errors')
    at = read(at, 'cause') ?? read(at, 'lastError') ?? (Array.isArray(errors) ? (errors[0] as unknown) : undefined)
  }
}
