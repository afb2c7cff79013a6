import { StageflowError } from '@stageflow/core'
import type { InterceptorContext } from '@stageflow/core'

/** Whether a failed call is made again: `true`, or an object where whoever was called said when; `false`: not. */
export type RetryVerdict = boolean | { readonly afterMs: number }

export interface RetryOptions {
  /** How many calls a stage has, the first included; 1: no retry. Default: 3. */
  readonly attempts?: number
  /** The first delay, in milliseconds; later ones grow from it by `backoff`. Default: 1,000. */
  readonly baseMs?: number
  /** No delay is longer, in milliseconds, but for one that a stage or a server asks for. Default: 30,000. */
  readonly capMs?: number
  /** How delays grow: `exponential` doubles them, `linear` adds `baseMs` each time. Default: exponential. */
  readonly backoff?: 'exponential' | 'linear' | 'constant'
  /** What of a delay is left to chance, so that many callers do not come back at once. Default: full. */
  readonly jitter?: 'none' | 'full' | 'equal' | 'decorrelated'
  /** Says whether a failure may pass; `undefined` leaves it to the stage's `retryable` and to `classifyError`. Default: always undefined. */
  readonly classify?: (error: unknown, context: InterceptorContext) => RetryVerdict | undefined
  /** Numbers from 0 up to 1, for the jitter. Default: those of `crypto`. */
  readonly random?: () => number
}

/** How a stage is retried. */
export type RetryPolicy = Required<RetryOptions>

const BACKOFFS = ['exponential', 'linear', 'constant']
const JITTERS = ['none', 'full', 'equal', 'decorrelated']

const DEFAULTS: RetryPolicy = {
  attempts: 3,
  baseMs: 1_000,
  capMs: 30_000,
  backoff: 'exponential',
  jitter: 'full',
  classify: () => undefined,
  random: () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32,
}

/** The policy of `retry(options)`. */
export const factoryPolicy = (options: unknown): RetryPolicy =>
  policyOf('retry()', options, 'an object such as { attempts: 3 }', DEFAULTS)

/** The policy of a stage that has `retry: option`; undefined where it is not to be retried. */
export function stagePolicy(option: unknown, base: RetryPolicy): RetryPolicy | undefined {
  if (option === undefined) return base
  return option === false
    ? undefined
    : policyOf('its retry', option, 'an object such as { attempts: 3 }, or false for no retry', base)
}

/** `given` over `base`, checked; `whose` says in errors where it comes from. */
function policyOf(whose: string, given: unknown, what: string, base: RetryPolicy): RetryPolicy {
  if (typeof given !== 'object' || given === null) throw illegal(`${whose} was given ${show(given)}, and takes ${what}`)
  const defined = Object.entries(given as Readonly<Record<string, unknown>>).filter(([, value]) => value !== undefined)
  const policy = { ...base, ...Object.fromEntries(defined) } as RetryPolicy
  const problems = [...unknownOptions(policy), ...illegalValues(policy)]
  if (problems.length > 0) throw illegal(`${whose} was given what it cannot use: ${problems.join('; ')}`)
  return policy
}

function unknownOptions(policy: RetryPolicy): readonly string[] {
  const known = Object.keys(DEFAULTS)
  const unknown = Object.keys(policy).filter((key) => !known.includes(key))
  return unknown.map((key) => `there is no option "${key}" (there are ${known.join(', ')})`)
}

function illegalValues(policy: RetryPolicy): readonly string[] {
  const { attempts, baseMs, capMs, backoff, jitter, classify, random } = policy
  const rules: readonly (readonly [boolean, string, unknown, string])[] = [
    [
      Number.isSafeInteger(attempts) && attempts > 0,
      'attempts',
      attempts,
      'a whole number above 0, the first call included',
    ],
    [isMs(baseMs), 'baseMs', baseMs, 'a number of milliseconds, 0 or more'],
    [isMs(capMs), 'capMs', capMs, 'a number of milliseconds, 0 or more'],
    [BACKOFFS.includes(backoff), 'backoff', backoff, oneOf(BACKOFFS)],
    [JITTERS.includes(jitter), 'jitter', jitter, oneOf(JITTERS)],
    [typeof classify === 'function', 'classify', classify, 'a function of the error'],
    [typeof random === 'function', 'random', random, 'a function that answers with numbers from 0 up to 1'],
  ]
  return rules
    .filter(([legal]) => !legal)
    .map(([, name, value, what]) => `${name} is ${show(value)}, and must be ${what}`)
}

const isMs = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < Infinity
const oneOf = (words: readonly string[]): string =>
  words
    .map((word) => `'${word}'`)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ')

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

const illegal = (message: string): StageflowError => new StageflowError('retry/illegal-option', `${message}.`)
