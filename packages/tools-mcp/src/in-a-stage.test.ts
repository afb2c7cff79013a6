import { Pipeline, StageKind } from '@stageflow/core'
import { recordingSink } from '@stageflow/testing'
import { ToolExecutor } from '@stageflow/tool-executor'
import { ToolRegistry } from '@stageflow/tools'
import { expect, test } from 'vitest'

import { closing } from '../test/reached.ts'
import { startServer } from '../test/running-server.ts'
import { mcpTools } from './index.ts'

test('a stage calls the tools of a server with its own, and cancelling the run stops the call at the server', async () => {
  await using server = await startServer('sessions', 'echo', 'hang')
  const tools = await mcpTools({ url: server.url }, { prefix: 'crm_' })
  await using _ = closing(tools)
  const registry = new ToolRegistry({ sources: [tools] })
  const executor = new ToolExecutor()
  const sink = recordingSink()
  const graph = new Pipeline('agent')
    .withStage(
      'act',
      async (context) => {
        const calls = [
          { id: 'c1', name: 'crm_echo', arguments: { text: 'hi' } },
          { id: 'c2', name: 'crm_hang', arguments: {} },
        ]
        return { results: await executor.execute(calls, { registry, context }) }
      },
      StageKind.AGENT,
    )
    .build({ eventSink: sink })
  const run = graph.start({})
  await expect.poll(server.lines).toContain('hanging')
  run.cancel('the user left')
  expect((await run.result).status).toBe('cancelled')
  await expect.poll(server.lines).toContain('cancelled')
  expect(sink.of('tool.completed')).toMatchObject([{ data: { toolName: 'crm_echo', outputSummary: 'hi' } }])
  expect(sink.of('tool.started').map(({ data }) => data.toolName)).toEqual(['crm_echo', 'crm_hang'])
  expect(tools.stats()).toMatchObject({ isConnected: true, connections: 1 })
})
