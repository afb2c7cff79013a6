import type { OptionRule } from '../base/options.ts'

const LONGEST = 512

/** The name of a part of the app that acts in place of a caller. It is recorded, and listed for people. */
export const SYSTEM_NAME: OptionRule = [
  (name) =>
    typeof name === 'string' &&
    name.trim() !== '' &&
    name.length <= LONGEST &&
    !/[\p{Control}\p{Surrogate}\u2028\u2029]/u.test(name),
  `a string of 1 to ${LONGEST} characters without control characters and line breaks, and not blank`,
]
