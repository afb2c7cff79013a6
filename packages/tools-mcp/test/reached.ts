import type { McpServer, McpTools } from '../src/index.ts'
import type { RunningServer } from './running-server.ts'

export const KINDS = ['sessions', 'old-sessions', 'json', 'modern', 'stdio'] as const

/** The first argument of `mcpTools()` for a server of this kind. */
export const reached = (kind: (typeof KINDS)[number], { url, command }: RunningServer): McpServer =>
  kind === 'stdio' ? command : { url }

/** Closes the tools at the end of a test. */
export const closing = (tools: McpTools): AsyncDisposable => ({ [Symbol.asyncDispose]: () => tools.close() })
