import { DEEPEST_CAUSE } from '../base/bounds.ts'
import { read } from '../base/foreign.ts'

/**
 * An error and what it wraps: its cause, the last error of a client that retried by itself, the error that a failed cleanup hid, the
 * first of several.
 */
export function* causesOf(error: unknown): Generator<object> {
  let at = error
  for (let depth = 0; depth <= DEEPEST_CAUSE; depth++) {
    if (typeof at !== 'object' || at === null) return
    yield at
    at = wrappedBy(at)
  }
}

function wrappedBy(error: object): unknown {
  const cause = read(error, 'cause') ?? read(error, 'lastError') ?? read(error, 'suppressed')
  if (cause !== undefined && cause !== null) return cause
  const errors = read(error, 'errors')
  return Array.isArray(errors) ? errors[0] : undefined
}
