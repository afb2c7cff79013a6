import { Pipeline } from '@stageflow/core'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { FakeModelServer, ServedAnswer, ServedFault } from '@stageflow/testing/model-server'
import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { openaiChat, openaiResponses } from './index.ts'

const CHUNKS = ['Your ', 'balance ', 'is ', '7.']
const WHOLE: ServedAnswer = { text: CHUNKS }
const SPARE: ServedAnswer = { text: ['From ', 'the ', 'spare.'] }
const KEY = 'sk-test-1234567890abcdefghijklmnop'

let server: FakeModelServer | undefined
afterEach(async () => {
  await server?.close()
})

const APIS = {
  chat: (client: OpenAI, models: readonly [string, ...string[]], firstChunkMs?: number) =>
    new Pipeline('chat').withStage('llm', async function* (context) {
      const messages = [{ role: 'user' as const, content: context.snapshot.inputText ?? '' }]
      return yield* openaiChat(context, { client, models, messages, ...(firstChunkMs && { firstChunkMs }) })
    }),
  responses: (client: OpenAI, models: readonly [string, ...string[]], firstChunkMs?: number) =>
    new Pipeline('chat').withStage('llm', async function* (context) {
      const input = context.snapshot.inputText ?? ''
      return yield* openaiResponses(context, { client, models, input, ...(firstChunkMs && { firstChunkMs }) })
    }),
}
type Api = keyof typeof APIS

async function run(
  api: Api,
  script: readonly ServedAnswer[],
  models: readonly [string, ...string[]],
  firstChunkMs?: number,
) {
  server = await fakeModelServer(script)
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: KEY, logLevel: 'off' })
  const handle = APIS[api](client, models, firstChunkMs).build().start({ inputText: 'What is my balance?' })
  const texts: string[] = []
  const read = (async () => {
    for await (const text of handle.chunks('llm')) texts.push(text)
  })().catch(() => {})
  const result = await handle.settled
  await read
  expect(JSON.stringify(result.report)).not.toContain(KEY)
  return { ...result.report.stages.llm, texts, data: result.data.llm, requests: server.requests.length }
}

const apis = Object.keys(APIS) as Api[]
const faults: readonly ServedFault[] = ['cut', 'end', 'overloaded', 'malformed', 'stall']

for (const api of apis) {
  test(`${api}: a whole answer is yielded and returned, with the counts of the server`, async () => {
    const { texts, data, notes } = await run(api, [WHOLE], ['gpt'])
    expect(texts).toEqual(CHUNKS)
    expect(data).toMatchObject({ text: 'Your balance is 7.', model: 'gpt' })
    expect(notes.usage).toMatchObject({ inputTokens: 9, outputTokens: 3 })
    expect(notes.usage).not.toHaveProperty('estimated')
  })

  for (const kind of faults) {
    for (const afterChunks of [0, 1, 2, 3, 4]) {
      test(`${api}: ${kind} after ${afterChunks} chunks gives no half answer and no doubled text`, async () => {
        const bad: ServedAnswer = { text: CHUNKS, fault: { kind, afterChunks } }
        const limit = kind === 'stall' && afterChunks === 0 ? 100 : undefined
        if (kind === 'stall' && afterChunks > 0) return await stalled(api, bad, afterChunks)
        const { status, texts, data, requests, notes } = await run(api, [bad, SPARE], ['gpt', 'spare'], limit)
        if (afterChunks === 0) {
          expect([status, texts.join(''), requests]).toEqual(['ok', 'From the spare.', 2])
          expect(notes.models?.calls.map((call) => call.status)).toEqual(['fail', 'ok'])
        } else {
          expect([status, texts, requests]).toEqual(['fail', CHUNKS.slice(0, afterChunks), 1])
          expect(data).toBe(undefined)
          expect(notes.usage).toMatchObject({ estimated: true })
        }
      })
    }
  }

  test.each([429, 500, 503])(`${api}: HTTP %i switches to the spare`, async (status) => {
    const result = await run(api, [{ status, retryAfterMs: 60_000 }, SPARE], ['gpt', 'spare'])
    expect([result.status, result.texts.join('')]).toEqual(['ok', 'From the spare.'])
  })

  test.each([
    [400, undefined],
    [401, undefined],
    [429, 'insufficient_quota'],
  ])(`${api}: HTTP %i %s stops`, async (status, code) => {
    const result = await run(api, [{ status, ...(code !== undefined && { code }) }, SPARE], ['gpt', 'spare'])
    expect([result.status, result.texts, result.requests]).toEqual(['fail', [], 1])
    expect(result.notes.usage).toBe(undefined)
  })

  test.each(['content-filter', 'length'] as const)(`${api}: an answer that ends by %s is a failure`, async (ending) => {
    const { status, error, data } = await run(api, [{ ...WHOLE, ending }], ['gpt'])
    expect([status, error?.code, data]).toEqual(['fail', `models/${ending}`, undefined])
  })

  test(`${api}: tool calls are whole`, async () => {
    const call = { id: 'call_1', name: 'pay', arguments: '{"cents":900}' }
    const { data } = await run(api, [{ text: ['I pay.'], toolCalls: [call] }], ['gpt'])
    expect(data?.toolCalls).toEqual([call])
  })
}

/** A stall in the middle of an answer: the run is cancelled, and the server sees that within 100 ms. */
async function stalled(api: Api, answer: ServedAnswer, afterChunks: number) {
  server = await fakeModelServer([answer])
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: KEY, logLevel: 'off' })
  const handle = APIS[api](client, ['gpt']).build().start({ inputText: 'What is my balance?' })
  const texts: string[] = []
  for await (const text of handle.chunks('llm')) {
    texts.push(text)
    if (texts.length === afterChunks) break
  }
  const cancelledAt = performance.now()
  handle.cancel('enough')
  await server.requests[0]?.closed
  expect(performance.now() - cancelledAt).toBeLessThan(100)
  const { status, report } = await handle.settled
  expect([status, report.stages.llm.status, texts]).toEqual(['cancelled', 'cancel', CHUNKS.slice(0, afterChunks)])
  expect(report.stages.llm.notes.usage).toMatchObject({ estimated: true })
  expect(report.stages.llm.notes.models?.calls[0]?.status).toBe('cancel')
}
