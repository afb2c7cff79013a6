import { checkArgumentCount } from '@stageflow/core/kit'

import { McpSource } from './mcp-source.ts'
import { checkMcpOptions, ILLEGAL, type McpServer, type McpTools, type McpToolsOptions } from './options.ts'

/**
 * Connects to an MCP server and lists its tools, for the option `sources` of a `ToolRegistry`. Rejects with `tools-mcp/unavailable` if that
 * fails, and leaves nothing behind: call it again later.
 */
export async function mcpTools(server: McpServer, options: McpToolsOptions = {}): Promise<McpTools> {
  checkArgumentCount(arguments.length, 2, 'mcpTools(server, options)', ILLEGAL)
  checkMcpOptions(server, options)
  const source = new McpSource(server, options)
  try {
    await source.refresh()
  } catch (error) {
    await source.close()
    throw error
  }
  return source
}
