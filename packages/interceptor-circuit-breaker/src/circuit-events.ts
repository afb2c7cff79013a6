import type { ErrorRecord, InterceptorContext, TryEmitEvent } from '@stageflow/core'
import { codeOf, textOf } from '@stageflow/core/kit'

import type { Circuit } from './circuit.ts'
import type { StageCircuitBreakerOptions } from './options.ts'
import type { CircuitState } from './saved-circuits.ts'

/** A circuit changed its state. Times are in ms since 1970. */
export interface CircuitEvent {
  readonly key: string
  readonly from: CircuitState
  /** When it opened. */
  readonly openedAt: number
}

/** How a call met its circuit. Only noted if the circuit wasn't closed, or changed, or if a failed call didn't count. */
export interface CircuitNote {
  readonly key: string
  /** `open`: the circuit refused the call. `half-open`: the call was the probe, or passed along with it, or was refused. */
  readonly state: CircuitState
  readonly transitions?: readonly { readonly to: CircuitState; readonly at: number }[]
  /** How many calls of the stage failed with an error that doesn't say whether the service is down. */
  readonly unknown?: number
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** The circuit breaker of this stage, if it differs; false: none. Default: the options of `circuitBreaker()`. */
    readonly circuitBreaker?: StageCircuitBreakerOptions | false
  }
  interface StageNotes {
    readonly circuitBreaker?: CircuitNote
  }
  interface EventMap {
    /** Calls are refused until `halfOpenAt`. `error` is the failure that opened it. */
    'circuit_breaker.opened': CircuitEvent & { readonly halfOpenAt: number; readonly error: ErrorRecord }
    /** One call passes, to see whether the service works again. */
    'circuit_breaker.half_open': CircuitEvent
    /** Calls pass again. */
    'circuit_breaker.closed': CircuitEvent
  }
}

/** Notes in the stage's record how a call met its circuit and what it changed. Keeps the changes of earlier attempts. */
export function noteCircuit(
  context: InterceptorContext,
  circuit: Circuit,
  met: CircuitState,
  changedAt?: number,
): void {
  const earlier = context.record.notes.circuitBreaker
  const changes = changedAt === undefined ? [] : [{ to: circuit.state, at: changedAt }]
  const transitions = [...(earlier?.transitions ?? []), ...changes]
  context.note('circuitBreaker', {
    ...earlier,
    key: circuit.key,
    state: met,
    ...(transitions.length === 0 ? undefined : { transitions }),
  })
}

/** Notes that a failed call of the stage didn't count. */
export function noteUnknown(context: InterceptorContext, { key, state }: Circuit): void {
  const earlier = context.record.notes.circuitBreaker
  context.note('circuitBreaker', { key, state, ...earlier, unknown: (earlier?.unknown ?? 0) + 1 })
}

/** Emits the event for the new state of a circuit. */
export function emitChange(emit: TryEmitEvent, circuit: Circuit, from: CircuitState, error?: unknown): void {
  const { key, state, openedAt, policy } = circuit
  const data = { key, from, openedAt }
  if (state === 'closed') return void emit('circuit_breaker.closed', data)
  if (state === 'half-open') return void emit('circuit_breaker.half_open', data)
  const halfOpenAt = openedAt + policy.halfOpenAfterMs
  const record: ErrorRecord = { code: codeOf(error) ?? 'core/stage-failed', message: textOf(error) }
  emit('circuit_breaker.opened', { ...data, halfOpenAt, error: record })
}
