import { causesOf } from './causes.ts'
import { read } from '../base/foreign.ts'

/** Whether the caller gave up: the error is an abort, or wraps one. It may be the caller's own timeout, made with an `AbortController`. */
export function isAbort(error: unknown): boolean {
  for (const one of causesOf(error)) if (isAbortItself(one)) return true
  return false
}

/** Whether the error is an abort of `AbortController`, Node or axios. Doesn't look at causes. */
export function isAbortItself(error: object): boolean {
  const name = read(error, 'name')
  const code = read(error, 'code')
  return name === 'AbortError' || name === 'CanceledError' || code === 'ABORT_ERR' || code === 'ERR_CANCELED'
}
