import type { StageflowError } from '@stageflow/core'

/** Why something was stopped. */
export class Stop {
  readonly kind: 'cancelled' | 'timed-out'
  readonly error: StageflowError

  constructor(kind: 'cancelled' | 'timed-out', error: StageflowError) {
    this.kind = kind
    this.error = error
  }
}

/** What can be stopped, once: the first reason holds. */
export class Stops {
  readonly #controller = new AbortController()
  readonly #listeners = new Set<(stop: Stop) => void>()
  /** The reason, once it is stopped. */
  stop: Stop | undefined

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly end = (stop: Stop): void => {
    if (this.stop !== undefined) return
    this.stop = stop
    this.#controller.abort(stop.error)
    for (const listener of this.#listeners) listener(stop)
    this.#listeners.clear()
  }

  /** Calls back when it is stopped, at once where it is already; the answer takes the callback back. */
  onStop(listener: (stop: Stop) => void): () => void {
    if (this.stop !== undefined) {
      listener(this.stop)
      return () => {}
    }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** `work`, or the reason where that comes first. `work` goes on; what it rejects with later is not unhandled. */
  race<T>(work: Promise<T>): Promise<T | Stop> {
    return new Promise((resolve, reject) => {
      const takeBack = this.onStop(resolve)
      const settled = (settle: () => void): void => {
        takeBack()
        settle()
      }
      work.then(
        (value) => settled(() => resolve(value)),
        (error: unknown) => settled(() => reject(error)),
      )
    })
  }
}
