export { mcpTools } from './mcp-tools.ts'
export type { LeftOutTool } from './tool-list.ts'
export type {
  McpConnectedEvent,
  McpDisconnectedEvent,
  McpEventEmitter,
  McpListFailedEvent,
  McpToolsChangedEvent,
} from './events.ts'
export type { HttpServer, McpServer, McpTools, McpToolsOptions, McpToolsStats, StdioServer } from './options.ts'
