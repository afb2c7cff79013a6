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
   * False if nothing is known of the run: the store has none of its calls and doesn't outlive a process, and this executor has made
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
