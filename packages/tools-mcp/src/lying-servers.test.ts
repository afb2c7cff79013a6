import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { lyingServer } from '../test/lying-server.ts'
import { endOf, modelCalls } from '../test/model-calls.ts'
import { closing } from '../test/reached.ts'
import { mcpTools } from './index.ts'

const NO_INPUT = { type: 'object' }
const PAY = { name: 'pay', inputSchema: NO_INPUT }

test('a pattern that would take years is given up after a second, in arguments and in results', async () => {
  const slow = { type: 'object', properties: { text: { type: 'string', pattern: '^(a+)+$' } } }
  const text = `${'a'.repeat(60)}!`
  const listed = [
    { name: 'reads', inputSchema: slow },
    { name: 'writes', inputSchema: NO_INPUT, outputSchema: slow },
  ]
  await using server = await lyingServer({
    tools: () => listed,
    result: () => ({ content: [], structuredContent: { text } }),
  })
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  for (const end of [endOf(await call('reads', { text })), endOf(await call('writes'))])
    expect(end).toContain('the check by its schema took longer than 1000 ms')
  expect(endOf(await call('reads', { text: 'aaa' }))).toEqual({ text })
  expect(server.asked.filter((method) => method === 'tools/call')).toHaveLength(2)
})

test('a schema with an $id is no schema of another server, nor of the same one later', async () => {
  const withId = (type: string) => ({
    ...PAY,
    inputSchema: { $id: 'https://example.com/pay', type: 'object', properties: { cents: { type } } },
  })
  let now = 'number'
  await using one = await lyingServer({ tools: () => [withId('boolean')] })
  await using other = await lyingServer({
    tools: () => [withId(now)],
    result: () => ({ content: [{ type: 'text', text: 'paid' }] }),
  })
  const first = await mcpTools({ url: one.url })
  await using _first = closing(first)
  const second = await mcpTools({ url: other.url })
  await using _second = closing(second)
  const { call } = modelCalls(second)
  expect(endOf(await call('pay', { cents: 5 }))).toBe('paid')
  now = 'string'
  await second.refresh()
  expect(endOf(await call('pay', { cents: '5' }))).toBe('paid')
  expect(endOf(await call('pay', { cents: 5 }))).toContain('do not match its schema')
})
