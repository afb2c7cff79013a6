import { StageflowError } from '@stageflow/core'
import type { ContractCase } from './contract-case.ts'
import { SinkBench, type CreateSink } from './sink-contract-bench.ts'
import { endCases } from './sink-contract-ends.ts'
import { takingCases } from './sink-contract-taking.ts'

/**
 * What every event sink owes, whatever it does with events: one case a promise, for any test runner. `create` makes the
 * sink anew for each case, with a way to see what arrived. A broken case rejects with `testing/contract`; no function:
 * `testing/illegal-contract`.
 */
export function sinkContract(create: CreateSink): readonly ContractCase[] {
  if (typeof create !== 'function')
    throw new StageflowError(
      'testing/illegal-contract',
      'sinkContract() takes a function that makes the sink, since each case needs one of its own: sinkContract(() => ({ sink, arrived: () => events })).',
    )
  return Object.entries({ ...takingCases, ...endCases }).map(([name, run]) => ({
    name,
    run: async () => run(await SinkBench.make(create)),
  }))
}
