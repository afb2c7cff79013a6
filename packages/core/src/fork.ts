import { AbortScope } from './abort.ts'
import type { Fork, ForkChanges, InterceptorContext } from './context.ts'
import { StageflowError } from './errors.ts'
import type { LiveContext } from './live-context.ts'
import type { StageNode } from './node.ts'
import type { RunLoop } from './run-loop.ts'

/**
 * A part of a stage's time with a signal, a deadline and an attempt of its own: what `context.fork()` gives. What is rarely
 * used is made when it is.
 */
export class ForkState implements Fork {
  declare readonly outer: ForkState | undefined
  /** Whom to tell; its functions are called on it. */
  declare readonly changes: ForkChanges
  /** What is added to the lineage path of the children that are started in it: the item of a map. */
  declare readonly item: string
  readonly #run: RunLoop
  readonly #node: StageNode
  #context: LiveContext | undefined
  #scope: AbortScope | undefined

  constructor(run: RunLoop, node: StageNode, outer: ForkState | undefined, changes: ForkChanges, item: string) {
    if (Number.isNaN(changes.deadline))
      throw new StageflowError(
        'core/run-option',
        'context.fork() was given the deadline NaN; it must be a time on the clock, in milliseconds.',
      )
    this.#run = run
    this.#node = node
    this.outer = outer
    this.changes = changes
    this.item = item
  }

  /** Once, by whoever makes the context that knows of this fork. */
  set within(context: LiveContext) {
    this.#context = context
  }
  get context(): InterceptorContext {
    return this.#context as unknown as InterceptorContext
  }
  get attempt(): number | undefined {
    return this.changes.attempt ?? this.outer?.attempt
  }
  get deadline(): number | undefined {
    const around = this.outer?.deadline ?? this.#run.deadlineOf(this.#node)
    const least = Math.min(this.changes.deadline ?? Infinity, around ?? Infinity)
    return least === Infinity ? undefined : least
  }
  get scope(): AbortScope {
    return (this.#scope ??= new AbortScope(this.outer?.scope ?? this.#run.scopeOf(this.#node)))
  }
  get aborted(): { readonly reason: unknown } | undefined {
    return (this.#scope ?? this.outer)?.aborted ?? this.#run.callAbortedAt(this.#node.index)
  }
  get abort(): Fork['abort'] {
    return (reason) => this.scope.abort(reason)
  }
  /** Nobody inside it listens any more. */
  close(): void {
    this.#scope?.close()
  }
  /** Whether it is `other`, or inside it. */
  isIn(other: ForkState): boolean {
    return this === other || this.outer?.isIn(other) === true
  }
}
