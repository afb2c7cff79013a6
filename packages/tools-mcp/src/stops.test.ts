import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { endOf, modelCalls } from '../test/model-calls.ts'
import { closing, kindsToTry, reached } from '../test/reached.ts'
import { startServer } from '../test/running-server.ts'
import { mcpTools } from './index.ts'

for (const kind of kindsToTry())
  test(`an abort reaches the server: no reconnect, no repeat, nothing left open (${kind})`, async () => {
    await using server = await startServer(kind, 'hang', 'echo')
    const tools = await mcpTools(reached(kind, server))
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    const stop = new AbortController()
    const end = call('hang', {}, stop.signal)
    await expect.poll(server.lines).toEqual(['hanging'])
    stop.abort(new Error('the user left'))
    expect(endOf(await end)).toContain('cancelled: The call was cancelled: the user left')
    const seen = kind === 'stdio' ? ['hanging', 'cancelled'] : ['answer cut', 'cancelled', 'hanging']
    await expect.poll(() => (kind === 'stdio' ? server.lines() : server.lines().toSorted())).toEqual(seen)
    expect(endOf(await call('echo', { text: 'hi' }))).toBe('hi')
    expect(tools.stats()).toMatchObject({ isConnected: true, connections: 1 })
  })

test('a call that takes longer than timeoutMs, by default 30 s, fails, and the server is told to stop', async () => {
  await using server = await startServer('sessions', 'hang')
  for (const [options, limitMs] of [
    [{}, 30_000],
    [{ timeoutMs: 500 }, 500],
  ] as const) {
    const tools = await mcpTools({ url: server.url }, options)
    await using _ = closing(tools)
    const clock = manualClock()
    const end = modelCalls(tools, clock).call('hang')
    await expect.poll(() => server.lines().at(-1)).toBe('hanging')
    await clock.advance(limitMs - 1)
    expect(server.lines().at(-1)).toBe('hanging')
    await clock.advance(1)
    expect(endOf(await end)).toContain('tool-executor/timed-out')
    await expect.poll(() => server.lines().slice(-2).toSorted()).toEqual(['answer cut', 'cancelled'])
  }
  expect(server.lines().filter((line) => line === 'hanging')).toHaveLength(2)
})

test('a server that connects and then hangs is given up after connectTimeoutMs, also for calls; a cancelled call waits no longer', async () => {
  const clock = manualClock()
  await using server = await startServer('sessions', 'echo')
  const tools = await mcpTools({ url: server.url }, { clock })
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  await server.kill()
  server.silence(true)
  await server.start()
  const stop = new AbortController()
  const cancelled = call('echo', { text: 'a' }, stop.signal)
  const waiting = call('echo', { text: 'b' })
  await expect.poll(() => clock.timers.map(({ dueAt }) => dueAt)).toContain(30_000)
  stop.abort(new Error('the user left'))
  expect(endOf(await cancelled)).toContain('cancelled')
  let hasEnded = false
  void waiting.finally(() => (hasEnded = true))
  // A call that sees later than the other that the connection is gone begins a new wait.
  await expect.poll(() => clock.advance(30_000).then(() => hasEnded)).toBe(true)
  expect(endOf(await waiting)).toContain('tools-mcp/unavailable: The MCP server http://127.0.0.1')
  expect(endOf(await waiting)).toContain('did not connect and list its tools within 30000 ms')
  server.silence(false)
  expect(endOf(await call('echo', { text: 'c' }))).toBe('c')
  expect(tools.stats()).toMatchObject({ connections: 2 })
})

test('close() ends the session, or the process; calls that run or come later fail with tools-mcp/closed', async () => {
  for (const kind of kindsToTry()) {
    await using server = await startServer(kind, 'wait')
    const tools = await mcpTools(reached(kind, server))
    const { call, names } = modelCalls(tools)
    const running = call('wait')
    await expect.poll(server.lines).toEqual(['hanging'])
    await tools.close()
    expect(endOf(await running)).toContain('tools-mcp/closed')
    expect(endOf(await call('wait'))).toContain('tools-mcp/closed: The tools of the MCP server')
    await expect(tools.refresh()).rejects.toMatchObject({ code: 'tools-mcp/closed' })
    expect(names()).toEqual(['wait'])
    expect(tools.stats()).toMatchObject({ isConnected: false, connections: 1 })
    if (kind === 'stdio') expect(() => process.kill(server.pids()[0] ?? 0, 0)).toThrow('ESRCH')
    else if (kind !== 'modern') await expect.poll(server.lines).toContain('session ended')
    await tools.close()
  }
})

test('close() while a connection is being opened ends that too', async () => {
  await using server = await startServer('stdio', 'echo')
  const tools = await mcpTools(server.command)
  process.kill(server.pids()[0] ?? 0, 'SIGKILL')
  await expect.poll(() => tools.stats().isConnected).toBe(false)
  const refreshing = tools.refresh()
  await tools.close()
  await expect(refreshing).rejects.toMatchObject({ code: 'tools-mcp/closed' })
  for (const pid of server.pids()) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

test('a process that never answers is given up after connectTimeoutMs, and ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tools-mcp-'))
  const file = join(folder, 'pid')
  const script = 'fs.writeFileSync(process.env.PID_FILE, `${process.pid}`); setInterval(() => {}, 1000)'
  const server = { command: process.execPath, args: ['--eval', script], env: { PID_FILE: file } }
  try {
    const clock = manualClock()
    const refused = mcpTools(server, { clock, connectTimeoutMs: 1_000 }).catch((error: unknown) => error)
    await expect.poll(() => existsSync(file)).toBe(true)
    await clock.advance(1_000)
    expect(await refused).toMatchObject({ code: 'tools-mcp/unavailable' })
    const pid = Number(readFileSync(file, 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a lost process is told with its last words', async () => {
  await using server = await startServer('stdio', 'look')
  const events: unknown[] = []
  const eventEmitter = (...event: readonly unknown[]) => events.push(event)
  const tools = await mcpTools(server.command, { eventEmitter })
  await using _ = closing(tools)
  server.dieAtLook()
  await modelCalls(tools).call('look')
  expect(events).toContainEqual([
    'mcp.disconnected',
    { server: process.execPath, message: expect.stringContaining('the disk is full') },
  ])
})
