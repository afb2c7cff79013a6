import { errorRecord } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { define } from '../base/objects.ts'
import type { Output } from '../contract/output.ts'
import type { AttemptRecord, Resumed, StageRecord, Usage } from '../contract/results.ts'
import { ChildRuns } from './child-runs.ts'
import type { MapFacts } from './map-facts.ts'
import { sumOfUsage } from './usage.ts'

/** One call of a stage's code. Its end is filled in when the code returns. */
export type Attempt = { -readonly [Key in keyof AttemptRecord]: AttemptRecord[Key] } & {
  error?: ErrorRecord
  notes?: Record<string, unknown>
}

/** The facts of one stage beyond its data and times. Created only for stages that have such facts. */
export class StageFacts {
  /** How many pieces of its code the run waits for: a call of its body, items of a map, child runs. */
  runningCode = 0
  /** Its code ignored its signal past the grace time. Its results no longer count. */
  abandoned = false
  /** An attempt has published a chunk, or taken one of a stream, so no other attempt may run. */
  committed = false
  chunks = 0
  /** Every call of its code; undefined for an unwrapped stage whose one call took as long as the stage. */
  attempts: Attempt[] | undefined
  /** It waits. In a run with `maxConcurrency` it has no slot meanwhile; one of an item is that of its map. */
  isParked = false
  /** What its code waits for: room for its chunk, the next chunk that it reads, or both if it has asked for that before it yielded. */
  waitCount = 0
  /** The notes of its last attempt and of interceptors around it; `usage` is the sum over its attempts. */
  notes: Record<string, unknown> | undefined
  /** The notes of the one attempt of an unwrapped stage, whose attempts aren't kept. */
  soleNotes: Record<string, unknown> | undefined
  children: ChildRuns | undefined
  /** How many child runs the code has started in this attempt. */
  childCount = 0
  /** The answer of its call, for parts that are told while it isn't published yet. */
  answer: Output | undefined
  /** How the stage settled, unless plain data says it all. */
  output: Output | undefined
  /** The failure that `onFailure` tolerated. */
  tolerated: Output | undefined
  /** What its code returned last. If the stage settled with another output, an interceptor or the engine answered. */
  returned: Output | undefined
  /** Its record of an earlier leg of the run, in which it settled. */
  record: StageRecord | undefined
  /** Why it runs again. */
  resumed: Resumed | undefined
  /** The items of a map. */
  items: MapFacts | undefined
  /** How it ends if its code throws an error that `orFail` threw. */
  #endings: WeakMap<object, Output> | undefined
  /** How many pieces of its code run, including abandoned ones. */
  #aliveCode = 0
  #idle: PromiseWithResolvers<void> | undefined
  #left: PromiseWithResolvers<void> | undefined
  #settled: PromiseWithResolvers<void> | undefined
  #unparked: PromiseWithResolvers<void> | undefined

  // The attempt log: nothing else writes attempts.

  get attemptsMade(): number {
    return this.attempts?.length ?? 0
  }
  /** The code is called. */
  beginAttempt(startedAt: number): Attempt {
    const attempt: Attempt = {
      attempt: this.attemptsMade + 1,
      startedAt,
      endedAt: undefined,
      status: undefined,
    }
    const last = this.attempts?.at(-1)
    if (last !== undefined) this.#dropNotesOf(last)
    ;(this.attempts ??= []).push(attempt)
    this.childCount = 0
    this.enterCode()
    return attempt
  }

  /** The code has returned, and `output` is how its attempt ended. Once the stage was abandoned its record is closed. */
  endAttempt(attempt: Attempt, output: Output, endedAt: number): Output {
    this.leaveCode()
    if (this.abandoned) return output
    attempt.endedAt = endedAt
    attempt.status = output.status
    if (output.error !== undefined) attempt.error = errorRecord(output.error)
    return (this.returned = output)
  }

  /** An unwrapped stage settles while its code still runs: its one attempt is kept, and stays open until the code returns. */
  keepAttemptOpen(startedAt: number): void {
    if (this.attempts !== undefined) return this.enterCode()
    this.beginAttempt(startedAt)
    this.#keepSoleNotes()
  }

  /** An unwrapped stage keeps its one attempt only if it ended differently from the stage. */
  soleAttempt(startedAt: number, output: Output, endedAt: number): void {
    this.endAttempt(this.beginAttempt(startedAt), output, endedAt)
    this.#keepSoleNotes()
  }

  /** For a call that was answered before it reached the code. */
  keepNoAttempt(): void {
    this.attempts = []
  }

  // Notes.

  /**
   * Keeps a note of the stage. While the code of an attempt runs it is also one of that attempt: the one with this number, otherwise the
   * last one; of none if it is 0. `isOfSole`: the one attempt of an unwrapped stage.
   */
  note(key: string, value: unknown, number: number | undefined, isOfSole: boolean): void {
    const attempt = number === 0 ? undefined : this.attempts?.at(number === undefined ? -1 : number - 1)
    const isOpen = attempt !== undefined && attempt.endedAt === undefined
    if (isOpen) define((attempt.notes ??= {}), key, value)
    else if (isOfSole && attempt === undefined) define((this.soleNotes ??= {}), key, value)
    define((this.notes ??= {}), key, value)
    if (key === 'usage' && isOpen) this.sumUsage()
  }

  /** What it has used in this leg: in its own code, in its items and in its child runs. */
  get used(): Usage | undefined {
    if (this.record !== undefined) return undefined
    // The child runs of a map are those of its items.
    return sumOfUsage([this.notes?.['usage'], (this.items ?? this.children)?.used])
  }

  sumUsage(): void {
    const usage = sumOfUsage((this.attempts ?? []).map(({ notes }) => notes?.['usage']))
    if (usage !== undefined) define((this.notes ??= {}), 'usage', usage)
  }

  /** Another attempt begins: what only the last one noted isn't true of the stage any more. */
  #dropNotesOf(attempt: Attempt): void {
    const { notes } = this
    for (const [key, value] of Object.entries(attempt.notes ?? {})) {
      if (notes !== undefined && key !== 'usage' && notes[key] === value) delete notes[key]
    }
  }

  #keepSoleNotes(): void {
    const attempt = this.attempts?.[0]
    if (attempt !== undefined && this.soleNotes !== undefined) attempt.notes = this.soleNotes
  }

  /** Whether the stage's own code settled it, and not an interceptor or the engine. */
  get settledItself(): boolean {
    return this.output !== undefined && this.output === this.returned
  }

  /** If its code throws `error`, the stage ends with `output`. */
  keepEnding(error: Error, output: Output): void {
    ;(this.#endings ??= new WeakMap()).set(error, output)
  }
  endingOf(thrown: unknown): Output | undefined {
    return this.#endings?.get(thrown as object)
  }

  // Code that runs.

  get childRuns(): ChildRuns {
    return (this.children ??= new ChildRuns())
  }
  /** Child runs do not outlive the code that started them. */
  cancelChildren(stage: string): void {
    for (const child of this.children ?? []) child.cancel(`the code of stage "${stage}" that started it ended`)
  }

  enterCode(): void {
    this.runningCode++
    this.#aliveCode++
  }

  /** A piece of code has returned. Returns true if it was counted, and no counted code is left. */
  leaveCode(): boolean {
    if (--this.#aliveCode === 0) {
      this.#left?.resolve()
      this.#left = undefined
    }
    if (this.runningCode === 0 || --this.runningCode > 0) return false
    this.#idle?.resolve()
    this.#idle = undefined
    return true
  }

  /** The run stops waiting for the code. */
  abandon(): void {
    this.abandoned = true
    this.stopWaiting()
  }
  /** How the call ended is known from elsewhere, while its code runs here too. */
  stopWaiting(): void {
    this.runningCode = 0
    this.#idle?.resolve()
  }

  /** The stage has settled. */
  settled(): void {
    this.#settled?.resolve()
  }

  /** Resolves when the run waits for none of the code. */
  idle(): Promise<void> {
    return (this.#idle ??= Promise.withResolvers()).promise
  }

  /** Resolves when none of the code runs, including abandoned code. `isUncounted`: the code of an unwrapped stage that has not settled. */
  untilCodeLeft(isUncounted: boolean): Promise<void> {
    if (isUncounted) return (this.#settled ??= Promise.withResolvers()).promise.then(() => this.untilCodeLeft(false))
    return this.#aliveCode === 0 ? Promise.resolve() : (this.#left ??= Promise.withResolvers()).promise
  }

  /** Resolves when the parked stage has a slot again. */
  unparked(): Promise<void> {
    return (this.#unparked ??= Promise.withResolvers()).promise
  }
  unpark(): void {
    this.isParked = false
    this.#unparked?.resolve()
    this.#unparked = undefined
  }
}
