import { inspect } from 'node:util'

import { expect, test } from 'vitest'

import { endOf, modelCalls } from '../test/model-calls.ts'
import { closing, kindsToTry, reached } from '../test/reached.ts'
import { startServer } from '../test/running-server.ts'
import { mcpTools } from './index.ts'

test('the registry enforces the schema of the server before anything is sent', async () => {
  await using server = await startServer('sessions', 'pay')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  for (const [input, problem] of [
    [{}, "must have required property 'amount'"],
    [{ amount: 0 }, 'data/amount must be >= 1'],
    [{ amount: '5' }, 'data/amount must be integer'],
  ] as const)
    expect(endOf(await call('pay', input))).toBe(
      `unresolved: "pay" was not called: its arguments do not match its schema. ${problem.startsWith('must') ? `data ${problem}` : problem}.`,
    )
  expect(server.lines()).toEqual([])
})

for (const kind of kindsToTry())
  test(`text is a string, structured content its value, an image MCP's content, an error a failure (${kind})`, async () => {
    await using server = await startServer(kind, 'echo', 'sum', 'picture', 'refuse')
    const tools = await mcpTools(reached(kind, server))
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    expect(endOf(await call('echo', { text: 'hi' }))).toBe('hi')
    expect(endOf(await call('sum', { a: 1, b: 2 }))).toEqual({ sum: 3 })
    expect(endOf(await call('picture'))).toEqual({
      content: [
        { type: 'text', text: 'a dot' },
        { type: 'image', data: 'R0lGODlhAQABAAAAACw=', mimeType: 'image/gif' },
      ],
    })
    expect(endOf(await call('refuse'))).toBe('tools/reported-failure: no such customer')
  })

test('structured content that breaks the output schema of the server fails the call', async () => {
  await using server = await startServer('sessions', 'sum')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  expect(endOf(await modelCalls(tools).call('sum', {}))).toMatch(
    /^tools-mcp\/call-failed: .*Structured content does not match/,
  )
})

test('progress of the server is progress of the call', async () => {
  await using server = await startServer('sessions', 'steps')
  const tools = await mcpTools({ url: server.url })
  await using _ = closing(tools)
  const [steps] = tools.list()
  const progress: unknown[] = []
  const context = { signal: new AbortController().signal, progress: (update: unknown) => progress.push(update) }
  expect(await steps?.execute({}, context as never)).toBe('done')
  expect(progress).toEqual([{ message: 'halfway', done: 1, total: 2 }])
})

for (const kind of kindsToTry(['sessions', 'json', 'modern']))
  test(`an answer that is larger than maxBytes fails with tools-mcp/too-large, and the connection stays (${kind})`, async () => {
    await using server = await startServer(kind, 'big', 'echo')
    const tools = await mcpTools({ url: server.url }, { maxBytes: 20_000 })
    await using _ = closing(tools)
    const { call } = modelCalls(tools)
    expect(endOf(await call('big', { size: 10_000 }))).toHaveLength(10_000)
    expect(endOf(await call('big', { size: 50_000 }))).toBe(
      'tools-mcp/too-large: The answer of the MCP server is larger than 20000 bytes. Ask for less, or raise maxBytes.',
    )
    expect(endOf(await call('echo', { text: 'hi' }))).toBe('hi')
    expect(tools.stats()).toMatchObject({ connections: 1 })
  })

test('a process whose message is larger than maxBytes is ended, and started again by the next call', async () => {
  await using server = await startServer('stdio', 'big', 'echo')
  const tools = await mcpTools(server.command, { maxBytes: 100_000 })
  await using _ = closing(tools)
  const { call } = modelCalls(tools)
  expect(endOf(await call('big', { size: 200_000 }))).toContain('ReadBuffer exceeded maximum size of 100000 bytes')
  expect(endOf(await call('echo', { text: 'hi' }))).toBe('hi')
})

test('no error, event or figure has a secret of headers, environment, arguments or URL, even if the server repeats it', async () => {
  const events: unknown[] = []
  const eventEmitter = (...event: readonly unknown[]) => events.push(event)
  await using http = await startServer('sessions', 'leak')
  await using stdio = await startServer('stdio', 'leak')
  const { command, args = [], env } = stdio.command
  for (const server of [
    { url: `${http.url}?key=url-secret`, headers: { authorization: 'Bearer header-secret' } },
    {
      command,
      args: [...args, '--api-key=flag-secret', '--other', 'flag-secret'],
      env: { ...env, MCP_KEY: 'env-secret' },
    },
  ]) {
    const tools = await mcpTools(server, { eventEmitter })
    await using _ = closing(tools)
    const result = await modelCalls(tools).call('leak')
    expect(endOf(result)).toContain('tools-mcp/call-failed: ')
    expect(endOf(result)).toContain('refused a call to "leak": not allowed with ')
    expect(endOf(result)).toContain('[redacted]')
    const shown = inspect([result, result.status === 'failed' && result.cause, events, tools.stats()], {
      depth: 9,
      showHidden: true,
    })
    expect(shown).not.toMatch(/header-secret|env-secret|flag-secret|url-secret/)
  }
  const refused = await mcpTools({
    url: `${http.url}/a-long-key-in-the-path`,
    headers: { authorization: 'Bearer expired-secret' },
  }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'tools-mcp/unavailable', message: expect.stringContaining('HTTP 401') })
  expect(inspect(refused, { depth: 9, showHidden: true })).not.toMatch(/expired-secret|a-long-key/)
  const withPassword = await mcpTools({ url: http.url.replace('//', '//me:pass-secret@') }).catch(
    (error: unknown) => error,
  )
  expect(withPassword).toMatchObject({ code: 'tools-mcp/unavailable', message: expect.stringContaining('credentials') })
  expect(inspect(withPassword, { depth: 9, showHidden: true })).not.toContain('pass-secret')
})

test('a process that cannot be started, or ends at once, is unavailable, and the error has its last words', async () => {
  await expect(mcpTools({ command: 'no-such-program-anywhere' })).rejects.toMatchObject({
    code: 'tools-mcp/unavailable',
    message: expect.stringContaining('ENOENT'),
  })
  const script = 'console.error("no config with " + process.env.TOKEN); process.exit(1)'
  await expect(
    mcpTools({ command: process.execPath, args: ['--eval', script], env: { TOKEN: 'env-secret' } }),
  ).rejects.toMatchObject({
    code: 'tools-mcp/unavailable',
    message: expect.stringContaining('no config with [redacted]'),
  })
})

test('wrong arguments are refused with every problem, and without a value (tools-mcp/illegal-option)', async () => {
  const url = 'http://127.0.0.1:1/mcp'
  for (const [server, options, problem] of [
    [{}, {}, 'server.url must be a URL that begins with http:// or https://'],
    ['http://secret', {}, 'server must be an object'],
    [{ url: 'ftp://secret' }, {}, 'server.url must be a URL that begins with http:// or https://'],
    [{ url, headers: { authorization: 7 } }, {}, 'server.headers must be an object whose values are strings'],
    [{ url, headers: new Headers({ a: 'secret' }) }, {}, 'server.headers must be an object whose values are strings'],
    [{ url, headers: [['a', 'secret']] }, {}, 'server.headers must be an object whose values are strings'],
    [{ url, command: 'node' }, {}, 'pass either url or command'],
    [{ command: 'node', headers: { a: 'secret' } }, {}, 'unknown option "server.headers"'],
    [{ command: 'node', args: 'secret' }, {}, 'server.args must be an array of strings'],
    [{ command: 'node', env: { a: 1 } }, {}, 'server.env must be an object whose values are strings'],
    [{ url }, { prefix: 'a.b' }, 'prefix must be up to 32 letters, digits, "_" or "-", such as "crm_", not "a.b"'],
    [{ url }, { maxTools: 0, timeout: 5 }, 'maxTools must be a whole number from 1, not 0; unknown option "timeout"'],
  ] as const) {
    const refused = await mcpTools(server as never, options as never).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'tools-mcp/illegal-option',
      message: expect.stringContaining(`mcpTools(): ${problem}`),
    })
    expect(String(refused)).not.toContain('secret')
  }
  const extra = mcpTools as (...args: readonly unknown[]) => Promise<unknown>
  await expect(extra({ url }, {}, {})).rejects.toMatchObject({ code: 'tools-mcp/illegal-option' })
})
