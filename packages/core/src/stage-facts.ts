import type { ErrorRecord } from './errors.ts'
import type { OpenCall } from './open-call.ts'
import type { Output } from './output.ts'
import type { AttemptRecord } from './report-types.ts'
import type { Run } from './run.ts'

/** One call of a stage's code, filled in when it ends. */
export type Attempt = { -readonly [Key in keyof AttemptRecord]: AttemptRecord[Key] } & { error?: ErrorRecord }

/** What is known of a stage in a run beyond its data and times; made only for stages that have any of it. */
export class StageFacts {
  /** Pieces of its code that run: a call of its body, items of a map, child runs. */
  code = 0
  /** Its calls that somebody takes part in, inside other layers, and that have no answer; the innermost last. */
  open: OpenCall[] | undefined
  /** Its code ignored the signal past the grace time: nothing that it does counts any more. */
  abandoned = false
  /** An attempt delivered a chunk: no other may run. */
  committed = false
  chunks = 0
  attempts: Attempt[] | undefined
  notes: Record<string, unknown> | undefined
  children: Run[] | undefined
  /** How many children the code has started by itself, by the item that did, in this attempt. */
  started: Map<string, number> | undefined
  /** How it ended, unless that is plain data. */
  output: Output | undefined
  /** The failure that `onFailure` tolerated. */
  tolerated: Output | undefined
  #idle: PromiseWithResolvers<void> | undefined
  /** Its code threw, the last time that it ran. */
  threw = false
  /** What its code answered inside the interceptors, the last time that it ran; undefined where nothing wraps it. */
  answered: Output | undefined

  /** Resolves when none of its code runs any more. */
  idle(): Promise<void> {
    return (this.#idle ??= Promise.withResolvers()).promise
  }

  /** A piece of its code ended. */
  leave(): void {
    if (this.code === 0 || --this.code > 0) return
    this.#idle?.resolve()
    this.#idle = undefined
  }

  /** Nobody waits for its code any more. */
  abandon(): void {
    this.abandoned = true
    this.code = 0
    this.#idle?.resolve()
  }
}
