import { checkOptions, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { breach, mustBeMaker } from '../contract-base/contract-case.ts'
import type { ContractCase } from '../contract-base/contract-case.ts'
import { answerCases } from './answer-cases.ts'
import { callerCases } from './caller-cases.ts'
import { crashCases } from './crash-cases.ts'
import { ExecutorBench } from './executor-bench.ts'
import { factCases } from './fact-cases.ts'
import { legCases } from './leg-cases.ts'
import { questionCases } from './question-cases.ts'
import { retryCases } from './retry-cases.ts'
import { stopCases } from './stop-cases.ts'
import type { OpenExecutor } from './executor-under-test.ts'

export interface ExecutorContractOptions {
  /** How many random pipelines crash at each of their facts. Default: 40. */
  readonly pipelines?: number
}

const RULES: OptionRules<ExecutorContractOptions> = { pipelines: whole(1) }

/**
 * Returns the contract of stage executors as cases for any test runner, one case for each rule. `open` opens an empty store for each
 * case. A case rejects with `testing/contract` if the executor breaks its rule. Throws `testing/illegal-contract` if `open` is not a
 * function, and `testing/illegal-option`.
 */
export function executorContract(open: OpenExecutor, options: ExecutorContractOptions = {}): readonly ContractCase[] {
  mustBeMaker('executorContract', open, 'opens an empty store', '() => memoryExecutor()')
  checkOptions('executorContract()', 'testing/illegal-option', options, RULES)
  return executorCases(open, options)
}

/** The cases, with another limit for a leg than that of the public contract. */
export function executorCases(
  open: OpenExecutor,
  { pipelines = 40 }: ExecutorContractOptions,
  longestMs?: number,
): readonly ContractCase[] {
  // The basic rules first: what breaks one of them often breaks others too.
  const ofLegs = { ...crashCases, ...stopCases, ...answerCases, ...factCases, ...legCases }
  const cases = { ...ofLegs, ...callerCases, ...questionCases, ...retryCases }
  return Object.entries(cases).map(([name, run]) => ({
    name,
    run: async () => {
      let bench: ExecutorBench | undefined
      try {
        bench = await ExecutorBench.open(open, longestMs)
        await run(bench, pipelines)
      } catch (error) {
        throw breach('The executor', name, error)
      } finally {
        await bench?.subject.close?.()
      }
    },
  }))
}
