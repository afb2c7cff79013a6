import type { RunAuthor, StageGraph } from '@stageflow/core'
import type { DurableStart } from '@stageflow/core/durable'
import type { CarryLeg, LegResult, RecordedFact } from '../durable-runs/leg.ts'

/** How an engine differs from a plain store of facts. The rules of the contract stay, and are seen in another way. */
export interface ExecutorTraits {
  /** A leg in which only answers are missing waits for them, instead of ending as suspended. */
  readonly waitsInPlace?: true
  /** The engine doesn't count legs: each one after the first has the number 2. */
  readonly countsTwoLegs?: true
  /** The engine itself refuses a leg that doesn't repeat what is recorded, with an error of its own instead of `core/replay`. */
  readonly refusesItself?: true
  /** The engine keeps neither who began a run nor who has answered: it admits callers in another place. */
  readonly forgetsCallers?: true
}

/** The executors under test, and the store that they keep facts in. The contract uses many runs of one store, some at once. */
export interface ExecutorUnderTest {
  /**
   * Makes the executor for the next leg of the run `start.runId`, passes it to `carry`, and settles like `carry`. The first leg is
   * the one of a run that has no leg yet. A leg of the same run may be in progress: then wait for it, take the run over, or reject.
   * An engine that begins the next leg by itself after a crash must wait for the next call of `run`.
   */
  run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result>
  /** Ends the leg in progress as a crash of its process does. Its code may go on, but nothing of it is recorded from now on. */
  crash(runId: string): void | Promise<void>
  /** Answers what waits under a key. `by`: who answers. Returns false, or rejects, if nothing waits there anymore. */
  answer(runId: string, key: string, answer: unknown, by?: RunAuthor): boolean | Promise<boolean>
  /**
   * Keeps an answer for a stage that has not asked yet. `key`: that of its call. Returns false, or rejects, if one is kept already, or if
   * the stage has ended. Only for engines that keep such answers.
   */
  answerEarly?(runId: string, key: string, answer: unknown, by?: RunAuthor): boolean | Promise<boolean>
  /** Opens a failed run again, so that its next leg calls what had failed. Only for engines that can: `factsForRetry` of core. */
  retryFailed?(graph: Pick<StageGraph<unknown, unknown>, 'info'>, runId: string): unknown
  /**
   * Stops a run from outside, also one that has no leg yet. Only for engines whose executors refuse `stop()`. Default: the contract
   * aborts the signal of the leg.
   */
  stop?(runId: string, reason: string): void | Promise<void>
  /** Interrupts a run from outside. Required for engines whose executors refuse `stop()`: the contract calls `stop(key, reason, { data })` of others. */
  interrupt?(runId: string, reason: string, data: unknown): unknown
  /** Default: none. */
  readonly traits?: ExecutorTraits
  /** The recorded facts of a run, in their order. */
  facts(runId: string): readonly RecordedFact[] | Promise<readonly RecordedFact[]>
  close?(): void | Promise<void>
}

/** Opens an empty store. */
export type OpenExecutor = () => ExecutorUnderTest | Promise<ExecutorUnderTest>
