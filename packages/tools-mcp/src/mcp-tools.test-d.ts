import { ToolRegistry, type ToolSource } from '@stageflow/tools'
import { expectTypeOf, test } from 'vitest'

import { mcpTools, type McpEventEmitter, type McpTools } from './index.ts'

test('the tools are a source of any registry', () => {
  expectTypeOf<McpTools>().toExtend<ToolSource>()
  const use = async (crm: McpTools) => new ToolRegistry<{ db: object }>({ sources: [crm] })
  expectTypeOf(use).returns.resolves.toEqualTypeOf<ToolRegistry<{ db: object }>>()
})

test('a server has a url or a command, and options have their types', () => {
  const url = 'https://mcp.example.com/mcp'
  expectTypeOf(mcpTools).toBeCallableWith({ url: new URL(url), headers: { authorization: 'x' } }, { timeoutMs: false })
  expectTypeOf(mcpTools).toBeCallableWith({ command: 'node', args: ['server.js'], env: { KEY: 'x' } })
  // @ts-expect-error neither
  const neither = () => mcpTools({ headers: {} })
  // @ts-expect-error an unknown option
  const unknown = () => mcpTools({ url }, { timeout: 5 })
  expectTypeOf([neither, unknown]).items.returns.resolves.toEqualTypeOf<McpTools>()
  expectTypeOf<Parameters<McpEventEmitter>[0]>().toEqualTypeOf<
    'mcp.connected' | 'mcp.disconnected' | 'mcp.tools_changed' | 'mcp.list_failed'
  >()
})
