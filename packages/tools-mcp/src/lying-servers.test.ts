import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { lyingServer } from '../test/lying-server.ts'
import { endOf, modelCalls } from '../test/model-calls.ts'
import { closing } from '../test/reached.ts'
import { mcpTools } from './index.ts'

const NO_INPUT = { type: 'object' }
const PAY = { name: 'pay', inputSchema: NO_INPUT }

test('a server whose list changes whenever it is read is asked once a second, and refresh() ends', async () => {
  await using server = await lyingServer({ tools: () => [PAY], isRestless: true })
  const clock = manualClock()
  const tools = await mcpTools({ url: server.url }, { clock })
  await using _ = closing(tools)
  // The first list, and those after five changes.
  await expect.poll(() => server.asked.length).toBe(6)
  await tools.refresh()
  expect(server.asked).toHaveLength(7)
  const askedLater = async () => {
    await clock.advance(1_000)
    return server.asked.length
  }
  await expect.poll(askedLater).toBeGreaterThan(7)
})

test.each<[string, (id: number) => { status: number; body: string }]>([
  [
    'with the answer to another request',
    (id) => ({ status: 200, body: `{"jsonrpc":"2.0","id":${id + 1},"result":{}}` }),
  ],
  ['with no answer at all', () => ({ status: 200, body: '[]' })],
  ['as if it were a notification', () => ({ status: 202, body: '' })],
])('a call that is answered %s fails at once, and is not repeated', async (_how, result) => {
  await using server = await lyingServer({ tools: () => [PAY], result })
  const tools = await mcpTools({ url: server.url }, { timeoutMs: false })
  await using _ = closing(tools)
  expect(endOf(await modelCalls(tools).call('pay'))).toContain('tools-mcp/connection-lost')
  expect(server.asked.filter((method) => method === 'tools/call')).toHaveLength(1)
})

test.each<[string, object, object]>([
  ['breaks the protocol', PAY, { content: null }],
  [
    'breaks the output schema',
    { ...PAY, outputSchema: { type: 'object', required: ['paid'] } },
    { content: [], structuredContent: {} },
  ],
  ['lacks what the output schema describes', { ...PAY, outputSchema: { type: 'object' } }, { content: [] }],
])('a result that %s fails the call, and the error says that it may have taken effect', async (_how, tool, result) => {
  await using server = await lyingServer({ tools: () => [tool], result: () => result })
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const end = endOf(await modelCalls(tools).call('pay'))
  expect(end).toContain('tools-mcp/call-failed: ')
  expect(end).toContain('The call may have taken effect. Check that before you call again.')
})

test('a list that breaks the protocol is told as one', async () => {
  await using server = await lyingServer({ tools: () => [{ name: 'pay' }] })
  await expect(mcpTools({ url: server.url })).rejects.toMatchObject({
    code: 'tools-mcp/unavailable',
    message: expect.stringContaining('Its list of tools breaks the protocol: update the server.'),
  })
})

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

test('a schema with an $id is used neither for another server, nor for the same one later', async () => {
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

test('the reason why a tool is left out has no secret, even if the server repeats it', async () => {
  const inputSchema = { type: 'object', properties: { text: { type: 'string', pattern: '(header-secret' } } }
  await using server = await lyingServer({ tools: () => [{ name: 'for header-secret', inputSchema }] })
  const events: unknown[] = []
  const eventEmitter = (...event: readonly unknown[]) => events.push(event)
  const tools = await mcpTools(
    { url: server.url, headers: { authorization: 'Bearer header-secret' } },
    { eventEmitter },
  )
  await using _ = closing(tools)
  expect(tools.stats().leftOut).toEqual([
    { tool: 'for [redacted]', reason: expect.stringContaining('Invalid regular expression') },
  ])
  expect(JSON.stringify([events, tools.stats()])).not.toContain('header-secret')
})
