import type { ErrorRecord, InterceptorContext, TryEmitEvent } from '@stageflow/core'

import type { Circuit } from './circuit.ts'
import type { CircuitState } from './circuit-state.ts'
import type { StageCircuitBreakerOptions } from './options.ts'

/** A change of a circuit's state; times are milliseconds since 1970. */
export interface CircuitEvent {
  readonly key: string
  readonly from: CircuitState
  /** When it opened. */
  readonly openedAt: number
}

/** What a call had to do with its circuit; only there where that was not plainly closed, or changed. */
export interface CircuitNote {
  readonly key: string
  /** As the call met it: refused by one that is open, as the probe of one that is half-open or along with that. */
  readonly state: CircuitState
  readonly transitions?: readonly { readonly to: CircuitState; readonly at: number }[]
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** The stage's circuit breaker, where it differs; false: it has none. */
    readonly circuitBreaker?: StageCircuitBreakerOptions | false
  }
  interface StageNotes {
    readonly circuitBreaker?: CircuitNote
  }
  interface EventMap {
    /** Calls are refused until `halfOpenAt`; `error`: the failure that opened it. */
    'circuit_breaker.opened': CircuitEvent & { readonly halfOpenAt: number; readonly error: ErrorRecord }
    /** One call is let through, to see whether what it calls is well again. */
    'circuit_breaker.half_open': CircuitEvent
    /** Calls pass again. */
    'circuit_breaker.closed': CircuitEvent
  }
}

/** Leaves in the stage's record how a call met its circuit, and what it changed; what earlier attempts changed is kept. */
export function noteCircuit(
  context: InterceptorContext,
  circuit: Circuit,
  met: CircuitState,
  changedAt?: number,
): void {
  const earlier = context.record.notes.circuitBreaker?.transitions ?? []
  const transitions = changedAt === undefined ? earlier : [...earlier, { to: circuit.state, at: changedAt }]
  const note = { key: circuit.key, state: met }
  context.note('circuitBreaker', transitions.length === 0 ? note : { ...note, transitions })
}

/** Tells the run's sink of the state that a circuit has come to. */
export function emitChange(emit: TryEmitEvent, circuit: Circuit, from: CircuitState, error?: unknown): void {
  const { key, state, openedAt, policy } = circuit
  const data = { key, from, openedAt }
  if (state === 'closed') emit('circuit_breaker.closed', data)
  else if (state === 'half-open') emit('circuit_breaker.half_open', data)
  else {
    const halfOpenAt = openedAt + policy.halfOpenAfterMs
    emit('circuit_breaker.opened', { ...data, halfOpenAt, error: recordOf(error) })
  }
}

function recordOf(error: unknown): ErrorRecord {
  try {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
    return { code: typeof code === 'string' ? code : 'core/stage-failed', message: String(message) }
  } catch {
    return { code: 'core/stage-failed', message: 'an error that cannot be read' }
  }
}
