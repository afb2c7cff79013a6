import { StageflowError } from '@stageflow/core'

import type { CircuitState } from './saved-circuits.ts'

/** A circuit refused a call; its code is `circuit-breaker/open`. */
export class CircuitOpenError extends StageflowError {
  /** The key of the circuit. */
  readonly key: string
  readonly state: CircuitState
  /** In how many ms the circuit lets a probe pass; 0 while a probe is in progress. */
  readonly afterMs: number

  constructor(stage: string, key: string, state: CircuitState, afterMs: number) {
    const when =
      state === 'open'
        ? `it may close in ${Math.ceil(afterMs)} ms, if a probe succeeds`
        : 'it closes if the probe in progress succeeds'
    super(
      'circuit-breaker/open',
      `Stage "${stage}" was not called: the circuit "${key}" is ${state}; ${when}. Try again later, or set a fallback: { onFailure: { fallback: … } }.`,
    )
    this.key = key
    this.state = state
    this.afterMs = Math.ceil(afterMs)
  }
}
