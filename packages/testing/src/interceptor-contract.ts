import { StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { ANY, checkOptions, functionLike } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { abortCases } from './contract-aborts.ts'
import { answerCases } from './contract-answers.ts'
import { Patience, type Waits } from './contract-bench.ts'
import { callCases } from './contract-calls.ts'
import type { ContractCase } from './contract-case.ts'
import { leftoverCases } from './contract-leftovers.ts'
import { stateCases } from './contract-state.ts'
import {
  InterceptorBench,
  type CreateInterceptor,
  type InterceptorContractOptions,
} from './interceptor-contract-bench.ts'

/**
 * Returns the contract of interceptors as cases for any test runner, one case for each rule. `create` makes a new interceptor for each
 * case. An interceptor that does not wrap stages is tested alone and beside one that does. A case rejects with `testing/contract` if the
 * interceptor breaks its rule. Throws `testing/illegal-contract` if `create` is not a function, and `testing/illegal-option`.
 */
export function interceptorContract(
  create: CreateInterceptor,
  options: InterceptorContractOptions = {},
): readonly ContractCase[] {
  if (typeof create !== 'function')
    throw new StageflowError(
      'testing/illegal-contract',
      'interceptorContract() needs a function that makes a new interceptor for each case: interceptorContract(() => timeout()).',
    )
  checkOptions('interceptorContract()', 'testing/illegal-option', options, RULES)
  return interceptorCases(create, options)
}

// The engine checks run options, stage options and the kind.
const RULES: OptionRules<InterceptorContractOptions> = {
  input: functionLike('(run) => input'),
  runOptions: ANY,
  stageOptions: ANY,
  kind: ANY,
  outside: functionLike('(clock) => interceptors'),
}

/** The cases, with other waits than those of the public contract. */
export function interceptorCases(
  create: CreateInterceptor,
  options: InterceptorContractOptions,
  waits?: Waits,
): readonly ContractCase[] {
  const cases = { ...answerCases, ...callCases, ...abortCases, ...stateCases, ...leftoverCases }
  const patience = new Patience()
  return Object.entries(cases).map(([name, run]) => ({
    name,
    run: async () => {
      const bench = new InterceptorBench(create, options, { patience, waits })
      await run(bench)
      const { wrap, onCall } = bench.subject
      if (wrap === undefined || onCall !== undefined)
        await run(new InterceptorBench(create, options, { beside: [PASSING], patience, waits }))
    },
  }))
}

const PASSING: Interceptor = { name: 'contract/passing', wrap: (next) => (context) => next(context) }
