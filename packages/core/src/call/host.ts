import type { AbortScope, RunAbort } from '../base/abort.ts'
import type { Cleanup, StageInputs } from '../contract/context.ts'
import type { MapItem } from '../contract/graph-info.ts'
import type { CallPart } from '../contract/interceptor.ts'
import type { RunContext } from '../contract/run-context.ts'
import type { Output } from '../contract/output.ts'
import type { CallHook, StageNode } from '../graph/graph.ts'
import type { RunFacts } from '../report/run-facts.ts'

/** The run, as the calls of its stages see it. The run implements it. */
export interface Host {
  readonly facts: RunFacts
  readonly loop: Loop
  /** The run as interceptors see it. */
  readonly context: RunContext
  /** Runs `cleanup` when the run ends, or now if the run no longer waits for the stage. */
  onCleanup(stage: number, cleanup: Cleanup): void
  /** Only in a durable run: the name of a call, the same in every leg. `suffix`: the key of an item of a map, as paths have it. */
  readonly callKey?: (stage: string, suffix?: string) => string | undefined
  /** Only in a durable run: calls back when the fact of a call has been recorded. */
  readonly onRecorded?: (stage: string, callback: () => void, suffix?: string) => void
  /** Only of an item of a map: which one it is, and what its map reads. */
  readonly item?: MapItem
  readonly inputsOfMap?: StageInputs<Readonly<Record<string, unknown>>>
  /** Stops the run and its stages. Created on first use. */
  readonly stopping: Stopper
  /** The same, but undefined before the first use. */
  readonly stoppingIfAny: Stopper | undefined
  /** What aborted a stage; undefined if nothing did. Unlike its signal, it creates nothing. */
  abortOf(stage: number): { readonly reason: unknown } | undefined
}

/** Stops a run and its stages, as the loop and the calls see it. */
export interface Stopper {
  readonly abort: RunAbort
  /** The abort scope that a stage runs in. */
  scopeOf(node: StageNode): AbortScope
  /** The run is out of time, or the parent run whose limit it has. */
  outOfTime(): void
  /** A stage has failed or cancelled the run: everything else is aborted. */
  haltFor(stage: number): void
  /** A stage is no longer wanted: no dependent can read it anymore, or a gate refused it. It is aborted. */
  abortUnwanted(stage: number, now: number): void
  /** Starts the grace time once only code of settled stages still runs, and ends it if a stage runs again. */
  updateCodeGrace(): void
  /** A child run of one of its stages has closed. */
  childClosed(): void
}

/** The loop that starts and settles the stages, as their calls see it. */
export interface Loop {
  /** The newest open call of each stage: a call that has parts and no answer yet. */
  calls: (OpenCall | undefined)[] | undefined
  /** The last promise of a layer that was checked. If the next layer passes it on, it isn't checked again. */
  checked: Promise<Output> | undefined
  /** The time. While `stage` starts, this is its start time, which has been read already. */
  now(stage: number): number
  /** The code of `stage` is called; returns the time. */
  codeBegins(stage: number): number
  /** A running stage settles with an answer, after its start has returned. */
  settle(stage: number, answer: unknown): void
  /** Code of a stage has returned. If the stage has settled and no other code of it runs, its slot is free. */
  codeReturned(stage: number): void
  /** Frees the slot of a running stage that waits. A map waits if all of its items do. */
  park(stage: number): void
  /** Takes a slot for a stage if it is parked. Resolves when it has one; never, if the run has been stopped. */
  unpark(stage: number): Promise<void>
  /** A limit has passed. It takes effect in the run's own async context. */
  overdue(limit: Overdue): void
}

/** An open call of a stage. */
export interface OpenCall extends ForkLike {
  /** The open call of the stage that began before it. */
  before: OpenCall | undefined
  /** A new call begins inside `around` while code of the stage runs. If this one is beside it and aborted, it is given up. */
  giveUpBeside(around: ForkLike | undefined): void
}

/** What a call must know of a limit that has passed. */
export interface ExpiredLimit {
  readonly part: CallPart
  readonly by: CallHook
  readonly why: 'deadline' | 'idle'
}

/** A limit that has passed. */
export interface Overdue extends ExpiredLimit {
  readonly dueAt: number
  /** Lower for limits that were set first, which are those further out. */
  readonly order: number
  readonly call: { expire(limit: ExpiredLimit): void }
}

/** A part of a stage's time. */
export interface ForkLike {
  /** Whether it is `other` or is inside it. */
  isIn(other: ForkLike): boolean
}
