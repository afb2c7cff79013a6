import { Patience, type Waits } from '../contract-base/contract-bench.ts'
import { breach, mustBeMaker, type ContractCase } from '../contract-base/contract-case.ts'
import { SinkBench, type CreateSink } from './sink-bench.ts'
import { endCases } from './end-cases.ts'
import { followingCases } from './following-cases.ts'
import { takingCases } from './taking-cases.ts'

/**
 * Returns the contract of event sinks as cases for any test runner, one case for each rule. `create` makes a new sink for each case,
 * with a function that returns what arrived. A case rejects with `testing/contract` if the sink breaks its rule. If `create` is not a
 * function, this throws `testing/illegal-contract`.
 */
export function sinkContract(create: CreateSink): readonly ContractCase[] {
  mustBeMaker('sinkContract', create, 'makes a new sink', '() => ({ sink, arrived: () => events })')
  return sinkCases(create)
}

/** The cases, with other waits than those of the public contract. */
export function sinkCases(create: CreateSink, waits?: Waits): readonly ContractCase[] {
  const patience = new Patience()
  return Object.entries({ ...takingCases, ...followingCases, ...endCases }).map(([name, run]) => ({
    name,
    run: () => patience.tries((ofTry) => keepsRule(() => SinkBench.make(create, ofTry, waits), name, run)),
  }))
}

async function keepsRule(
  make: () => Promise<SinkBench>,
  name: string,
  run: (bench: SinkBench) => Promise<void>,
): Promise<void> {
  let bench: SinkBench | undefined
  try {
    bench = await make()
    await run(bench)
  } catch (error) {
    throw breach('The sink', name, error)
  } finally {
    bench?.globals.close()
  }
}
