export type { ApprovalDecision, Approve, ApproveContext } from './approval-types.ts'
export type {
  ToolAbandonedEvent,
  ToolCallEvent,
  ToolCompletedEvent,
  ToolDeniedEvent,
  ToolFailedEvent,
  ToolInvokedEvent,
  ToolUpdatedEvent,
} from './events.ts'
export type {
  CallerContext,
  CallerOptions,
  ExecuteOptions,
  ToolExecutorOptions,
  UndoOptions,
  WithRegistry,
} from './options.ts'
export { ToolExecutor, type ToolExecutorStats } from './tool-executor.ts'
export type {
  Compensation,
  ResultKey,
  ToolsByName,
  ToolUndoLog,
  UndoableCall,
  UndoCaller,
  UndoQuestion,
  UndoResult,
} from './undo-types.ts'
