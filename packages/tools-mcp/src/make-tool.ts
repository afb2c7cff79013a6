import { fromJsonSchema } from '@modelcontextprotocol/client'
import type { CallToolResult, JsonSchemaType, Tool as ListedTool } from '@modelcontextprotocol/client'
import { defineTool } from '@stageflow/tools'
import type { AnyTool, ToolContext } from '@stageflow/tools'

import { outputOf } from './result-output.ts'
import { schemaChecks } from './schema-checks.ts'

export interface ToolSetup {
  readonly timeoutMs: number | false
  readonly call: (input: Record<string, unknown>, context: ToolContext) => Promise<CallToolResult>
  /** Takes the secrets out of a text of the server. */
  readonly clean: (text: string) => string
}

/** The tool of a server, as a registry takes it. Throws if its input schema is wrong, or in a dialect that can't be enforced. */
export function makeTool(name: string, listed: ListedTool, { timeoutMs, call, clean }: ToolSetup): AnyTool {
  return defineTool({
    name,
    description: listed.description?.trim() || listed.title?.trim() || listed.name,
    // Whatever the server sent: what isn't a schema makes it throw.
    input: fromJsonSchema<Record<string, unknown>>(listed.inputSchema as JsonSchemaType, schemaChecks),
    timeoutMs,
    execute: async (input, context) => outputOf(await call(input, context), clean),
  })
}
