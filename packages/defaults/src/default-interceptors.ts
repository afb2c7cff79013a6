import { StageflowError } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import type { AuthOptions } from '@stageflow/interceptor-auth'
import { childTracker } from '@stageflow/interceptor-child-tracker'
import type { ChildTrackerOptions } from '@stageflow/interceptor-child-tracker'
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

/** Options for the interceptor of that name, another interceptor of that name in its place, or `false` to leave it out. */
export type Replaceable<Options> = Options | Interceptor | false

/** One key an interceptor; what is left out has that interceptor's own defaults. */
export interface DefaultInterceptorsOptions {
  /** Stands in front of all others, and only if it is given: there is no default that accepts a token. */
  readonly auth?: Replaceable<AuthOptions>
  /** Default: a store in memory, WORK stages, 24 hours. */
  readonly idempotency?: Replaceable<IdempotencyOptions>
  /** Default: 30,000 ms a stage. */
  readonly timeout?: Replaceable<TimeoutOptions>
  /** Default: opens after 5 failures in a row, for 30,000 ms. */
  readonly circuitBreaker?: Replaceable<CircuitBreakerOptions>
  /** Default: the tracer of the OpenTelemetry API, which does nothing until an SDK is registered. */
  readonly tracing?: Replaceable<TracingOptions>
  /** Default: a prom-client registry of its own. */
  readonly metrics?: Replaceable<MetricsOptions>
  readonly childTracker?: Replaceable<ChildTrackerOptions>
  /** Default: pino to standard output. */
  readonly logging?: Replaceable<LoggingOptions>
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

/** The names of the interceptors where they differ from their keys. */
const NAMES: Partial<Record<Key, string>> = { circuitBreaker: 'circuit-breaker', childTracker: 'child-tracker' }

/**
 * The interceptors of the guide in its order, outermost first: (auth,) idempotency, timeout, circuit-breaker, tracing, metrics,
 * child-tracker, logging. Each can be configured, replaced or left out. Errors: `defaults/illegal-option`, and those of the interceptors.
 */
export function getDefaultInterceptors(options: DefaultInterceptorsOptions = {}): readonly Interceptor[] {
  checkKeys(options)
  return FACTORIES.flatMap(([key, factory]) => {
    const given: unknown = options[key]
    if (given === false || (key === 'auth' && given === undefined)) return []
    return [isInterceptor(given) ? named(given, key) : factory(given as never)]
  })
}

function checkKeys(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw illegal(
      `it takes an object with one key an interceptor, not ${Array.isArray(options) ? 'an array' : String(options)}`,
    )
  const known = FACTORIES.map(([key]) => key as string)
  const unknown = Object.keys(options).filter((key) => !known.includes(key))
  if (unknown.length > 0)
    throw illegal(`${unknown.map((key) => `"${key}"`).join(', ')} is none of its keys: ${known.join(', ')}`)
  for (const [key, value] of Object.entries(options) as [string, unknown][]) {
    if (value !== undefined && value !== false && (typeof value !== 'object' || value === null))
      throw illegal(
        `"${key}" must be an object of options, an interceptor, or false to leave it out, not ${JSON.stringify(value) ?? typeof value}`,
      )
  }
}

/** Told by what no options have: a name, and one of the hooks. */
export function isInterceptor(value: unknown): value is Interceptor {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false
  return ['wrap', 'onCall', 'wrapRun', 'onRun', 'settled'].some(
    (hook) => typeof Reflect.get(value, hook) === 'function',
  )
}

function named(interceptor: Interceptor, key: Key): Interceptor {
  const name = NAMES[key] ?? key
  if (interceptor.name === name) return interceptor
  throw illegal(
    `"${key}" was given an interceptor named "${interceptor.name}"; what stands in the place of "${name}" is named so, since others state their order by it: { ...it, name: '${name}' }, or insertBefore/insertAfter for one more`,
  )
}

function illegal(problem: string): StageflowError {
  return new StageflowError('defaults/illegal-option', `getDefaultInterceptors(): ${problem}.`)
}
