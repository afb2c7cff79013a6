export { circuitBreaker, type CircuitBreaker, type CircuitBreakerStats } from './circuit-breaker.ts'
export type { CircuitEvent, CircuitNote } from './circuit-events.ts'
export { CircuitOpenError } from './open-error.ts'
export type {
  BreakerOptions,
  CircuitBreakerOptions,
  ConsecutiveOptions,
  CountOptions,
  SamplingOptions,
  StageCircuitBreakerOptions,
} from './options.ts'
export type { CircuitBreakerState, CircuitState, SavedBreaker, SavedBucket, SavedCircuit } from './saved-circuits.ts'
