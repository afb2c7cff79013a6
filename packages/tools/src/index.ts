export { defineTool } from './define-tool.ts'
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
export { toolsFor } from './providers/tools-for.ts'
export type { ModelSchema, ToolListShapes } from './providers/tools-for.ts'
export type { ToolsResolvedEvent, ToolUnresolvedEvent } from './registry/resolve-events.ts'
export { ToolRegistry } from './registry/tool-registry.ts'
export type { ParseOptions, ToolRegistryOptions, ToolRegistryStats, ToolSource } from './registry/tool-registry.ts'
export type {
  CancelledCall,
  CompletedCall,
  DeniedCall,
  Denial,
  ExecutedCall,
  FailedCall,
  ToolResult,
} from './result-types.ts'
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
