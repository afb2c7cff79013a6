import { checkOptions, functionLike, type OptionRule, type OptionRules, required, TEXT } from '@stageflow/core/kit'

import { STORED_MS } from './rules.ts'
import type { WorkRequest } from './work.ts'

const LONGEST_KEY = 256
const KEY: OptionRule = [
  (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_KEY,
  `a string of 1 to ${LONGEST_KEY} characters`,
]
const HASH: OptionRule = [
  (value) => typeof value === 'string' && /^[\da-f]{64}$/i.test(value),
  '64 hexadecimal digits, such as those of a SHA-256',
]
const CALLER: OptionRule = [
  (value) => {
    const { clock, signal } = (value ?? {}) as Partial<WorkRequest<unknown>['caller']>
    return typeof clock?.now === 'function' && typeof signal?.aborted === 'boolean'
  },
  'an object with a clock and an AbortSignal: { clock, signal }',
]

const RULES: OptionRules<WorkRequest<unknown>> = {
  key: required(KEY),
  parameters: required(HASH),
  ttlMs: required(STORED_MS),
  token: TEXT,
  caller: required(CALLER),
  over: functionLike('() => AbortSignal'),
  work: required(functionLike('(claim) => { keep, result }')),
  storeFailed: functionLike('(operation, cause) => void'),
}
const TESTS = Object.entries(RULES).map(([name, [test, , isRequired]]) => ({ name, test, isRequired }))

/** Throws `keyed-work/illegal-option` with every problem of a request. Unknown names are only listed beside another problem. */
export function checkRequest(request: unknown): void {
  // Runs for every call, so it makes nothing unless something is wrong.
  if (!isLegal(request)) checkOptions('once()', 'keyed-work/illegal-option', request, RULES)
}

function isLegal(request: unknown): boolean {
  if (typeof request !== 'object' || request === null) return false
  const given = request as Readonly<Record<string, unknown>>
  for (const { name, test, isRequired } of TESTS) {
    const value = given[name]
    if ((value !== undefined || isRequired) && !test(value)) return false
  }
  return true
}
