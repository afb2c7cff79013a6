import type { ResolvedCall } from './call-types.ts'
import type { Approve } from './result-types.ts'
import type { Caller } from './tool-executor-caller.ts'
import type { Gate } from './tool-executor-gate.ts'
import type { ExecutorSettings } from './tool-executor-options.ts'
import type { UndoLog } from './undo.ts'

/** What the calls of one `execute` share. */
export interface Batch {
  readonly settings: ExecutorSettings
  readonly caller: Caller
  readonly behavior: string | undefined
  readonly approve: Approve | undefined
  /** Of the calls of this batch. */
  readonly slots: Gate
  readonly gateOf: (call: ResolvedCall) => Gate
  readonly undo: UndoLog
}

/** The idempotency key of a call: as the caller gave it, and as its result is stored under. */
export interface CallKey {
  readonly given: string
  readonly stored: string
}
