import { fakeModelServer, type ServedAnswer } from '@stageflow/testing/model-server'
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { openApp } from './app.ts'
import { Library } from './search/library.ts'
import { sectionsOf } from './search/markdown.ts'
import { openAiModel } from './model.ts'

const PAGES = [sectionsOf('stages.md', '# Stages\n\nA stage is the unit of work.\n\n```ts\nwithStage()\n```')]
const TEXT = ['A unit ', '[1].']

/** The chat over a page, with a model that answers as scripted. */
async function openChat(...answers: readonly ServedAnswer[]) {
  const server = await fakeModelServer(answers)
  onTestFinished(() => server.close())
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test', logLevel: 'off' })
  const { graph } = openApp({
    reasonToRefuse: async () => undefined,
    openLibrary: async () => new Library(PAGES),
    history: { recent: async () => [{ question: 'Hello?', answer: 'Hi.' }], add: async () => {} },
    answerer: openAiModel(client, 'tiny'),
    secrets: [],
  })
  return { graph, server }
}

async function askModel(...answers: readonly ServedAnswer[]) {
  const { graph, server } = await openChat(...answers)
  const result = await graph.runSettled({ inputText: 'What is a stage?' })
  return { result, requests: server.requests, llm: result.report.stages['llm'] }
}

test('the model gets the passages and the earlier turns, and its answer is streamed and counted', async () => {
  const { result, requests, llm } = await askModel({ text: TEXT, usage: { inputTokens: 9, outputTokens: 6 } })
  expect(result.data.output_guard?.answer).toBe('A unit [1].')
  expect(llm?.chunks).toBe(3) // two of the model, and the list of pages
  expect(llm?.notes.usage).toMatchObject({ inputTokens: 9, outputTokens: 6 })
  expect(llm?.notes.attributes).toMatchObject({
    'gen_ai.request.model': 'tiny',
    'gen_ai.response.finish_reasons': ['stop'],
  })
  const { messages } = requests[0]?.body as { readonly messages: readonly { role: string; content: string }[] }
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
  expect(messages.at(-1)?.content).toBe(
    '[1] stages.md\nStages\nA stage is the unit of work.\n```ts\nwithStage()\n```\n\nQuestion: What is a stage?',
  )
})

test('a busy server is asked again', async () => {
  const busy = { status: 503, retryAfterMs: 1 }
  const { result, llm } = await askModel(busy, busy, { text: TEXT })
  expect(result.status).toBe('completed')
  expect(llm?.attempts.map(({ status }) => status)).toEqual(['fail', 'fail', 'ok'])
})

const SETTINGS = 'Check OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL.'
const after = (kind: 'cut' | 'end' | 'overloaded' | 'malformed') => ({ text: TEXT, fault: { kind, afterChunks: 1 } })
test.each<[string, ServedAnswer, string, string]>([
  ['a wrong key', { status: 401 }, 'chat/model-failed', SETTINGS],
  ['a model that does not exist', { status: 404 }, 'chat/model-failed', SETTINGS],
  ['a stream that ends without a reason', after('end'), 'models/cut', 'tiny'],
  ['an answer that is too long', { text: TEXT, ending: 'length' }, 'models/length', 'tiny'],
  ['a connection that breaks', after('cut'), 'chat/model-failed', SETTINGS],
  ['an error in the stream', after('overloaded'), 'chat/model-failed', SETTINGS],
])('%s fails the run once, with what to do', async (_, answer, code, message) => {
  const { result, requests } = await askModel(answer)
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  })
  expect(requests).toHaveLength(1)
})

test('a cancel stops the request', async () => {
  const { graph, server } = await openChat({ text: TEXT, fault: { kind: 'stall', afterChunks: 1 } })
  const run = graph.start({ inputText: 'What is a stage?' })
  for await (const text of run.chunks('llm')) if (text === 'A unit ') break
  run.cancel('enough')
  expect(await run.settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
  await server.requests[0]?.closed
})
