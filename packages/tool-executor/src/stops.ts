import type { StageflowError } from '@stageflow/core'

/** Why something was stopped. */
export class Stop {
  readonly kind: 'cancelled' | 'timed-out' | 'lost'
  readonly error: StageflowError

  constructor(kind: Stop['kind'], error: StageflowError) {
    this.kind = kind
    this.error = error
  }
}

/** Something that can be stopped once: the first reason counts. */
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

  /** Calls the listener when it is stopped, at once if it already is. Returns a function that removes the listener. */
  onStop(listener: (stop: Stop) => void): () => void {
    if (this.stop !== undefined) {
      listener(this.stop)
      return () => {}
    }
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves as `work` does, or with the reason if that comes first. `work` goes on, and its late rejection is ignored. */
  race<T>(work: Promise<T>): Promise<T | Stop> {
    return new Promise((resolve, reject) => {
      const remove = this.onStop(resolve)
      const settled = (settle: () => void): void => {
        remove()
        settle()
      }
      work.then(
        (value) => settled(() => resolve(value)),
        (error: unknown) => settled(() => reject(error)),
      )
    })
  }
}
