import { isObject } from '../base/check.ts'
import type { OptionRule } from '../base/options.ts'

/** The option `redaction` of whatever writes values. `createRedactor` checks what is in it. */
export const REDACTION: OptionRule = [
  (value) => value === false || (isObject(value) && !Array.isArray(value)),
  "an object such as { keys: ['ssn'] }, or false",
]
