import { StageflowError } from '@stageflow/core'

/** One promise of a contract, for any test runner: `run` rejects where it is not kept. */
export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

/** What a case rejects with: what was seen, and what to do. */
export function broken(what: string, cause?: unknown): StageflowError {
  return new StageflowError('testing/contract', what, cause === undefined ? undefined : { cause })
}

/** Rejects the case where a fact does not hold. */
export function must(holds: boolean, what: string, cause?: unknown): asserts holds {
  if (!holds) throw broken(what, cause)
}
