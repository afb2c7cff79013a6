import type { InterceptorContext, StageInfo } from '@stageflow/core'
import {
  DELAY,
  checkOptions,
  cryptoRandom,
  functionLike,
  oneOf,
  optionProblems,
  refuseOptions,
  whole,
} from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

/** Whether to retry a failure; with `afterMs`: after so many ms. */
export type RetryVerdict = boolean | { readonly afterMs: number }

export interface RetryOptions {
  /** Maximum number of calls of a stage, the first included; 1: no retry. Default: 3. */
  readonly attempts?: number
  /** The first delay, in ms. Later delays grow from it by `backoff`. Default: 1,000. */
  readonly baseMs?: number
  /** Maximum delay of the backoff, in ms. Default: 30,000. */
  readonly capMs?: number
  /** How delays grow: `exponential` doubles them, `linear` adds `baseMs` each time. Default: exponential. */
  readonly backoff?: 'exponential' | 'linear' | 'constant'
  /** How much of a delay is random, so that many callers don't come back at once. Default: full. */
  readonly jitter?: 'none' | 'full' | 'equal' | 'decorrelated'
  /** Maximum delay that a server or a stage can ask for, in ms. If it asks for more, the stage fails at once. Default: 60,000. */
  readonly maxRetryAfterMs?: number
  /**
   * Returns whether to retry a failure. `undefined` leaves it to the stage's `retryable`, and then to `classifyError` of
   * `@stageflow/core/kit`. Default: always undefined.
   */
  readonly isRetryable?: (error: unknown, context: InterceptorContext) => RetryVerdict | undefined
  /** Returns numbers from 0 up to 1, for the jitter. Default: numbers from `crypto`. */
  readonly random?: () => number
}

/** The options of one stage, complete. */
export type RetryPolicy = Required<RetryOptions>

const DEFAULTS: RetryPolicy = {
  attempts: 3,
  baseMs: 1_000,
  capMs: 30_000,
  backoff: 'exponential',
  jitter: 'full',
  maxRetryAfterMs: 60_000,
  isRetryable: () => undefined,
  random: cryptoRandom,
}
const RULES: OptionRules<RetryOptions> = {
  attempts: whole(1),
  baseMs: DELAY,
  capMs: DELAY,
  backoff: oneOf('exponential', 'linear', 'constant'),
  jitter: oneOf('none', 'full', 'equal', 'decorrelated'),
  maxRetryAfterMs: DELAY,
  isRetryable: functionLike('(error, context) => boolean, { afterMs } or undefined'),
  random: functionLike('() => a number from 0 up to 1'),
}
const CODE = 'retry/illegal-option'

/** The policy of `retry(options)`. */
export function factoryPolicy(options: RetryOptions): RetryPolicy {
  checkOptions('retry()', CODE, options, RULES)
  return policyOf(options, DEFAULTS)
}

/** The policy of a stage; undefined if it isn't retried. */
export function stagePolicy({ options }: StageInfo, base: RetryPolicy): RetryPolicy | undefined {
  const { retry: own } = options
  if (own === undefined) return base
  if (own === false) return undefined
  refuseOptions('stage options', CODE, optionProblems(own, RULES, 'retry.'))
  return policyOf(own, base)
}

const policyOf = (given: RetryOptions, base: RetryPolicy): RetryPolicy => ({
  attempts: given.attempts ?? base.attempts,
  baseMs: given.baseMs ?? base.baseMs,
  capMs: given.capMs ?? base.capMs,
  backoff: given.backoff ?? base.backoff,
  jitter: given.jitter ?? base.jitter,
  maxRetryAfterMs: given.maxRetryAfterMs ?? base.maxRetryAfterMs,
  isRetryable: given.isRetryable ?? base.isRetryable,
  random: given.random ?? base.random,
})
