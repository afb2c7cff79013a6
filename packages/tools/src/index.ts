export type {
  ApprovalRequest,
  ApprovalStatus,
  ApprovalStore,
  FoundApproval,
  StoredApproval,
  StoredDecision,
} from './approvals/approval-store.ts'
export type { Approval, ApprovalAnswer, ApprovalOwner } from './approvals/approval-text.ts'
export { Approvals, type ApprovalsOptions } from './approvals/approvals.ts'
export { memoryApprovalStore, type MemoryApprovalStoreOptions } from './approvals/memory-approval-store.ts'
export { defineTool } from './define-tool.ts'
export type {
  CallerContext,
  CallerOptions,
  ExecuteOptions,
  ToolExecutorOptions,
  UndoOptions,
} from './executor/options.ts'
export {
  memoryResultStore,
  type MemoryResultStoreOptions,
  type ToolClaimAnswer,
  type ToolResultStore,
} from './executor/result-store.ts'
export type {
  ApprovalDecidedEvent,
  ApprovalEvent,
  ApprovalRequestedEvent,
  ToolAbandonedEvent,
  ToolCallEvent,
  ToolCompletedEvent,
  ToolDeniedEvent,
  ToolFailedEvent,
  ToolInvokedEvent,
  ToolUndoFailedEvent,
  ToolUndoneEvent,
  ToolUpdatedEvent,
} from './executor/report.ts'
export { ToolExecutor, type ToolExecutorStats } from './executor/tool-executor.ts'
export type {
  ParsedCall,
  ParsedCalls,
  ResolvedCall,
  ToolCallShape,
  ToolEventEmitter,
  ToolIssue,
  UnresolvedCall,
  UnresolvedReason,
} from './parsed-call.ts'
export { resultsFor } from './providers/results-for.ts'
export type { ToolResultShapes } from './providers/results-for.ts'
export { toolCallAccumulator } from './providers/tool-call-accumulator.ts'
export type { AccumulatorOptions, ToolCallAccumulator } from './providers/tool-call-accumulator.ts'
export { toolsFor } from './providers/tools-for.ts'
export type { ModelSchema, ToolListShapes } from './providers/tools-for.ts'
export type { PartialCall, StreamedCall } from './providers/written-call.ts'
export type { ToolsResolvedEvent, ToolUnresolvedEvent } from './registry/resolve-events.ts'
export { ToolRegistry } from './registry/tool-registry.ts'
export type {
  ExecuteArguments,
  ParseOptions,
  ToolRegistryOptions,
  ToolRegistryStats,
} from './registry/tool-registry.ts'
export type {
  ApprovalDecision,
  Approve,
  ApproveContext,
  CancelledCall,
  CompletedCall,
  DeniedCall,
  Denial,
  ExecutedCall,
  FailedCall,
  ToolResult,
} from './result-types.ts'
export type { MemoryStoreOptions } from './store-bounds.ts'
export { toolFailure, type ToolFailure } from './tool-failure.ts'
export type {
  AnyTool,
  JsonSchema,
  RetryContext,
  Tool,
  ToolAnswer,
  ToolContext,
  ToolDefinition,
  ToolProgress,
  ToolRateLimit,
  ToolRetry,
  ToolRetryRule,
  UndoneCall,
} from './tool-types.ts'
export type { Compensation, UndoResult } from './undo/undo-log.ts'
export { memoryUndoStore, type UndoEntry, type UndoQuery, type UndoStore } from './undo/undo-store.ts'
