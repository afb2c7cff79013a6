import type { InterceptorContext } from '@stageflow/core'
import { ANY, MILLISECONDS, functionLike, optionProblems, read, refuseOptions, show, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

import { restoreProblem, type CircuitBreakerState } from './saved-circuits.ts'

/** Opens after a number of failures in a row. */
export interface ConsecutiveOptions {
  readonly type: 'consecutive'
  /** How many failures in a row open the circuit. Default: 5. */
  readonly failures?: number
}

/** Opens if more than `failureRate` of the last `size` calls failed. */
export interface CountOptions {
  readonly type: 'count'
  /** How many of the last calls count. Default: 20. */
  readonly size?: number
  /** The share of failures, between 0 and 1. Default: 0.5. */
  readonly failureRate?: number
  /** With fewer calls the circuit doesn't open. Default: `size`. */
  readonly minimumCalls?: number
}

/** Opens if more than `failureRate` of the calls of the last `windowMs` failed. */
export interface SamplingOptions {
  readonly type: 'sampling'
  /** How long a call counts, in ms; exact to a tenth of the window. Default: 30,000. */
  readonly windowMs?: number
  /** The share of failures, between 0 and 1. Default: 0.5. */
  readonly failureRate?: number
  /** With fewer calls within `windowMs` the circuit doesn't open. Default: 10. */
  readonly minimumCalls?: number
}

/** What opens a circuit. */
export type BreakerOptions = ConsecutiveOptions | CountOptions | SamplingOptions

/** The `circuitBreaker` options of a stage. */
export interface StageCircuitBreakerOptions {
  /** What opens the circuit. Default: 5 failures in a row. */
  readonly breaker?: BreakerOptions
  /** How long an open circuit refuses calls before it lets a probe pass, in ms. Default: 30,000. */
  readonly halfOpenAfterMs?: number
  /**
   * Whether an error counts against the service; false: the service answered, so the call counts as a success. Timeouts always
   * count. Default: errors that `classifyError` of `@stageflow/core/kit` calls transient, such as HTTP 503. What it calls unknown
   * counts as neither, and is in `stats()` and in the note of the stage.
   */
  readonly isFailure?: (error: unknown) => boolean
}

export interface CircuitBreakerOptions extends StageCircuitBreakerOptions {
  /** Returns the name of a call's circuit, such as its provider or tenant. Default: one circuit for each stage, named `pipeline/stage`. */
  readonly key?: (context: InterceptorContext) => string
  /** Maximum number of circuits kept. The least recently used closed circuit is evicted first. Default: 1,000. */
  readonly maxKeys?: number
  /** The circuits that `export()` returned. Default: all circuits are closed. */
  readonly restore?: CircuitBreakerState
}

/** The options of a circuit, complete. */
export interface Policy {
  readonly breaker: Required<BreakerOptions>
  readonly halfOpenAfterMs: number
  /** Equal policies have equal ids. */
  readonly id: string
}

const CODE = 'circuit-breaker/illegal-option'
const DEFAULT_SIZE = 20
const CALLS = whole(1)
const RATE: OptionRule = [
  (value) => typeof value === 'number' && value > 0 && value < 1,
  'a number between 0 and 1, such as 0.5',
]
const BREAKERS: { readonly [Type in BreakerOptions['type']]: OptionRules<Extract<BreakerOptions, { type: Type }>> } = {
  consecutive: { type: ANY, failures: CALLS },
  count: { type: ANY, size: CALLS, failureRate: RATE, minimumCalls: CALLS },
  sampling: { type: ANY, windowMs: MILLISECONDS, failureRate: RATE, minimumCalls: CALLS },
}
const STAGE_RULES: OptionRules<StageCircuitBreakerOptions> = {
  breaker: [
    (value) => breakerRules(value) !== undefined,
    "an object with the type 'consecutive', 'count' or 'sampling', such as { type: 'count' }",
  ],
  halfOpenAfterMs: MILLISECONDS,
  isFailure: functionLike('(error) => boolean'),
}
const RULES: OptionRules<CircuitBreakerOptions> = {
  ...STAGE_RULES,
  key: functionLike('(context) => the name of a circuit'),
  maxKeys: whole(1),
  restore: ANY,
}

/** The policy of `circuitBreaker(options)`. */
export function factoryPolicy(options: CircuitBreakerOptions): Policy {
  const restore = read(options, 'restore')
  const problem = restore === undefined ? undefined : restoreProblem(restore)
  const problems = problemsOf(options, RULES, '')
  refuseOptions('circuitBreaker()', CODE, problem === undefined ? problems : [...problems, problem])
  return policyOf(options)
}

/** The policy of a stage with options of its own. `isKeyed`: circuits go by `key`, so stages share them. */
export function stagePolicy(own: StageCircuitBreakerOptions, shared: Policy, isKeyed: boolean): Policy {
  const problems = [...problemsOf(own, STAGE_RULES, 'circuitBreaker.')]
  for (const name of ['breaker', 'halfOpenAfterMs'] as const)
    if (isKeyed && read(own, name) !== undefined)
      problems.push(`circuitBreaker.${name} is set, but stages share circuits by key: set ${name} in circuitBreaker()`)
  refuseOptions('stage options', CODE, problems)
  return policyOf(own, shared)
}

function problemsOf(options: unknown, rules: OptionRules, path: string): readonly string[] {
  const problems = optionProblems(options, rules, path)
  const breaker = read(options, 'breaker')
  const rulesOfType = breakerRules(breaker)
  if (rulesOfType === undefined) return problems
  const breakerPath = `${path}breaker`
  const ofBreaker = optionProblems(breaker, rulesOfType, `${breakerPath}.`)
  // Numbers can be compared once each of them is legal.
  if (ofBreaker.length > 0) return [...problems, ...ofBreaker]
  const size = read(breaker, 'size') ?? DEFAULT_SIZE
  const minimumCalls = read(breaker, 'minimumCalls')
  const isTooMany = 'size' in rulesOfType && Number(minimumCalls) > Number(size)
  if (!isTooMany) return problems
  const most = `${breakerPath}.size (${show(size)})`
  return [...problems, `${breakerPath}.minimumCalls must be at most ${most}, not ${show(minimumCalls)}`]
}

function breakerRules(breaker: unknown): OptionRules | undefined {
  const type = read(breaker, 'type')
  if (typeof type !== 'string' || !Object.hasOwn(BREAKERS, type)) return undefined
  return BREAKERS[type as BreakerOptions['type']]
}

/** What `options` leave out is as in `shared`, or the default. */
function policyOf(options: StageCircuitBreakerOptions, shared?: Policy): Policy {
  const given = options.breaker
  const inherited = shared?.breaker ?? complete({ type: 'consecutive' })
  const breaker = given === undefined ? inherited : complete(given)
  const halfOpenAfterMs = options.halfOpenAfterMs ?? shared?.halfOpenAfterMs ?? 30_000
  return { breaker, halfOpenAfterMs, id: JSON.stringify([breaker, halfOpenAfterMs]) }
}

function complete(given: BreakerOptions): Required<BreakerOptions> {
  switch (given.type) {
    case 'consecutive':
      return { type: given.type, failures: given.failures ?? 5 }
    case 'count': {
      const { type, size = DEFAULT_SIZE, failureRate = 0.5, minimumCalls = size } = given
      return { type, size, failureRate, minimumCalls }
    }
    case 'sampling': {
      const { type, windowMs = 30_000, failureRate = 0.5, minimumCalls = 10 } = given
      return { type, windowMs, failureRate, minimumCalls }
    }
  }
}
