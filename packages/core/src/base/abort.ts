import { SHARED_SIGNAL } from './bounds.ts'
import { read } from './foreign.ts'

/** A node in a tree of aborts: aborting it aborts every scope inside it. Its signal is created on first use. */
export class AbortScope {
  readonly #outer: AbortScope | undefined
  #inner: Set<AbortScope> | undefined
  #controller: AbortController | undefined
  #own: { readonly reason: unknown } | undefined

  constructor(outer?: AbortScope) {
    this.#outer = outer
  }

  /** The reason that aborted this scope or an outer one; undefined if neither was aborted. */
  get aborted(): { readonly reason: unknown } | undefined {
    return this.#own ?? this.#outer?.aborted
  }

  get signal(): AbortSignal {
    const controller = (this.#controller ??= new AbortController())
    if (this.aborted !== undefined) controller.abort(this.aborted.reason)
    else this.#link()
    return controller.signal
  }

  abort(given: unknown): void {
    if (this.#own !== undefined) return
    // The first reason counts. The outer scope may have been aborted before this one had a signal.
    const { reason } = (this.#own = this.#outer?.aborted ?? { reason: given })
    this.#controller?.abort(reason)
    for (const inner of this.#inner ?? []) inner.abort(reason)
  }

  /** A set instead of listeners on the outer signal: adding the thousandth inner scope costs as much as the first. */
  #link(): void {
    if (this.#outer === undefined) return
    ;(this.#outer.#inner ??= new Set()).add(this)
    this.#outer.#link()
  }
}

/** The abort scopes of one run and of its stages, and the signals that the run listens to. */
export class RunAbort {
  readonly scope: AbortScope = new AbortScope()
  /** Inside it: what the stages share that an interrupt ends. */
  readonly interruptible: AbortScope = new AbortScope(this.scope)
  /** The scopes of stages that can be aborted alone, by stage. Those of neighbors have negative keys. */
  #scopes: Map<number, AbortScope> | undefined
  #unlisten: (() => void)[] | undefined

  /** The scope that a stage shares with its neighbors. `count`: the number of stages in the run. */
  scopeNear(stage: number, count: number): AbortScope {
    if (count <= SHARED_SIGNAL) return this.interruptible
    return this.scopeOf(-1 - Math.floor(stage / SHARED_SIGNAL), this.interruptible)
  }

  /** The scope of one stage alone, inside `outer`. */
  scopeOf(stage: number, outer: AbortScope): AbortScope {
    const scopes = (this.#scopes ??= new Map<number, AbortScope>())
    let scope = scopes.get(stage)
    if (scope === undefined) scopes.set(stage, (scope = new AbortScope(outer)))
    return scope
  }

  /** Calls `onAbort` when `signal` aborts; immediately if it already has. */
  listen(signal: AbortSignal, onAbort: (reason: unknown) => void): void {
    // A signal of the app may be made by hand, and its getters may throw.
    const abort = (): void => onAbort(read(signal, 'reason'))
    if (read(signal, 'aborted') === true) return abort()
    signal.addEventListener('abort', abort, { once: true })
    ;(this.#unlisten ??= []).push(() => signal.removeEventListener('abort', abort))
  }

  unlisten(): void {
    for (const unlisten of this.#unlisten ?? []) unlisten()
    this.#unlisten = undefined
  }
}

/** Waits for `promise`, which must not reject, or until `signal` aborts. */
export async function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const aborted = Promise.withResolvers<unknown>()
  signal.addEventListener('abort', aborted.resolve)
  try {
    await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', aborted.resolve)
  }
}

export const isAbortError = (value: unknown): boolean => read(value, 'name') === 'AbortError'
