import {
  DELAY,
  TIME_LIMIT,
  classifyError,
  functionLike,
  httpStatusOf,
  oneOf,
  optionProblems,
  or,
  read,
  required,
  whole,
} from '@stageflow/core/kit'
import type { BackOff, OptionRule, OptionRules } from '@stageflow/core/kit'
import { refuseGiven, requiredFunction } from './argument-rules.ts'

/** How a buffer tries again what could not be delivered. */
export interface DeliveryRetry {
  /** Maximum number of attempts. */
  readonly attempts?: number
  /** Maximum time from the first failure to the last attempt, in ms. */
  readonly forMs?: number
  /** How the delay grows: `exponential` doubles it, `linear` adds `baseMs`. Default: exponential. */
  readonly backoff?: 'exponential' | 'linear' | 'constant'
  /** The first delay, in ms. Default: 100. */
  readonly baseMs?: number
  /** The longest delay, in ms. Default: 5,000. */
  readonly capMs?: number
  /** How much of a delay is random. Default: equal, which is half of it. */
  readonly jitter?: 'none' | 'full' | 'equal' | 'decorrelated'
  /**
   * Whether to try again after this error, or after how long. Default, and for undefined: what the error's `retryable` says;
   * otherwise yes, unless its HTTP status is a 4xx that doesn't pass by itself.
   */
  readonly isRetryable?: (
    error: unknown,
    context: { readonly attempts: number },
  ) => boolean | { readonly afterMs: number } | undefined
}

/** The same with all defaults. */
export interface DeliveryRetryPlan extends BackOff {
  readonly attempts: number
  readonly forMs: number
  readonly isRetryable: DeliveryRetry['isRetryable']
}

const RULES: OptionRules<DeliveryRetry> = {
  attempts: or(whole(1), Infinity),
  forMs: or(DELAY, Infinity),
  backoff: oneOf('exponential', 'linear', 'constant'),
  baseMs: DELAY,
  capMs: DELAY,
  jitter: oneOf('none', 'full', 'equal', 'decorrelated'),
  isRetryable: functionLike('(error) => boolean'),
}

/** The problems of the option `retry`, each as a part of a sentence. `options`: those that it is one of. */
export function deliveryRetryProblems(options: unknown): readonly string[] {
  const retry = read(options, 'retry')
  return retry === undefined ? [] : optionProblems(retry, RULES, 'retry.')
}

/** What `retry` lacks. */
export interface DeliveryRetryDefaults {
  readonly forMs: number
  readonly random: () => number
}

const DEFAULTS: OptionRules<DeliveryRetryDefaults> = {
  forMs: required(TIME_LIMIT),
  random: requiredFunction('() => number'),
}
const PLAN: OptionRules<DeliveryRetryPlan> = {
  attempts: required(RULES.attempts),
  forMs: required(RULES.forMs),
  backoff: RULES.backoff,
  baseMs: required(DELAY),
  capMs: required(DELAY),
  jitter: RULES.jitter,
  isRetryable: RULES.isRetryable,
  random: functionLike('() => number'),
}
/** A plan of `deliveryRetryPlan`, as one of several options. */
export const RETRY_PLAN: OptionRule = [
  (value) => optionProblems(value, PLAN).length === 0,
  'a plan, such as deliveryRetryPlan({}, { forMs: 60_000, random: cryptoRandom })',
  true,
]

/** The option `retry` with its defaults. Errors: `buffer/illegal-option`. */
export function deliveryRetryPlan(retry: DeliveryRetry = {}, defaults: DeliveryRetryDefaults): DeliveryRetryPlan {
  refuseGiven('deliveryRetryPlan()', [
    ...optionProblems(retry, RULES, 'retry.'),
    ...optionProblems(defaults, DEFAULTS, 'defaults.'),
  ])
  const { attempts = Infinity, forMs = defaults.forMs, baseMs = 100, capMs = 5_000 } = retry
  const { backoff = 'exponential', jitter = 'equal', isRetryable } = retry
  return { attempts, forMs, backoff, baseMs, capMs, jitter, isRetryable, random: defaults.random }
}

/** Whether an error deserves another attempt if the app doesn't say. */
export function isRetryableDelivery(error: unknown): boolean {
  const retryable = read(error, 'retryable')
  if (typeof retryable === 'boolean') return retryable
  // A buffer aborts only attempts that no longer count, so this is a time limit of what is behind it.
  if (read(error, 'name') === 'AbortError') return true
  // Without a status it may be a bug in what is behind the buffer, which must not cost every event.
  return classifyError(error) !== 'permanent' || httpStatusOf(error) === undefined
}
