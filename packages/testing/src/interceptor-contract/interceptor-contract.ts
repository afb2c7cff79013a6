import { StageKind } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { checkOptions, functionLike, isPlain, oneOf } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { Patience, type Waits } from '../contract-base/contract-bench.ts'
import { breach, mustBeMaker, type ContractCase } from '../contract-base/contract-case.ts'
import { abortCases } from './abort-cases.ts'
import { admissionCases } from './admission-cases.ts'
import { answerCases } from './answer-cases.ts'
import { BASIC_CASE, Basics } from './basics.ts'
import { callCases } from './call-cases.ts'
import { conductCases } from './conduct-cases.ts'
import { edgeCases } from './edge-cases.ts'
import { leftoverCases } from './leftover-cases.ts'
import { limitCases } from './limit-cases.ts'
import { mapCases } from './map-cases.ts'
import { memoryCases } from './memory-cases.ts'
import { stateCases } from './state-cases.ts'
import { suspendCases } from './suspend-cases.ts'
import { tellingCases } from './telling-cases.ts'
import { threadCases } from './thread-cases.ts'
import { globalMembers } from './watched-writes.ts'
import { InterceptorBench } from './interceptor-bench.ts'
import type { CreateInterceptor, InterceptorContractOptions } from './interceptor-contract-options.ts'

/**
 * Returns the contract of interceptors as cases for any test runner, one case for each rule. `create` makes a new interceptor for each
 * case. An interceptor that does not wrap stages is tested alone and beside one that does. A case rejects with `testing/contract` if the
 * interceptor breaks its rule. Throws `testing/illegal-contract` if `create` is not a function, and `testing/illegal-option`.
 */
export function interceptorContract(
  create: CreateInterceptor,
  options: InterceptorContractOptions = {},
): readonly ContractCase[] {
  mustBeMaker('interceptorContract', create, 'makes a new interceptor', '() => timeout()')
  checkOptions('interceptorContract()', 'testing/illegal-option', options, RULES)
  return interceptorCases(create, options)
}

// The engine checks what is in run options and stage options.
const OPTIONS: OptionRule = [isPlain, 'an object of options']
const RULES: OptionRules<InterceptorContractOptions> = {
  input: functionLike('(run) => input'),
  runOptions: OPTIONS,
  stageOptions: OPTIONS,
  kind: oneOf(...Object.values(StageKind)),
  events: [isTexts, "an array of event types, such as ['tenant.denied']"],
  outside: functionLike('(clock) => interceptors'),
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

interface HowTested {
  /** Default: those of the public contract. */
  readonly waits?: Waits
  /** Whether an interceptor that doesn't wrap stages is tested beside one that does, too. Default: true. */
  readonly alsoBeside?: boolean
}

/** The cases, tested in another way than those of the public contract. */
export function interceptorCases(
  create: CreateInterceptor,
  options: InterceptorContractOptions,
  { waits, alsoBeside = true }: HowTested = {},
): readonly ContractCase[] {
  const ofCalls = {
    ...answerCases,
    ...callCases,
    ...abortCases,
    ...stateCases,
    ...suspendCases,
    ...leftoverCases,
  }
  const ofConduct = {
    ...tellingCases,
    ...conductCases(globalMembers()),
    ...limitCases,
  }
  const ofOneCall = { ...ofCalls, ...mapCases }
  // An interceptor that breaks another rule too may break those of maps with it: the other says more.
  const all = {
    ...admissionCases,
    ...threadCases,
    ...ofCalls,
    ...ofConduct,
    ...edgeCases,
    ...mapCases,
    ...memoryCases(),
  }
  const patience = new Patience()
  const basics = new Basics(() => new InterceptorBench(create, options, { patience, waits }))
  const basic: ContractCase = { name: BASIC_CASE, run: () => basics.mustWork(BASIC_CASE) }
  const others = Object.entries(all).map(([name, run]) => ({
    name,
    run: async () => {
      await basics.mustWork(name)
      const keeps = (beside: readonly Interceptor[]): Promise<Interceptor> =>
        patience.tries((ofTry) =>
          keepsRule(new InterceptorBench(create, options, { beside, patience: ofTry, waits }), name, run),
        )
      const { wrap, onCall } = await keeps([])
      // The engine calls a wrapped stage in another way, which is all the same for what an interceptor uses.
      if (alsoBeside && Object.hasOwn(ofOneCall, name) && (wrap === undefined || onCall !== undefined))
        await keeps([PASSING])
    },
  }))
  return [basic, ...others]
}

async function keepsRule(
  bench: InterceptorBench,
  name: string,
  run: (bench: InterceptorBench) => Promise<void>,
): Promise<Interceptor> {
  try {
    await run(bench)
    return bench.subject
  } catch (error) {
    throw breach(bench.called, name, error, bench.ownFailures)
  } finally {
    bench.close()
  }
}

const PASSING: Interceptor = { name: 'contract/passing', wrap: (next) => (context) => next(context) }
