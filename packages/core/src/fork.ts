import { AbortScope } from './abort.ts'
import { StageflowError } from './errors.ts'
import type { ForkChanges } from './context.ts'

/** What a fork narrows: a part of a stage's time with a signal, a deadline and an attempt of its own. */
export class ForkState extends AbortScope {
  readonly outer: ForkState | undefined
  readonly attempt: number | undefined
  readonly deadline: number | undefined
  readonly onHeartbeat: (() => void) | undefined

  /** What is added to the lineage path of the children that are started in it: the item of a map. */
  readonly item: string

  constructor(
    outer: ForkState | undefined,
    stage: AbortScope,
    deadline: number | undefined,
    changes: ForkChanges,
    item: string = outer?.item ?? '',
  ) {
    super(outer ?? stage)
    if (Number.isNaN(changes.deadline))
      throw new StageflowError(
        'core/run-option',
        'context.fork() was given the deadline NaN; it must be a time on the clock, in milliseconds.',
      )
    this.outer = outer
    this.attempt = changes.attempt ?? outer?.attempt
    const least = Math.min(changes.deadline ?? Infinity, deadline ?? Infinity)
    this.deadline = least === Infinity ? undefined : least
    this.onHeartbeat = changes.onHeartbeat
    this.item = item
  }
}
