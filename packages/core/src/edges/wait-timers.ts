/** The timers of waits, if they are facts of a durable run. */
export interface WaitTimers {
  /** When a wait that begins now begins to count. */
  readonly from: number
  /** Begins a wait until `at`. Calls back with the time once it has passed, perhaps at once. Returns what takes it back. */
  begin(stage: number, at: number, ended: (now: number) => void): () => void
}
