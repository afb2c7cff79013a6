import { read } from './foreign.ts'

/** Errors wrapped deeper than this are not looked at. */
const DEEPEST_CAUSE = 5

/** An error and what it wraps: its cause, the last error of a client that retried by itself, the first of several. */
export function* causesOf(error: unknown): Generator<object> {
  let at = error
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof at === 'object' && at !== null; depth++) {
    yield at
    const errors = read(at, 'errors')
    at = read(at, 'cause') ?? read(at, 'lastError') ?? (Array.isArray(errors) ? (errors[0] as unknown) : undefined)
  }
}
