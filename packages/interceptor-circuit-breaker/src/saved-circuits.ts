/** `closed`: calls pass. `open`: they are refused. `half-open`: one of them is let through, as a probe. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** One circuit as JSON. */
export interface SavedCircuit {
  readonly key: string
  readonly state: CircuitState
  /** When it opened, in milliseconds since 1970; only where it is not closed. */
  readonly openedAt?: number
  /** What its breaker has counted. */
  readonly breaker: { readonly type: string; readonly state: unknown }
}

/** What `export()` gives and `restore` takes: plain JSON. */
export interface CircuitBreakerState {
  readonly version: 1
  readonly circuits: readonly SavedCircuit[]
}
