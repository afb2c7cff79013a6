import type { InterceptorContext } from '@stageflow/core'

import type { CircuitBreakerState } from './circuit-state.ts'

/** Opens after so many failures in a row. */
export interface ConsecutiveOptions {
  readonly type: 'consecutive'
  /** Default: 5. */
  readonly failures?: number
}

/** Opens when more than `failureRate` of the last `size` calls failed. */
export interface CountOptions {
  readonly type: 'count'
  /** How many calls are looked at. Default: 20. */
  readonly size?: number
  /** Between 0 and 1. Default: 0.5. */
  readonly failureRate?: number
  /** With fewer calls than that it does not open. Default: `size`. */
  readonly minimumCalls?: number
}

/** Opens when more than `failureRate` of the calls of the last `windowMs` milliseconds failed. */
export interface SamplingOptions {
  readonly type: 'sampling'
  /** Default: 30,000. */
  readonly windowMs?: number
  /** Between 0 and 1. Default: 0.5. */
  readonly failureRate?: number
  /** With fewer calls than that within `windowMs` it does not open. Default: 10. */
  readonly minimumCalls?: number
}

/** What opens a circuit. */
export type BreakerOptions = ConsecutiveOptions | CountOptions | SamplingOptions

/** What a stage can set for itself, as its `circuitBreaker`. */
export interface StageCircuitBreakerOptions {
  /** What opens the circuit. Default: 5 failures in a row. */
  readonly breaker?: BreakerOptions
  /** How long an open circuit refuses calls before it lets a probe through, in milliseconds. Default: 30,000. */
  readonly halfOpenAfterMs?: number
  /** Whether an error says that what is called is unwell; false counts as a success, for it answered. Time-outs are failures unasked. Default: every error. */
  readonly isFailure?: (error: unknown) => boolean
}

export interface CircuitBreakerOptions extends StageCircuitBreakerOptions {
  /** Names the circuit of a call, such as that of its provider or tenant. Default: one circuit for each stage, named `pipeline/stage`. */
  readonly key?: (context: InterceptorContext) => string
  /** How many circuits are remembered; closed ones are forgotten first, of these the least recently used. Default: 1,000. */
  readonly maxKeys?: number
  /** What `export()` gave: the circuits as they were then. Default: all are closed. */
  readonly restore?: CircuitBreakerState
}

/** The options of a circuit, complete. */
export interface Policy {
  readonly breaker: Required<BreakerOptions>
  readonly halfOpenAfterMs: number
  /** The same for policies that are the same. */
  readonly id: string
}

/** The policy that `options` make; what they leave out is that of `outer`, or the default. */
export function policyOf(options: StageCircuitBreakerOptions, outer?: Policy): Policy {
  const breaker = options.breaker === undefined ? (outer?.breaker ?? CONSECUTIVE) : complete(options.breaker)
  const halfOpenAfterMs = options.halfOpenAfterMs ?? outer?.halfOpenAfterMs ?? 30_000
  return { breaker, halfOpenAfterMs, id: JSON.stringify([breaker, halfOpenAfterMs]) }
}

const CONSECUTIVE: Required<ConsecutiveOptions> = { type: 'consecutive', failures: 5 }

function complete(given: BreakerOptions): Required<BreakerOptions> {
  switch (given.type) {
    case 'consecutive':
      return { type: given.type, failures: given.failures ?? CONSECUTIVE.failures }
    case 'count': {
      const { type, size = 20, failureRate = 0.5, minimumCalls = size } = given
      return { type, size, failureRate, minimumCalls }
    }
    case 'sampling': {
      const { type, windowMs = 30_000, failureRate = 0.5, minimumCalls = 10 } = given
      return { type, windowMs, failureRate, minimumCalls }
    }
  }
}
