export { circuitBreaker, type CircuitBreaker } from './circuit-breaker.ts'
export type { CircuitEvent, CircuitNote } from './circuit-events.ts'
export type { CircuitBreakerState, CircuitState, SavedCircuit } from './circuit-state.ts'
export { CircuitOpenError } from './open-error.ts'
export type {
  BreakerOptions,
  CircuitBreakerOptions,
  ConsecutiveOptions,
  CountOptions,
  SamplingOptions,
  StageCircuitBreakerOptions,
} from './options.ts'
