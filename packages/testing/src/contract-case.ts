import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'

/** One rule of a contract, for any test runner. `run` rejects if the rule is broken. */
export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

/** The error of a broken rule: what was seen, and what to do. */
export function broken(what: string, cause?: unknown): StageflowError {
  return new StageflowError('testing/contract', what, cause === undefined ? undefined : { cause })
}

/** Throws the error of a broken rule unless `holds`. */
export function must(holds: boolean, what: string, cause?: unknown): asserts holds {
  if (!holds) throw broken(what, cause)
}

/** The error of a case: who breaks which rule, what was seen, and what to do. */
export function breach(subject: string, rule: string, error: unknown, more = ''): StageflowError {
  const isKnown = StageflowError.is(error, 'testing/contract')
  const seen = isKnown ? error.message : `the case failed with: ${textOf(error)}`
  const message = `${subject} breaks the rule "${rule}": ${seen}${more === '' ? '' : ` ${more}`}`
  return broken(message, isKnown ? error.cause : error)
}
