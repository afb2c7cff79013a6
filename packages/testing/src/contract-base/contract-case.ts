import { StageflowError } from '@stageflow/core'
import { show, textOf } from '@stageflow/core/kit'

/** One rule of a contract, for any test runner. `run` rejects if the rule is broken. */
export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

/** Refuses the argument of a contract unless it is a function. `makes`: what the function does for each case. */
export function mustBeMaker(contract: string, create: unknown, makes: string, example: string): void {
  if (typeof create === 'function') return
  throw new StageflowError(
    'testing/illegal-contract',
    `${contract}() needs a function that ${makes} for each case, not ${show(create)}: ${contract}(${example}).`,
  )
}

/** What a case has seen of a broken rule, and what to do. */
export class Seen extends Error {}

/** The error for a case: `breach` adds who breaks which rule. */
export function broken(what: string, cause?: unknown): Seen {
  return new Seen(what, { cause })
}

/** Fails the case with what was seen, unless `holds`. */
export function must(holds: boolean, what: string, cause?: unknown): asserts holds {
  if (!holds) throw broken(what, cause)
}

/** Fails the case unless two texts are equal. */
export function mustEqual(seen: string, expected: string, what: string): void {
  must(seen === expected, `${what} is ${seen}; it must be ${expected}.`)
}

/** Names, each in quotes. */
export const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

/** The error with which a case rejects: who breaks which rule, what was seen, and what to do. */
export function breach(subject: string, rule: string, error: unknown, more = ''): StageflowError {
  const seen = error instanceof Seen ? error.message : `the case failed with: ${textOf(error)}`
  return new StageflowError(
    'testing/contract',
    `${subject} breaks the rule "${rule}": ${seen}${more === '' ? '' : ` ${more}`}`,
    { cause: error instanceof Seen ? error.cause : error },
  )
}
