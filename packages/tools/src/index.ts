export { toolCallAccumulator } from './call-accumulator.ts'
export type { AccumulatorOptions, ToolCallAccumulator } from './call-accumulator.ts'
export type {
  ParsedCall,
  ParsedCalls,
  ResolvedCall,
  ToolCallShape,
  ToolEventEmitter,
  ToolIssue,
  UnresolvedCall,
  UnresolvedReason,
} from './call-types.ts'
export { defineTool } from './define-tool.ts'
export type { ToolsResolvedEvent, ToolUnresolvedEvent } from './resolve-events.ts'
export { resultsFor } from './results-for.ts'
export type { ToolResultShapes } from './results-for.ts'
export { ToolRegistry } from './tool-registry.ts'
export type { ExecuteArguments, ParseOptions, ToolRegistryOptions, ToolRegistryStatistics } from './tool-registry.ts'
export type {
  AnyTool,
  JsonSchema,
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
export { toolsFor } from './tools-for.ts'
export type { ModelSchema, ToolListShapes } from './tools-for.ts'
export { ToolExecutor, type ToolExecutorStatistics } from './tool-executor.ts'
export type {
  CallerContext,
  CallerOptions,
  ExecuteOptions,
  ToolExecutorOptions,
  UndoOptions,
} from './tool-executor-options.ts'
export { isToolFailure, toolFailure, type ToolFailure } from './tool-failure.ts'
export type {
  ApprovalDecision,
  Approve,
  CancelledCall,
  CompletedCall,
  DeniedCall,
  ExecutedCall,
  FailedCall,
  ToolResult,
} from './result-types.ts'
export { memoryResultStore, type StoredResult, type ToolResultStore } from './result-store.ts'
export type { MemoryStoreOptions } from './store-bounds.ts'
export { memoryUndoStore, type UndoEntry, type UndoQuery, type UndoStore } from './undo-store.ts'
export type { Compensation, UndoResult } from './undo.ts'
export type {
  ToolAbandonedEvent,
  ToolCallEvent,
  ToolCompletedEvent,
  ToolDeniedEvent,
  ToolFailedEvent,
  ToolInvokedEvent,
  ToolUndoFailedEvent,
  ToolUndoneEvent,
  ToolUpdatedEvent,
} from './tool-events.ts'
export type { PartialCall, StreamedCall } from './written-call.ts'
