import { SHARED_SIGNAL } from './limits.ts'
import { isObject } from './rules.ts'

/** Something that can be aborted, with all that is inside it. Its signal is made when somebody asks for it. */
export class AbortScope {
  readonly #outer: AbortScope | undefined
  #inner: Set<AbortScope> | undefined
  #controller: AbortController | undefined
  #own: { readonly reason: unknown } | undefined

  constructor(outer?: AbortScope) {
    this.#outer = outer
  }

  /** Why it was aborted, or what it is inside of; undefined while it was not. */
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
    // The first reason counts, also where nobody had asked for a signal when what it is inside of was aborted.
    const { reason } = (this.#own = this.#outer?.aborted ?? { reason: given })
    this.#controller?.abort(reason)
    for (const inner of this.#inner ?? []) inner.abort(reason)
  }

  /** Nobody inside it listens any more: what it is inside of forgets it, until its signal is asked for again. */
  close(): void {
    if (this.#outer !== undefined) this.#outer.#inner?.delete(this)
  }

  /** A set instead of listeners: a thousand scopes inside one cost the same each. */
  #link(): void {
    if (this.#outer === undefined) return
    ;(this.#outer.#inner ??= new Set()).add(this)
    this.#outer.#link()
  }
}

function scopeIn(scopes: Map<number, AbortScope>, key: number, outer: AbortScope): AbortScope {
  let scope = scopes.get(key)
  if (scope === undefined) scopes.set(key, (scope = new AbortScope(outer)))
  return scope
}

/** What can abort one run, or single stages of it, and whom it listens to. */
export class RunAbort {
  readonly scope: AbortScope = new AbortScope()
  #ofBlocks: Map<number, AbortScope> | undefined
  /** Stages that can be aborted alone have a scope each. */
  #ofStages: Map<number, AbortScope> | undefined
  #ofCalls: Map<number, AbortScope> | undefined
  #unlisten: (() => void)[] | undefined

  /** The scope that many stages share, but not too many: to add a listener, a signal walks the list of those it has. */
  scopeNear(stage: number, count: number): AbortScope {
    if (count <= SHARED_SIGNAL) return this.scope
    return scopeIn((this.#ofBlocks ??= new Map()), Math.floor(stage / SHARED_SIGNAL), this.scope)
  }

  /** The scope of one stage alone. */
  scopeOf(stage: number): AbortScope {
    return scopeIn((this.#ofStages ??= new Map()), stage, this.scope)
  }

  /** The scope of the call of a stage, inside that of the stage: who takes part in the call can end it, which does not stop the stage. */
  scopeOfCall(stage: number, outer: AbortScope): AbortScope {
    return scopeIn((this.#ofCalls ??= new Map()), stage, outer)
  }

  /** Why a stage was stopped. */
  aborted(stage: number): { readonly reason: unknown } | undefined {
    return this.#ofStages?.get(stage)?.aborted ?? this.scope.aborted
  }
  /** As `aborted`, or why its call was ended. */
  callAborted(stage: number): { readonly reason: unknown } | undefined {
    return this.#ofCalls?.get(stage)?.aborted ?? this.aborted(stage)
  }

  /** Calls back when `signal` aborts, at once if it has. */
  listen(signal: AbortSignal, onAbort: (reason: unknown) => void): void {
    if (signal.aborted) return onAbort(signal.reason)
    const listener = (): void => onAbort(signal.reason)
    signal.addEventListener('abort', listener, { once: true })
    ;(this.#unlisten ??= []).push(() => signal.removeEventListener('abort', listener))
  }

  unlisten(): void {
    for (const unlisten of this.#unlisten ?? []) unlisten()
    this.#unlisten = undefined
  }
}

/** Waits for `promise`, or until `signal` aborts. */
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

export function isAbortError(value: unknown): boolean {
  try {
    return isObject(value) && value['name'] === 'AbortError'
  } catch {
    return false // an object that cannot be read
  }
}
