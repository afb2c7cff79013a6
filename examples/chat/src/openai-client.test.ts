import { getEventListeners } from 'node:events'
import { StageflowError, systemClock, type Clock } from '@stageflow/core'
import { LLMAccumulator } from '@stageflow/provider-types'
import { expect, test } from 'vitest'
import { deferred } from '../test/async-values.ts'
import { type Answer, DONE, event, finish, startModelServer, stream, words } from '../test/model-server.ts'
import { type ClientLimits, streamCompletion } from './openai-client.ts'
import { modelServer, type ModelServer } from './openai-settings.ts'

const KEY = 'sk-test-0123456789abcdefghij'
const MESSAGES = [{ role: 'user', content: 'What is a stage?' }] as const

interface Options extends Partial<ClientLimits> {
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly onWord?: (word: string) => void
}

async function complete(server: ModelServer, { onWord, ...options }: Options = {}): Promise<string> {
  let text = ''
  for await (const { text: word } of streamCompletion(server, MESSAGES, {
    signal: new AbortController().signal,
    clock: systemClock,
    ...options,
  })) {
    text += word ?? ''
    if (word) onWord?.(word)
  }
  return text
}

const settings = (baseUrl: string): ModelServer => {
  const server = modelServer({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: KEY, OPENAI_MODEL: 'tiny' })
  if (server === undefined) throw new Error('no server')
  return server
}

/** The error that this answer of a server ends in; it fails if the key is anywhere in it. */
async function failure(answer: Answer, options: Options = {}): Promise<StageflowError> {
  await using server = await startModelServer(answer)
  const error: unknown = await complete(settings(server.baseUrl), options).then(
    (text) => expect.fail(`it answered ${text}`),
    (thrown: unknown) => thrown,
  )
  if (!StageflowError.is(error)) throw error
  for (let one: unknown = error; one instanceof Error; one = one.cause)
    expect(`${one.message}${one.stack}${JSON.stringify(one)}`).not.toContain(KEY)
  return error
}

test('it asks the endpoint for a stream with the key, the model and the messages, and yields the words as they come', async () => {
  await using server = await startModelServer(
    (response) => void stream(response, words('A stage '), words('is work.'), finish('stop'), DONE).end(),
  )
  const seen: string[] = []
  expect(await complete(settings(server.baseUrl), { onWord: (word) => seen.push(word) })).toBe('A stage is work.')
  expect(seen).toEqual(['A stage ', 'is work.'])
  expect(server.asked).toMatchObject([
    {
      path: '/v1/chat/completions',
      authorization: `Bearer ${KEY}`,
      body: { model: 'tiny', stream: true, stream_options: { include_usage: true }, messages: MESSAGES },
    },
  ])
})

test('what a server says of itself is yielded with its words: ids, model, usage, why it ended', async () => {
  await using server = await startModelServer((response) => {
    response.setHeader('x-request-id', 'req_1')
    const named = { id: 'c1', model: 'tiny-1' }
    const usage = { prompt_tokens: 5, completion_tokens: 1 }
    stream(response, event({ ...named, choices: [{ delta: { content: 'a' } }] }), finish('stop'))
    stream(response, event({ ...named, id: '', model: 'x'.repeat(300), choices: [], usage }), DONE).end()
  })
  const answer = new LLMAccumulator({ model: 'tiny', provider: 'openai' })
  const call = { signal: new AbortController().signal, clock: systemClock }
  for await (const delta of streamCompletion(settings(server.baseUrl), MESSAGES, call)) answer.add(delta)
  expect(answer.toResponse().toDict()).toEqual({
    content: 'a',
    model: 'tiny',
    provider: 'openai',
    inputTokens: 5,
    outputTokens: 1,
    totalTokens: 6,
    finishReason: 'stop',
    toolCalls: [],
    responseModel: 'tiny-1',
    responseId: 'c1',
    requestId: 'req_1',
    partial: false,
  })
})

test('a word is there before the server has said the next', async () => {
  const { promise: heard, resolve } = deferred()
  await using server = await startModelServer(async (response) => {
    stream(response, words('first '))
    await heard
    stream(response, words('second'), DONE).end()
  })
  expect(await complete(settings(server.baseUrl), { onWord: () => resolve() })).toBe('first second')
})

test('events cut anywhere, comments, other line ends, roles, usage and empty choices are read as the protocol says', async () => {
  const bytes = Buffer.from(
    `: keep-alive\r\n\r\n${event({ choices: [] })}${event({ choices: [{ delta: { role: 'assistant', content: null } }] })}${words('Größe ✓ ').replaceAll('\n', '\r\n')}data: {"choices":\ndata: [{"delta":{"content":"over two lines"}}]}\n\n${finish('stop')}${event({ choices: [], usage: { total_tokens: 3 } })}${DONE}`,
  )
  await using server = await startModelServer(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const byte of bytes) await new Promise((resolve) => response.write(Buffer.of(byte), resolve))
    response.end()
  })
  expect(await complete(settings(server.baseUrl))).toBe('Größe ✓ over two lines')
})

test('a finish reason ends an answer for servers that never say [DONE], and [DONE] for those that keep the connection', async () => {
  await using closing = await startModelServer((response) => void stream(response, words('a'), finish('stop')).end())
  expect(await complete(settings(closing.baseUrl))).toBe('a')
  await using open = await startModelServer((response) => void stream(response, words('b'), DONE))
  expect(await complete(settings(open.baseUrl))).toBe('b')
  await open.asked[0]?.disconnected
})

test.each([
  [
    401,
    { error: { message: `Incorrect API key provided: ${KEY}.`, code: 'invalid_api_key' } },
    'chat/model-unauthorized',
    'Check OPENAI_API_KEY',
  ],
  [403, { error: 'forbidden' }, 'chat/model-unauthorized', 'forbidden'],
  [404, { error: { message: 'no such model' } }, 'chat/model-rejected', '"tiny"'],
  [429, { error: { message: 'slow down' } }, 'chat/model-rate-limited', 'Wait 7 s'],
  [500, 'oops', 'chat/model-unavailable', '500 (oops)'],
  [503, `<html>\x1b[31m${'x'.repeat(50_000)}`, 'chat/model-unavailable', '<html> [31mx'],
])('status %i is an error that says what to do', async (status, body, code, said) => {
  const error = await failure((response) => {
    response.writeHead(status, { 'retry-after': '7' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  expect(error).toMatchObject({ code, message: expect.stringContaining(said) as string })
  expect(error.message.length).toBeLessThan(600)
})

test('an answer cut before its end is a failure, whether the connection closes well or breaks', async () => {
  expect((await failure((response) => void stream(response, words('A sta')).end())).code).toBe('chat/model-stream-cut')
  const broken = await failure(
    (response) => void stream(response, words('A sta')).write('data: {"cho', () => response.destroy()),
  )
  expect(broken).toMatchObject({
    code: 'chat/model-stream-cut',
    message: expect.stringContaining('not the whole answer') as string,
  })
})

test.each([
  ['not JSON', event('{"choices": [')],
  ['not an object', event('[]')],
  ['without choices', event({ hello: 1 })],
  ['with a choice that is none', event({ choices: [3] })],
  ['with content that is no text', event({ choices: [{ delta: { content: 3 } }] })],
  ['with a delta that is none', event({ choices: [{ delta: 'x' }] })],
])('an event that is %s is refused', async (_, part) => {
  expect((await failure((response) => void stream(response, words('a'), part, DONE).end())).code).toBe(
    'chat/model-malformed',
  )
})

test.each([
  [
    'in the data',
    event({ error: { message: `the model fell over with ${KEY}`, code: 'server_error' } }),
    'server_error: the model fell over with [key]',
  ],
  ['as an event of its own', 'event: error\ndata: out of memory\n\n', 'out of memory'],
])('an error inside the stream, %s, is told', async (_, part, said) => {
  const error = await failure((response) => void stream(response, words('a'), part).end())
  expect(error).toMatchObject({ code: 'chat/model-stream-error', message: expect.stringContaining(said) as string })
})

test('an answer that the model broke off is not taken for a whole one', async () => {
  const error = await failure((response) => void stream(response, words('a'), finish('length'), DONE).end())
  expect(error).toMatchObject({ code: 'chat/model-incomplete', message: expect.stringContaining('"length"') as string })
})

test('a server that does not stream is told apart from one that does', async () => {
  const error = await failure((response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ choices: [{ message: { content: 'hi' } }] }))
  })
  expect(error).toMatchObject({
    code: 'chat/model-malformed',
    message: expect.stringContaining('application/json') as string,
  })
})

test('what has no end is stopped at its limit: an answer, an event, comments, an error page', async () => {
  const endless =
    (piece: string, status = 200): Answer =>
    (response) => {
      response.writeHead(status, { 'content-type': 'text/event-stream' })
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
  expect((await failure(endless(words('word ')), { maxCharacters: 1_000 })).message).toContain(
    'an answer of more than 1000 characters',
  )
  expect((await failure(endless('data: still the same line '))).message).toContain(
    'an event of more than 1000000 bytes',
  )
  expect((await failure(endless(': still here\n\n'), { maxBytes: 100_000 })).message).toContain(
    'more than 100000 bytes',
  )
  expect((await failure(endless('sorry ', 500))).code).toBe('chat/model-unavailable')
})

/** A clock whose timers fire when the test says so. */
function handClock() {
  const timers = new Map<number, () => void>()
  let made = 0
  const clock: Clock = {
    now: () => 0,
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
    setTimeout(callback) {
      const id = made++
      timers.set(id, callback)
      return () => timers.delete(id)
    },
  }
  return { clock, timers, fire: () => [...timers.values()].forEach((callback) => callback()) }
}

test('a server that says nothing, before its first word or after it, is given up and hears of it', async () => {
  for (const parts of [[], [words('A ')]]) {
    const { clock, timers, fire } = handClock()
    const { promise: gone, resolve } = deferred()
    const error = await failure(
      (response, asked) => {
        if (parts.length > 0) stream(response, ...parts)
        else setImmediate(fire)
        void asked.disconnected.then(resolve)
      },
      { clock, idleMs: 30_000, onWord: () => setImmediate(fire) },
    )
    expect(error).toMatchObject({ code: 'chat/model-silent', message: expect.stringContaining('30000 ms') as string })
    expect(timers.size).toBe(0)
    await gone
  }
})

test('a reader that takes its time is not taken for a silent server', async () => {
  const { clock, timers } = handClock()
  await using server = await startModelServer((response) => void stream(response, words('a'), words('b'), DONE).end())
  for await (const word of streamCompletion(settings(server.baseUrl), MESSAGES, {
    signal: new AbortController().signal,
    clock,
  })) {
    expect([word, timers.size]).toEqual([word, 0])
  }
})

test('an abort ends it with its own reason, closes the connection and leaves no listener', async () => {
  const stopped = new AbortController()
  await using server = await startModelServer((response) => void stream(response, words('A ')))
  const reason = new Error('stopped by the user')
  await expect(
    complete(settings(server.baseUrl), { signal: stopped.signal, onWord: () => stopped.abort(reason) }),
  ).rejects.toBe(reason)
  await server.asked[0]?.disconnected
  expect(getEventListeners(stopped.signal, 'abort')).toEqual([])
  await expect(complete(settings(server.baseUrl), { signal: stopped.signal })).rejects.toBe(reason)
})

test('a reader that leaves closes the connection', async () => {
  await using server = await startModelServer((response) => void stream(response, words('A ')))
  const { signal } = new AbortController()
  for await (const _ of streamCompletion(settings(server.baseUrl), MESSAGES, { signal, clock: systemClock })) break
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await server.asked[0]?.disconnected
})

test('a server that is not there cannot be reached', async () => {
  const { baseUrl } = await (async () => {
    await using server = await startModelServer(() => {})
    return server
  })()
  await expect(complete(settings(baseUrl))).rejects.toMatchObject({
    code: 'chat/model-unavailable',
    message: expect.stringContaining('ECONNREFUSED') as string,
  })
})
