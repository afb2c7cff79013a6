import { StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { abortCases } from './contract-aborts.ts'
import { answerCases } from './contract-answers.ts'
import { Bench, type CreateInterceptor, type InterceptorContractOptions } from './contract-bench.ts'
import { callCases } from './contract-calls.ts'
import type { ContractCase } from './contract-case.ts'
import { leftoverCases } from './contract-leftovers.ts'
import { stateCases } from './contract-state.ts'

/**
 * Returns the contract of interceptors as cases for any test runner, one case for each rule. `create` makes a new interceptor for each
 * case. An interceptor that does not wrap stages is tested alone and beside one that does. A case rejects with `testing/contract` if the
 * interceptor breaks its rule. If `create` is not a function, this throws `testing/illegal-contract`.
 */
export function interceptorContract(
  create: CreateInterceptor,
  options: InterceptorContractOptions = {},
): readonly ContractCase[] {
  if (typeof create !== 'function')
    throw new StageflowError(
      'testing/illegal-contract',
      'interceptorContract() takes a function that makes the interceptor, since each case needs one of its own: interceptorContract(() => timeout()).',
    )
  const cases = { ...answerCases, ...callCases, ...abortCases, ...stateCases, ...leftoverCases }
  return Object.entries(cases).map(([name, run]) => ({
    name,
    run: async () => {
      const bench = new Bench(create, options)
      await run(bench)
      const { wrap, onCall } = bench.subject
      if (wrap === undefined || onCall !== undefined) await run(new Bench(create, options, [PASSING]))
    },
  }))
}

const PASSING: Interceptor = { name: 'contract/passing', wrap: (next) => (context) => next(context) }
