import type { ForkChanges } from './context.ts'

/** What a fork narrows: a part of a stage's time with a signal, a deadline and an attempt of its own. */
export class ForkState {
  readonly outer: ForkState | undefined
  readonly attempt: number | undefined
  readonly deadline: number | undefined
  readonly onHeartbeat: (() => void) | undefined
  readonly #outerSignal: () => AbortSignal
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined

  constructor(
    outer: ForkState | undefined,
    outerDeadline: number | undefined,
    outerSignal: () => AbortSignal,
    changes: ForkChanges,
  ) {
    this.outer = outer
    this.attempt = changes.attempt ?? outer?.attempt
    const deadline = Math.min(changes.deadline ?? Infinity, outerDeadline ?? Infinity)
    this.deadline = deadline === Infinity ? undefined : deadline
    this.onHeartbeat = changes.onHeartbeat
    this.#outerSignal = outerSignal
  }

  /** Why this fork, or one around it, was given up; undefined while none was. */
  get aborted(): { readonly reason: unknown } | undefined {
    return this.#aborted ?? this.outer?.aborted
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal
    const controller = (this.#controller = new AbortController())
    const outer = this.#outerSignal()
    if (this.#aborted !== undefined) controller.abort(this.#aborted.reason)
    else if (outer.aborted) controller.abort(outer.reason)
    else
      outer.addEventListener('abort', () => controller.abort(outer.reason), { once: true, signal: controller.signal })
    return controller.signal
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason }
    this.#controller?.abort(this.#aborted.reason)
  }
}
