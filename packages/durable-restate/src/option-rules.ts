import type { OptionRule } from '@stageflow/core/kit'
import { isPlain } from '@stageflow/core/kit'

export const ILLEGAL_OPTION = 'durable-restate/illegal-option'

export const OBJECT: OptionRule = [isPlain, 'an object']
export const NAME: OptionRule = [
  (value) => typeof value === 'string' && /^[a-zA-Z][a-zA-Z0-9._-]*$/.test(value),
  'a name such as "payout": a letter, then letters, digits, ".", "_" or "-"',
]
export const ADDRESS: OptionRule = [
  (value) => URL.canParse(value as string) && /^https?:$/.test(new URL(value as string).protocol),
  'an address such as "http://localhost:8080"',
]
export const HEADERS: OptionRule = [
  (value) => isPlain(value) && Object.entries(value).every(isHeader),
  "an object of HTTP headers such as { authorization: 'Bearer …' }",
]
/** The path of a URL can't hold `.` and `..`, and UTF-8 can't hold half a surrogate pair. */
export const RUN_ID: OptionRule = [
  (value) =>
    typeof value === 'string' && /^.{1,512}$/su.test(value) && !/^\.\.?$|[\p{Control}\p{Surrogate}]/u.test(value),
  'a string of 1 to 512 characters without control characters, such as the id of an order, and not "." or ".."',
]

function isHeader([name, text]: readonly [string, unknown]): boolean {
  try {
    new Headers().set(name, text as string)
    return typeof text === 'string'
  } catch {
    return false
  }
}
