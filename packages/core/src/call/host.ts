import type { AbortScope, RunAbort } from '../base/abort.ts'
import type { Cleanup } from '../contract/context.ts'
import type { RunContext } from '../contract/interceptor.ts'
import type { Output } from '../contract/output.ts'
import type { StageNode } from '../graph/graph.ts'
import type { RunFacts } from '../report/run-facts.ts'

/** What the calls of stages may ask of the run that they belong to. The run implements it. */
export interface Host {
  readonly facts: RunFacts
  readonly loop: Loop
  /** The run as interceptors see it. */
  readonly context: RunContext
  /** Runs `cleanup` when the run ends, or now if the stage's part in the run is over. */
  onCleanup(stage: number, cleanup: Cleanup): void
  /** What stops the run and its stages; made when it is first needed. */
  readonly stop: Stop
  /** The same; undefined while nothing has needed it. */
  readonly stopping: Stop | undefined
}

/** What stops a run and its stages, as the loop and the calls use it. */
export interface Stop {
  readonly abort: RunAbort
  /** The abort scope that a stage runs in. */
  scopeOf(node: StageNode): AbortScope
  /** The run, or the run above it whose limit it has, is out of time. */
  outOfTime(): void
  /** A stage has failed or cancelled the run: everything else is aborted. */
  haltFor(stage: number): void
  /** No stage can read a stage any more: it is aborted. */
  abortLate(stage: number, now: number): void
  /** Bounds the wait if nothing but code of settled stages still runs. */
  waitForCode(): void
  /** A child run of one of its stages has closed. */
  childClosed(): void
}

/** What the calls of stages may ask of the loop that starts and settles the stages. */
export interface Loop {
  /** The open calls of each stage, newest first: calls that have parts and no answer yet. */
  calls: (OpenCalls | undefined)[] | undefined
  /** The last promise that a layer has returned and that has been checked. A layer that passes it on needs no check of its own. */
  checked: Promise<Output> | undefined
  /** The time. While `stage` is only being started that is its start time, which has been read already. */
  now(stage: number): number
  /** The code of `stage` is called; returns the time. */
  codeBegins(stage: number): number
  /** A running stage settles with an answer, later than it was started. */
  settle(stage: number, answer: unknown): void
  /** The code of an attempt has returned `output`. Its child runs do not outlive it. */
  attemptEnded(stage: number, output: Output): Output
  /** Some code of a stage has returned. If the stage has settled and that was the last of it, its slot is free. */
  codeLeft(stage: number): void
  /** Gives back the slot of a running stage that waits. */
  park(stage: number): void
  /** Takes a slot for a parked stage; resolves when it has one. */
  unpark(stage: number): Promise<void>
  /** A limit has passed. It takes effect in the run's own async context. */
  overdue(limit: Overdue): void
  /** A new call begins inside `around` while code of the stage runs: the calls beside it that were aborted are given up. */
  giveUpAborted(stage: number, around: ForkLike | undefined): void
}

/** One of the open calls of a stage, and those that began before it. */
export interface OpenCalls extends ForkLike {
  before: OpenCalls | undefined
}

/** A limit that has passed. */
export interface Overdue {
  readonly dueAt: number
  /** Lower for limits that were set first, which are those further out. */
  readonly order: number
  /** Lets it take effect. */
  take(): void
}

/** A part of a stage's time. */
export interface ForkLike {
  /** Whether it is `other` or lies inside it. */
  isIn(other: ForkLike): boolean
}
