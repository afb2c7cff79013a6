import { causesOf } from './causes.ts'
import { read } from '../base/foreign.ts'

/** Whether the caller gave up: the error is an abort, or wraps one. It may be the caller's own timeout, made with an `AbortController`. */
export function isAbort(error: unknown): boolean {
  for (const one of causesOf(error)) if (isAbortItself(one)) return true
  return false
}

/** Whether the error is an abort of `AbortController`, Node, axios, or the SDKs of OpenAI and Anthropic. Doesn't look at causes. */
export function isAbortItself(error: object): boolean {
  return ABORT_NAMES.has(read(error, 'name')) || ABORT_CODES.has(read(error, 'code'))
}

const ABORT_NAMES: ReadonlySet<unknown> = new Set(['AbortError', 'CanceledError', 'APIUserAbortError'])
const ABORT_CODES: ReadonlySet<unknown> = new Set(['ABORT_ERR', 'ERR_CANCELED'])
