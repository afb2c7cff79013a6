import type { CallToolResult } from '@modelcontextprotocol/client'
import { toolFailure } from '@stageflow/tools'

/**
 * The output of a tool: its structured content, or its text. With images, sounds or resources it is the result as MCP has it. A result that
 * the server marks as an error is a failure, with its text for the model.
 */
export function outputOf(
  { content, structuredContent, isError }: CallToolResult,
  clean: (text: string) => string,
): unknown {
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  const text = texts.join('\n')
  if (isError === true) return toolFailure(clean(text) || 'The tool reported an error without a message.')
  if (texts.length < content.length)
    return structuredContent === undefined ? { content } : { content, structuredContent }
  return structuredContent === undefined ? text : structuredContent
}
