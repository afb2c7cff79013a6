import type { Clock, RunIdentity, TryEmitEvent } from '@stageflow/core'
import type { AnyTool, ResolvedCall } from '@stageflow/tools'

/**
 * What an executor needs to make calls undoable, and to undo them. `undoLog()` of `@stageflow/undo` is one. Runs are those of the
 * calls, by their `pipelineRunId`.
 */
export interface ToolUndoLog {
  /** Remembers that this process makes calls of the run. */
  noteRun(pipelineRunId: string): void
  /** Counts a call of the run that begins and can be undone. Call the returned function when its handler has returned for good. */
  begin(pipelineRunId: string): () => void
  /** Records a call, and returns whether it can be undone. Never rejects. */
  record(call: UndoableCall, caller: UndoCaller): Promise<boolean>
  /** Undoes a call of this id. */
  undo(callId: string, caller: UndoCaller, options: UndoQuestion): Promise<UndoResult>
  /** Undoes all calls of a run, the last one first. */
  compensate(pipelineRunId: string, caller: UndoCaller, tools: ToolsByName): Promise<Compensation>
}

/** The tools of who undoes, such as a `ToolRegistry`: a store keeps only their names. */
export interface ToolsByName {
  get(name: string): AnyTool | undefined
}

export interface UndoQuestion {
  readonly tools: ToolsByName
  /** Undefined: any run. */
  readonly pipelineRunId: string | undefined
}

/** A call whose handler has completed, with what its `undo` gets. */
export interface UndoableCall {
  readonly call: ResolvedCall
  readonly output: unknown
  /** What the handler passed to `keepForUndo`. */
  readonly kept: unknown
  readonly idempotencyKey: string
  readonly executionMode: string | undefined
  /** Where its result is kept, if the caller gave it a key. */
  readonly resultKey: ResultKey | undefined
}

/** The place of a result in the store of the executor. */
export interface ResultKey {
  readonly key: string
  readonly token: string
}

/** Who makes or undoes calls, and what the executor does for the log. */
export interface UndoCaller {
  readonly clock: Clock
  readonly ports: unknown
  readonly ids: Readonly<Partial<RunIdentity>>
  /** Aborts when the caller cancels (`tool-executor/cancelled`) or its time is over (`tool-executor/timed-out`). */
  readonly signal: AbortSignal
  /** Undefined without an emitter: then no payload is made. */
  readonly emit: TryEmitEvent | undefined
  /** Emits the own events of a handler. */
  readonly handlerEmit: TryEmitEvent
  /** Tells the stage that there is progress. */
  readonly heartbeat: () => void
  /** How long to wait for a handler that was told to stop, in ms. */
  readonly graceMs: number
  /** Forgets the result of work that was undone, so that it can be done again. Never rejects. */
  readonly forgetResult: (key: ResultKey) => Promise<void>
  /** Counts an error of the store that fails nothing. */
  readonly onStoreError: (error: unknown) => void
}

/** What became of a call to undo. */
export interface UndoResult {
  /** `unknown`: there is no such call that can be undone, or it has been undone. */
  readonly status: 'undone' | 'failed' | 'expired' | 'unknown'
  readonly callId: string
  readonly toolName: string | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
}

/** What became of the calls of a run. */
export interface Compensation {
  readonly pipelineRunId: string
  /** Whether everything was undone: the run is known, nothing failed, expired, was not recorded or still runs, and nothing stopped the undoing. */
  readonly isComplete: boolean
  /**
   * False if nothing is known of the run: the store has none of its calls and doesn't outlive a process, and this process has made
   * none. It may have been a run of a process that ended.
   */
  readonly isKnown: boolean
  /** In the order in which they were undone: the last call first. Calls that another process has undone are not among them. */
  readonly undone: readonly UndoResult[]
  /** They are kept: you can try again. */
  readonly failed: readonly UndoResult[]
  /** Calls that expired more than 7 days ago, and those that a full store has removed, are not among them. */
  readonly expired: readonly UndoResult[]
  /** How many calls of this process the undo store did not keep. */
  readonly notRecorded: number
  /** How many calls of this process wait or still run. You can undo them when they have ended. */
  readonly stillRunning: number
}
