import { AsyncResource } from 'node:async_hooks'
import type { RunPart } from '@stageflow/core'

/** Counts the runs under way. */
interface RunCount {
  closeRun(): void
}

/** A run under way, and the async context that it was started in. */
export class LimitedRun implements RunPart {
  readonly #runs: RunCount
  /** `AsyncLocalStorage.snapshot()` would do, but each run makes one, and it costs far more. */
  #asyncContext: AsyncResource | undefined

  constructor(runs: RunCount) {
    this.#runs = runs
    this.#asyncContext = new AsyncResource('stageflow.timeout')
  }

  inContext(act: () => void): void {
    if (this.#asyncContext === undefined) act()
    else this.#asyncContext.runInAsyncScope(act)
  }

  ended(): void {
    // Whoever keeps the result of a run keeps this too, but must not keep what its caller had in that context.
    this.#asyncContext = undefined
    this.#runs.closeRun()
  }
}
