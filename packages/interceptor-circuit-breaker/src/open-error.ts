import { StageflowError } from '@stageflow/core'

import type { CircuitState } from './circuit-state.ts'

/** A call was refused by its circuit; its code is `circuit-breaker/open`. */
export class CircuitOpenError extends StageflowError {
  /** The circuit that refused it. */
  readonly key: string
  readonly state: CircuitState
  /** In how many milliseconds it lets a probe through, after which it may close; 0 while a probe is under way. */
  readonly afterMs: number

  constructor(stage: string, key: string, state: CircuitState, afterMs: number) {
    const when =
      state === 'open'
        ? `it may close in ${Math.ceil(afterMs)} ms, when a probe ends well`
        : 'it closes when the probe that is under way ends well'
    super(
      'circuit-breaker/open',
      `Stage "${stage}" was not called: the circuit "${key}" is ${state}; ${when}. Wait, or fall back on something else.`,
    )
    this.key = key
    this.state = state
    this.afterMs = Math.ceil(afterMs)
  }
}
