import { CLOCK, functionLike, type OptionRule, read, required, TEXT } from '@stageflow/core/kit'

import { ACCOUNT } from './account.ts'
import { quickCheck } from './quick-check.ts'
import { STORED_MS } from './rules.ts'
import type { WorkRequest } from './work.ts'

const LONGEST_KEY = 256
const HASH: OptionRule = [
  (value) => typeof value === 'string' && /^[\da-f]{64}$/i.test(value),
  '64 hexadecimal digits, such as those of a SHA-256',
]
const CALLER: OptionRule = [
  (value) =>
    typeof read(read(value, 'clock'), 'now') === 'function' &&
    typeof read(read(value, 'signal'), 'aborted') === 'boolean',
  'an object with a clock and an AbortSignal: { clock, signal }',
]

const KEY: OptionRule = [
  (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_KEY,
  `a string of 1 to ${LONGEST_KEY} characters`,
]

/** Throws `keyed-work/illegal-option` with every problem of a request. */
export const checkRequest: (request: unknown) => void = quickCheck<WorkRequest<unknown>>('once()', {
  key: required(KEY),
  parameters: required(HASH),
  ttlMs: required(STORED_MS),
  token: TEXT,
  account: ACCOUNT,
  caller: required(CALLER),
  over: functionLike('() => AbortSignal'),
  work: required(functionLike('(claim) => { keep, result }')),
  storeFailed: functionLike('(operation, cause) => void'),
})

/** Throws `keyed-work/illegal-option` for wrong arguments of `forget()`. */
export const checkForget: (given: unknown) => void = quickCheck('forget()', {
  key: required(KEY),
  token: required(TEXT),
  clock: required(CLOCK),
})
