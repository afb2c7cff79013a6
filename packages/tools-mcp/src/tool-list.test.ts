import { manualClock } from '@stageflow/testing'
import { toolsFor } from '@stageflow/tools'
import { expect, test } from 'vitest'

import { endOf, modelCalls } from '../test/model-calls.ts'
import { longNames } from '../test/offered-tools.ts'
import { closing, kindsToTry, reached } from '../test/reached.ts'
import { startServer } from '../test/running-server.ts'
import { mcpTools } from './index.ts'

/** Keeps the events of a server, without its name. */
function recorder() {
  const events: (readonly [type: string, data: object])[] = []
  return {
    events,
    eventEmitter: (type: string, given: { readonly server: string }) => {
      const { server: _, ...data } = given
      events.push([type, data])
    },
  }
}

const changes = (added: readonly string[], removed: readonly string[], changed: readonly string[] = []) => [
  'mcp.tools_changed',
  { added, removed, changed, leftOut: [] },
]

for (const kind of kindsToTry())
  test(`tools are listed again when the server says so, and the event names what came, went and changed (${kind})`, async () => {
    await using server = await startServer(kind, 'echo', 'announce', 'pay', 'look')
    const { events, eventEmitter } = recorder()
    const tools = await mcpTools(reached(kind, server), { eventEmitter, prefix: 'crm_' })
    await using _ = closing(tools)
    const { call, names, registry } = modelCalls(tools)
    expect(events.splice(0)).toEqual([
      ['mcp.connected', { connections: 1 }],
      changes(['crm_echo', 'crm_announce', 'crm_pay', 'crm_look'], []),
    ])
    const before = registry.get('crm_echo')
    const { resolved } = await registry.parseAndResolve([{ id: 'c1', name: 'crm_look', arguments: {} }])
    server.offer('echo', 'announce', 'pay!', 'sum')
    await call('crm_announce')
    await expect.poll(() => events).toEqual([changes(['crm_sum'], ['crm_look'], ['crm_pay'])])
    expect(names()).toEqual(['crm_echo', 'crm_announce', 'crm_pay', 'crm_sum'])
    expect(registry.get('crm_echo')).toBe(before)
    expect(registry.get('crm_pay')?.description).toBe('Another description.')
    expect(endOf(await call('crm_look'))).toContain('unresolved: There is no tool "crm_look"')
    expect(resolved).toHaveLength(1)
    expect(endOf(await call('crm_sum', { a: 1, b: 2 }))).toEqual({ sum: 3 })
    expect(tools.stats()).toMatchObject({ connections: 1, tools: 4 })
  })

test('a server that restarts with other tools is seen without a call: list() connects again in the background', async () => {
  for (const kind of ['sessions', 'modern'] as const) {
    await using server = await startServer(kind, 'echo', 'pay')
    const { events, eventEmitter } = recorder()
    const tools = await mcpTools({ url: server.url }, { eventEmitter })
    await using _ = closing(tools)
    const { names } = modelCalls(tools)
    await server.kill()
    server.offer('echo', 'sum')
    await server.start()
    await expect.poll(names).toEqual(['echo', 'sum'])
    expect(events.slice(2)).toEqual([
      ['mcp.disconnected', { message: expect.any(String) }],
      ['mcp.connected', { connections: 2 }],
      changes(['sum'], ['pay']),
    ])
  }
})

test('a call to a tool that the restarted server lacks fails with tools-mcp/tool-gone, which names it', async () => {
  for (const kind of kindsToTry()) {
    await using server = await startServer(kind, 'echo', 'pay')
    const tools = await mcpTools(reached(kind, server))
    await using _ = closing(tools)
    const { call, names } = modelCalls(tools)
    server.offer('echo')
    if (kind === 'stdio') process.kill(server.pids()[0] ?? 0, 'SIGKILL')
    else {
      await server.kill()
      await server.start()
    }
    // With sessions the call itself is refused. Otherwise it is made if it comes before the news of the lost connection.
    if (kind === 'stdio' || kind === 'modern') await expect.poll(() => tools.stats().isConnected).toBe(false)
    expect(endOf(await call('pay', { amount: 1 }))).toMatch(
      /^tools-mcp\/tool-gone: The MCP server .* no longer has the tool "pay"\. Pass the model the tools of now/,
    )
    expect(names()).toEqual(['echo'])
    expect(server.lines()).toEqual([])
  }
})

test('a refused call makes the tools be listed again, because a server may have dropped a tool without a word', async () => {
  await using server = await startServer('sessions', 'echo', 'pay')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const { call, names } = modelCalls(tools)
  server.offer('echo')
  expect(endOf(await call('pay', { amount: 1 }))).toContain('refused a call to "pay": Unknown tool: pay')
  await expect.poll(names).toEqual(['echo'])
})

test('a list that cannot be read again leaves the tools as they are, is told, and is read by refresh()', async () => {
  await using server = await startServer('sessions', 'echo', 'announce')
  const { events, eventEmitter } = recorder()
  const clock = manualClock()
  const tools = await mcpTools({ url: server.url }, { eventEmitter, clock })
  await using _ = closing(tools)
  const { call, names } = modelCalls(tools)
  server.silence(true)
  server.offer('sum')
  await call('announce')
  await expect.poll(() => clock.pending).toBe(1)
  const refreshing = tools.refresh().catch((error: unknown) => error)
  await clock.advance(30_000)
  const message = expect.stringContaining('did not connect and list its tools within 30000 ms')
  expect(await refreshing).toMatchObject({ code: 'tools-mcp/unavailable', message })
  await expect.poll(() => events.at(-1)).toEqual(['mcp.list_failed', { message }])
  expect(names()).toEqual(['echo', 'announce'])
  server.silence(false)
  await Promise.all([tools.refresh(), tools.refresh()])
  expect(names()).toEqual(['sum'])
  expect(tools.stats()).toMatchObject({ connections: 1 })
})

test('names that models cannot have are mapped; what cannot be called is left out by name, with the reason', async () => {
  await using server = await startServer('sessions', 'files.read/all', 'bad', 'files_read_all', ...longNames)
  const { events, eventEmitter } = recorder()
  const tools = await mcpTools({ url: server.url }, { eventEmitter, prefix: 'x-' })
  await using _ = closing(tools)
  const { call, names } = modelCalls(tools)
  const [first = '', ...others] = names()
  expect(first).toBe('x-files_read_all')
  expect(endOf(await call(first))).toBe('the legal one')
  expect(others).toHaveLength(2)
  for (const name of others) expect(name).toMatch(/^x-long[x_]{49}_[\da-f]{8}$/)
  expect((await Promise.all(others.map((name) => call(name)))).map(endOf)).toEqual(['long', 'other'])
  const leftOut = [
    { tool: 'bad', reason: expect.stringContaining('Invalid regular expression') },
    { tool: 'files.read/all', reason: 'models would call it "x-files_read_all", as they call "files_read_all"' },
  ]
  expect(tools.stats().leftOut).toEqual(leftOut)
  expect(events[1]).toEqual(['mcp.tools_changed', { added: names(), removed: [], changed: [], leftOut }])
})

test('tools beyond maxTools are left out, and told', async () => {
  await using server = await startServer('sessions', 'echo', 'pay', 'sum')
  const tools = await mcpTools({ url: server.url }, { maxTools: 2 })
  await using _ = closing(tools)
  expect(tools.list().map(({ name }) => name)).toEqual(['echo', 'pay'])
  expect(tools.stats().leftOut).toEqual([{ tool: 'sum', reason: 'the server has more than 2 tools (maxTools)' }])
})

test('by default 256 tools are listed, over all pages', async () => {
  const names = Array.from({ length: 257 }, (_, index) => `tool_${index}`)
  await using server = await startServer('sessions', ...names)
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  expect(tools.list().map(({ name }) => name)).toEqual(names.slice(0, 256))
  expect(tools.stats().leftOut).toEqual([{ tool: 'tool_256', reason: expect.stringContaining('more than 256') }])
})

test('a list without an end is refused', async () => {
  await using server = await startServer('sessions', 'echo', 'endless')
  await expect(mcpTools({ url: server.url })).rejects.toMatchObject({
    code: 'tools-mcp/unavailable',
    message: expect.stringContaining('LIST_PAGINATION_EXCEEDED'),
  })
})

test('models get the schema, the description, or the title or name if there is none', async () => {
  await using server = await startServer('sessions', 'echo', 'hang')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  expect(toolsFor('anthropic', tools.list())).toEqual([
    {
      name: 'echo',
      description: 'Repeats a text.',
      input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    },
    { name: 'hang', description: 'hang', input_schema: { type: 'object' } },
  ])
})

test('an emitter that throws or rejects changes nothing, and is counted', async () => {
  await using server = await startServer('sessions', 'echo')
  const broken = new Error('broken')
  for (const eventEmitter of [
    () => {
      throw broken
    },
    () => Promise.reject(broken),
  ]) {
    const tools = await mcpTools({ url: server.url }, { eventEmitter })
    await using _ = closing(tools)
    expect(tools.stats()).toMatchObject({ tools: 1, emitterErrors: 2, lastEmitterError: broken })
  }
})
