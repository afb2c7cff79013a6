import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import { pino } from 'pino'
import type { Answerer } from '../src/answerer.ts'
import { openApp } from '../src/app.ts'
import { embeddedAnswerer } from '../src/embedded-answerer.ts'
import { openHistory } from '../src/history.ts'
import { openAiAnswerer } from '../src/openai-answerer.ts'
import { modelServer } from '../src/openai-settings.ts'
import { passagesOf } from '../src/passages.ts'
import { indexPassages } from '../src/search-index.ts'
import { makeFolder } from './documents-folder.ts'
import { type Answer, DONE, event, finish, startModelServer, stream, words } from './model-server.ts'

const COUNTED = {
  id: 'chatcmpl-7',
  model: 'tiny-2026',
  choices: [],
  usage: {
    prompt_tokens: 120,
    completion_tokens: 9,
    total_tokens: 129,
    prompt_tokens_details: { cached_tokens: 64 },
    completion_tokens_details: { reasoning_tokens: 4 },
  },
}

const spans = new InMemorySpanExporter()
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
afterEach(() => spans.reset())

const index = indexPassages(passagesOf([{ path: 'a.md', text: '# Stage\n\nA stage is the unit of work.\n' }]))

/** One question to the chat in this process: what became of it, and the span of its model's stage. */
async function ask(answerer: Answerer, stopAfter?: string) {
  using folder = makeFolder()
  const history = openHistory(folder.env['STAGEFLOW_CHAT_DATA'] ?? '')
  const { app, graph } = openApp({
    ports: { index, history, answerer, secrets: [] },
    logger: pino({ level: 'silent' }),
  })
  const run = graph.start({ inputText: 'What is a stage?' })
  for await (const { type, data } of run)
    if (type === 'stage.llm.chunk' && (data as { chunk: unknown }).chunk === stopAfter) run.cancel('stopped')
  const result = await run.settled
  history.close()
  await app.close()
  const metrics = await app.registry.metrics()
  const span = spans.getFinishedSpans().find(({ name }) => name === 'stage llm')
  return { result, notes: result.report.stages['llm']?.notes ?? {}, attributes: span?.attributes ?? {}, metrics }
}

async function askModel(answer: Answer, stopAfter?: string) {
  await using server = await startModelServer((response, asked) => {
    response.setHeader('x-request-id', 'req_9')
    return answer(response, asked)
  })
  const settings = modelServer({ OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'sk-test', OPENAI_MODEL: 'tiny' })
  if (settings === undefined) throw new Error('no server')
  return await ask(openAiAnswerer(settings), stopAfter)
}

test('what the server counted is in the report, the span and the metrics, and in what the stages downstream get', async () => {
  const { result, notes, attributes, metrics } = await askModel(
    (response) => void stream(response, words('A unit [1].'), finish('stop'), event(COUNTED), DONE).end(),
  )
  const usage = { inputTokens: 120, outputTokens: 9, cachedTokens: 64, reasoningTokens: 4 }
  expect(result.data.llm).toMatchObject({
    message: 'A unit [1].',
    llm: {
      content: 'A unit [1].',
      model: 'tiny',
      provider: 'openai',
      ...usage,
      totalTokens: 129,
      finishReason: 'stop',
      responseId: 'chatcmpl-7',
      responseModel: 'tiny-2026',
      requestId: 'req_9',
      partial: false,
    },
  })
  expect(Object.isFrozen(result.data.llm?.llm)).toBe(true)
  expect(notes.usage).toEqual(usage)
  expect(metrics).toMatch(/^stageflow_stage_tokens_total\{type="input",.*stage="llm".*\} 120$/m)
  expect(metrics).toMatch(/^stageflow_stage_tokens_total\{type="output",.*stage="llm".*\} 9$/m)
  expect(attributes).toMatchObject({
    'stageflow.stage.status': 'ok',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'tiny',
    'gen_ai.response.model': 'tiny-2026',
    'gen_ai.response.id': 'chatcmpl-7',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.output_tokens': 9,
    'gen_ai.usage.cache_read.input_tokens': 64,
    'gen_ai.usage.reasoning.output_tokens': 4,
    'stageflow.llm.request_id': 'req_9',
  })
  expect(attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
  expect(JSON.stringify(attributes)).not.toContain('A unit')
})

test.each<[string, object]>([
  ['nothing', {}],
  ['null', { usage: null }],
  ['what is no count', { usage: { prompt_tokens: -1, completion_tokens: '9', prompt_tokens_details: 7 } }],
  ['a sum alone', { usage: { total_tokens: 12 } }],
])('of a server that counted %s there is no usage anywhere', async (_, last) => {
  const { result, notes, attributes } = await askModel(
    (response) =>
      void stream(response, words('A unit [1].'), finish('stop'), event({ choices: [], ...last }), DONE).end(),
  )
  expect(result.status).toBe('completed')
  expect(notes).not.toHaveProperty('usage')
  expect(result.data.llm?.llm.totalTokens).toBeUndefined()
  expect(Object.keys(attributes).filter((name) => name.includes('usage'))).toEqual([])
})

test('an answer whose server said no reason for its end is whole all the same', async () => {
  const { result } = await askModel((response) => void stream(response, words('A unit [1].'), DONE).end())
  expect(result.data.llm?.llm).toMatchObject({ partial: false })
  expect(result.data.llm?.llm).not.toHaveProperty('finishReason')
})

test('the embedded answerer has no usage, and says what it is', async () => {
  const { result, notes, attributes } = await ask(embeddedAnswerer(index.weigh))
  expect(result.data.llm?.llm).toMatchObject({
    model: 'embedded',
    provider: 'stageflow',
    finishReason: 'stop',
    partial: false,
  })
  expect(result.data.llm?.llm.content).toBe(result.data.llm?.message)
  expect(notes).not.toHaveProperty('usage')
  expect(attributes['gen_ai.provider.name']).toBe('stageflow')
  expect(Object.keys(attributes).filter((name) => name.includes('usage'))).toEqual([])
})

test('an answer that was stopped has noted what was counted until then, and that it is a part', async () => {
  const { result, notes, attributes } = await askModel(
    (response) => void stream(response, event({ ...COUNTED, usage: { prompt_tokens: 120 } }), words('A unit')),
    'A unit',
  )
  expect(result.status).toBe('cancelled')
  expect(notes.usage).toEqual({ inputTokens: 120 })
  expect(attributes).toMatchObject({
    'stageflow.stage.status': 'cancel',
    'stageflow.llm.partial': true,
    'gen_ai.usage.input_tokens': 120,
  })
})
