import { expect, test } from 'vitest'

import { endOf, modelCalls } from '../test/model-calls.ts'
import { closing, kindsToTry, reached } from '../test/reached.ts'
import { startServer } from '../test/running-server.ts'
import { mcpTools } from './index.ts'

for (const kind of kindsToTry(['sessions', 'old-sessions', 'json', 'modern'])) {
  test(`eight calls at once to a restarted server share one reconnect (${kind})`, async () => {
    await using server = await startServer(kind, 'echo', 'pay')
    const tools = await mcpTools({ url: server.url })
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    await server.kill()
    await server.start()
    const ends = await Promise.all(Array.from({ length: 8 }, async (__, index) => call('pay', { amount: index + 20 })))
    expect(ends.map(endOf)).toEqual(Array(8).fill('paid'))
    expect(server.lines().filter((line) => line.startsWith('paid'))).toHaveLength(8)
    expect(tools.stats()).toMatchObject({ isConnected: true, connections: 2 })
  })

  test(`a server that is down fails calls, and the failed connection is not kept (${kind})`, async () => {
    await using server = await startServer(kind, 'echo')
    const tools = await mcpTools({ url: server.url })
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    await server.kill()
    for (let time = 0; time < 2; time++)
      expect(endOf(await call('echo', { text: 'hi' }))).toContain('tools-mcp/unavailable: The MCP server http://127.0')
    expect(tools.stats()).toMatchObject({ isConnected: false, connections: 1 })
    await server.start()
    expect(endOf(await call('echo', { text: 'hi' }))).toBe('hi')
    expect(tools.stats()).toMatchObject({ isConnected: true, connections: 2 })
  })
}

for (const kind of kindsToTry())
  test(`a call with effects that dies with its server is not repeated (${kind})`, async () => {
    await using server = await startServer(kind, 'pay')
    const tools = await mcpTools(reached(kind, server))
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    expect(endOf(await call('pay', { amount: 13 }))).toMatch(
      /^tools-mcp\/connection-lost: The connection to the MCP server .* was lost during a call to "pay": .*may have taken effect/,
    )
    if (kind !== 'stdio') await server.start()
    expect(endOf(await call('pay', { amount: 1 }))).toBe('paid')
    expect(server.lines().filter((line) => line.startsWith('paid'))).toEqual(['paid 13', 'paid 1'])
    expect(server.pids()).toHaveLength(2)
  })

for (const kind of kindsToTry(['sessions', 'json', 'modern'])) {
  test(`a call that is idempotent by its hint is repeated once when its connection breaks (${kind})`, async () => {
    await using server = await startServer(kind, 'hang', 'release')
    const tools = await mcpTools({ url: server.url })
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    const end = call('hang')
    await expect.poll(server.lines).toEqual(['hanging'])
    server.cut()
    await expect.poll(() => server.lines().filter((line) => line === 'hanging')).toHaveLength(2)
    await call('release')
    expect(endOf(await end)).toBe('released')
    expect(tools.stats()).toMatchObject({ connections: 2 })
  })

  test(`a call with effects whose connection breaks fails at once, and is not repeated (${kind})`, async () => {
    await using server = await startServer(kind, 'wait')
    const tools = await mcpTools({ url: server.url })
    await using _ = closing(tools)
    const end = modelCalls(tools).call('wait')
    await expect.poll(server.lines).toEqual(['hanging'])
    server.cut()
    expect(endOf(await end)).toContain('tools-mcp/connection-lost')
    expect(server.lines().filter((line) => line === 'hanging')).toHaveLength(1)
  })
}

test('a process that died is started again by the next call, and a read-only call is repeated', async () => {
  await using server = await startServer('stdio', 'look')
  const tools = await mcpTools(server.command)
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  server.dieAtLook()
  expect(endOf(await call('look'))).toBe('seen')
  expect(server.lines()).toEqual(['looked', 'looked'])
  const [first = 0] = server.pids()
  expect(() => process.kill(first, 0)).toThrow('ESRCH')
  expect(tools.stats()).toMatchObject({ connections: 2 })
})

test('a read-only call is repeated only once', async () => {
  await using server = await startServer('stdio', 'look')
  const tools = await mcpTools(server.command)
  await using _ = closing(tools)
  server.dieAtLook('always')
  expect(endOf(await modelCalls(tools).call('look'))).toMatch(
    /^tools-mcp\/connection-lost: .* was lost during a call to "look", and again when it was repeated/,
  )
  expect(server.lines()).toEqual(['looked', 'looked'])
})

test('a server without a stream of its own messages keeps its connection', async () => {
  await using server = await startServer('deaf', 'echo')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  await expect.poll(server.lines).toContain('no stream')
  for (let text = 0; text < 10; text++) expect(endOf(await call('echo', { text: `${text}` }))).toBe(`${text}`)
  expect(tools.stats()).toMatchObject({ isConnected: true, connections: 1 })
})

test('a call of a lost session that is still running gets its answer, while others use the new connection', async () => {
  await using server = await startServer('sessions', 'wait', 'forget', 'release', 'echo')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  const late = call('wait')
  await expect.poll(server.lines).toEqual(['hanging'])
  await call('forget')
  expect(endOf(await call('echo', { text: 'new' }))).toBe('new')
  await call('release')
  expect(endOf(await late)).toBe('released')
  expect(tools.stats()).toMatchObject({ isConnected: true, connections: 2 })
})

test('a call of a lost session that fails late leaves the new connection alone', async () => {
  await using server = await startServer('sessions', 'wait', 'forget', 'release', 'echo')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  const late = call('wait')
  await expect.poll(server.lines).toEqual(['hanging'])
  await call('forget')
  await call('echo', { text: 'new' })
  server.cut()
  expect(endOf(await late)).toContain('tools-mcp/connection-lost')
  expect(tools.stats()).toMatchObject({ isConnected: true, connections: 2 })
  expect(endOf(await call('echo', { text: 'still' }))).toBe('still')
  expect(tools.stats()).toMatchObject({ connections: 2 })
})

test('mcpTools() of a server that is down rejects, leaves nothing behind, and works once it is up', async () => {
  await using server = await startServer('sessions', 'echo')
  await server.kill()
  await expect(mcpTools({ url: server.url })).rejects.toMatchObject({
    code: 'tools-mcp/unavailable',
    message: expect.stringMatching(/^The MCP server http:.* is not available: .*ECONNREFUSED.* Start it, or check/),
    cause: { code: 'ECONNREFUSED' },
  })
  await server.start()
  const tools = await mcpTools({ url: server.url })
  await tools.close()
})
