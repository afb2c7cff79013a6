import type { Clock } from '@stageflow/core'
import { ConsecutiveBreaker, CountBreaker, type CircuitState } from 'cockatiel'

import type { BreakerOptions } from './options.ts'
import { SamplingBreaker } from './sampling-breaker.ts'

/** What counts calls, and says when the circuit is to open: cockatiel's IBreaker, told of the clock. */
export interface Breaker {
  state: unknown
  success(state: CircuitState, clock: Clock): void
  /** True: the circuit opens. */
  failure(state: CircuitState, clock: Clock): boolean
}

export function makeBreaker(options: Required<BreakerOptions>): Breaker {
  switch (options.type) {
    case 'consecutive':
      return new ConsecutiveBreaker(options.failures)
    case 'count': {
      const { size, failureRate: threshold, minimumCalls: minimumNumberOfCalls } = options
      return new CountBreaker({ threshold, size, minimumNumberOfCalls })
    }
    case 'sampling':
      return new SamplingBreaker(options.windowMs, options.failureRate, options.minimumCalls)
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * What a breaker of these options can take from what one like it has counted; undefined where nothing fits, as after a change
 * of the options. cockatiel's breakers take over what they are given unseen.
 */
export function fittingState(options: Required<BreakerOptions>, saved: unknown): unknown {
  if (options.type === 'consecutive') return isCount(saved) ? saved : undefined
  if (options.type === 'sampling') return Array.isArray(saved) && saved.every(isBucket) ? saved : undefined
  const { samples, currentSample } = (saved ?? {}) as { readonly samples?: unknown; readonly currentSample?: unknown }
  if (!Array.isArray(samples) || samples.length !== options.size || !samples.every(isSample)) return undefined
  if (!isCount(currentSample) || currentSample >= samples.length) return undefined
  const count = (kind: boolean): number => samples.filter((sample) => sample === kind).length
  return { samples, currentSample, failures: count(false), successes: count(true) }
}

const isSample = (value: unknown): boolean => value === null || typeof value === 'boolean'

function isBucket(value: unknown): boolean {
  const { startedAt, successes, failures } = (value ?? {}) as Record<'startedAt' | 'successes' | 'failures', unknown>
  return Number.isFinite(startedAt) && (startedAt as number) >= 0 && isCount(successes) && isCount(failures)
}
