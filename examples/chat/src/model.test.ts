import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { DONE, finish, startModelServer, stream, USAGE, words } from '../test/model-server.ts'
import { openApp } from './app.ts'
import { Library } from './search/library.ts'
import { sectionsOf } from './search/markdown.ts'
import { openAiModel } from './model.ts'

const PAGES = [sectionsOf('stages.md', '# Stages\n\nA stage is the unit of work.\n\n```ts\nwithStage()\n```')]
type Respond = Parameters<typeof startModelServer>[0]

async function askModel(respond: Respond, signal?: AbortSignal) {
  await using server = await startModelServer(respond)
  const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'sk-test', maxRetries: 0 })
  const { graph } = openApp({
    reasonToRefuse: async () => undefined,
    openLibrary: async () => new Library(PAGES),
    history: { recent: async () => [{ question: 'Hello?', answer: 'Hi.' }], add: async () => {} },
    answerer: openAiModel(client, 'tiny'),
    secrets: [],
  })
  const result = await graph.runSettled({ inputText: 'What is a stage?' }, signal === undefined ? {} : { signal })
  return { result, requests: server.requests, llm: result.report.stages['llm'] }
}

test('the model gets the passages and the earlier turns, and its answer is streamed and counted', async () => {
  const { result, requests, llm } = await askModel(
    (response) => void stream(response, words('A unit '), words('[1].'), finish('stop'), USAGE).end(DONE),
  )
  expect(result.data.output_guard?.answer).toBe('A unit [1].')
  expect(llm?.notes.usage).toEqual({ inputTokens: 9, outputTokens: 6 })
  expect(llm?.notes.attributes).toMatchObject({
    'gen_ai.request.model': 'tiny',
    'gen_ai.response.finish_reasons': ['stop'],
  })
  const messages = requests[0]?.body.messages ?? []
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
  expect(messages.at(-1)?.content).toBe(
    '[1] stages.md\nStages\nA stage is the unit of work.\n```ts\nwithStage()\n```\n\nQuestion: What is a stage?',
  )
})

test('a busy server is asked again', async () => {
  const { result, llm } = await askModel((response, request) => {
    if (request < 3) return void response.writeHead(503, { 'retry-after-ms': '1' }).end('{"error":{"message":"busy"}}')
    stream(response, words('A unit [1].'), finish('stop')).end(DONE)
  })
  expect(result.status).toBe('completed')
  expect(llm?.attempts.map(({ status }) => status)).toEqual(['fail', 'fail', 'ok'])
})

test.each<[string, string, Respond]>([
  [
    'a wrong key',
    'failed: 401 no such key. Check OPENAI_BASE_URL',
    (response) => void response.writeHead(401).end('{"error":{"message":"no such key"}}'),
  ],
  ['another protocol', 'Check OPENAI_BASE_URL', (response) => void response.writeHead(404).end('<html>')],
  ['a stream that is cut off', 'was cut off', (response) => void stream(response, words('A unit')).end()],
  [
    'an answer that is too long',
    'because of "length"',
    (response) => void stream(response, words('A unit'), finish('length')).end(DONE),
  ],
  [
    'a connection that breaks',
    'failed: ',
    (response) => void stream(response, words('A unit')).write('data: ', () => response.destroy()),
  ],
  [
    'an error in the stream',
    'failed: ',
    (response) => void stream(response, words('A unit'), { error: { message: 'overloaded' } }).end(),
  ],
])('%s fails the run once, with what to do', async (_, message, respond) => {
  const { result, requests } = await askModel(respond)
  expect(result.status === 'failed' && result.errors[0]?.message).toContain(`The model "tiny" `)
  expect(result.status === 'failed' && result.errors[0]?.message).toContain(message)
  expect(requests).toHaveLength(1)
})

test('a cancel stops the request', async () => {
  const controller = new AbortController()
  let closed = false
  const { result } = await askModel((response) => {
    response.on('close', () => (closed = true))
    stream(response, words('A unit'))
    controller.abort('enough')
  }, controller.signal)
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  await expect.poll(() => closed).toBe(true)
})
