import { StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { checkArgumentCount, checkOptions } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { auth } from '@stageflow/interceptor-auth'
import type { AuthOptions } from '@stageflow/interceptor-auth'
import { childTracker } from '@stageflow/interceptor-child-tracker'
import type { ChildRunTracker, ChildTrackerOptions } from '@stageflow/interceptor-child-tracker'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'
import type { CircuitBreakerOptions } from '@stageflow/interceptor-circuit-breaker'
import { idempotency } from '@stageflow/interceptor-idempotency'
import type { IdempotencyOptions } from '@stageflow/interceptor-idempotency'
import { logging } from '@stageflow/interceptor-logging'
import type { LoggingOptions } from '@stageflow/interceptor-logging'
import { metrics } from '@stageflow/interceptor-metrics'
import type { MetricsOptions } from '@stageflow/interceptor-metrics'
import { timeout } from '@stageflow/interceptor-timeout'
import type { TimeoutOptions } from '@stageflow/interceptor-timeout'
import { tracing } from '@stageflow/interceptor-tracing'
import type { TracingOptions } from '@stageflow/interceptor-tracing'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'

/** The options of an interceptor, another interceptor with the same name in its place, or `false` to leave it out. */
export type Replaceable<Options> = Options | Interceptor | false

/** One key for each interceptor. An interceptor without a key has its own defaults. */
export interface DefaultInterceptorsOptions {
  /** Goes before all others. Default: left out, because no default can accept a token. */
  readonly auth?: Replaceable<AuthOptions>
  /** Default: an in-memory store, stages of kind WORK, 24 hours. */
  readonly idempotency?: Replaceable<IdempotencyOptions>
  /** Default: 30,000 ms per stage. */
  readonly timeout?: Replaceable<TimeoutOptions>
  /** Default: opens after 5 failures in a row, for 30,000 ms. */
  readonly circuitBreaker?: Replaceable<CircuitBreakerOptions>
  /** Default: the tracer of the OpenTelemetry API, which does nothing until an SDK is registered. */
  readonly tracing?: Replaceable<TracingOptions>
  /** Default: a new prom-client registry. */
  readonly metrics?: Replaceable<MetricsOptions>
  /** Default: a new tracker. */
  readonly childTracker?: Replaceable<ChildTrackerOptions>
  /** Default: pino to standard output. */
  readonly logging?: Replaceable<LoggingOptions>
}

/** An interceptor of the default list. `logging` has a `logger`, `metrics` a `registry`, and `child-tracker` a `tracker`. */
export interface DefaultInterceptor extends Interceptor {
  readonly logger?: Logger
  readonly registry?: Registry
  readonly tracker?: ChildRunTracker
}

type Key = keyof DefaultInterceptorsOptions
type Factory = (options: never) => Interceptor

/** Outermost first. */
const FACTORIES: readonly (readonly [key: Key, factory: Factory])[] = [
  ['auth', auth],
  ['idempotency', idempotency],
  ['timeout', timeout],
  ['circuitBreaker', circuitBreaker],
  ['tracing', tracing],
  ['metrics', metrics],
  ['childTracker', childTracker],
  ['logging', logging],
]

/** The names of interceptors that differ from their keys. */
const NAMES: Partial<Record<Key, string>> = { circuitBreaker: 'circuit-breaker', childTracker: 'child-tracker' }

const isObject = (given: unknown): boolean => typeof given === 'object' && given !== null && !Array.isArray(given)

const PART: OptionRule = [
  (given) => given === false || isObject(given),
  'an object of options, an interceptor, or false to leave it out',
]
const RULES = Object.fromEntries(FACTORIES.map(([key]) => [key, PART])) as OptionRules<DefaultInterceptorsOptions> &
  OptionRules

/**
 * Returns the default interceptors, outermost first: (auth,) idempotency, timeout, circuit-breaker, tracing, metrics, child-tracker,
 * logging. Build the list once and share it: circuits, cached outputs and metrics are in the interceptors. Throws
 * `defaults/illegal-option`, and the errors of the interceptors.
 */
export function getDefaultInterceptors(options: DefaultInterceptorsOptions = {}): readonly DefaultInterceptor[] {
  checkArgumentCount(arguments.length, 1, 'getDefaultInterceptors(options)', 'defaults/illegal-option')
  checkOptions('getDefaultInterceptors()', 'defaults/illegal-option', options, RULES)
  return FACTORIES.flatMap(([key, factory]) => {
    const given: unknown = options[key]
    const isLeftOut = given === false || (key === 'auth' && given === undefined)
    if (isLeftOut) return []
    return [isInterceptor(given) ? named(given, key) : factory(given as never)]
  })
}

/** Whether a value is an interceptor and not options: it has a name and a hook. */
export function isInterceptor(value: unknown): value is Interceptor {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false
  return ['wrap', 'onCall', 'wrapRun', 'onRun', 'settled'].some(
    (hook) => typeof Reflect.get(value, hook) === 'function',
  )
}

function named(interceptor: Interceptor, key: Key): Interceptor {
  const name = NAMES[key] ?? key
  if (interceptor.name === name) return interceptor
  throw new StageflowError(
    'defaults/illegal-option',
    `getDefaultInterceptors(): ${key} is an interceptor with the name "${interceptor.name}", and must have the name "${name}", because other interceptors refer to it: { ...yours, name: '${name}' }. To add an interceptor, use insertBefore() or insertAfter().`,
  )
}
