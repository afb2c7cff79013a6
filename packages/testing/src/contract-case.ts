import { StageflowError } from '@stageflow/core'

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
