import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

import { Pipeline } from '../../packages/core/src/index.ts'
import { callModel, memoryBudgetStore, modelBudget } from '../../packages/models/src/index.ts'
import { aiSdk } from '../../packages/provider-ai-sdk/src/index.ts'
import { openaiChat } from '../../packages/provider-openai/src/index.ts'
import { openaiChat as protocol } from '../../packages/testing/src/model-server/openai-chat.ts'
import { microsOf } from '../figures.mjs'
import { costGroups } from './costs.mjs'

// Measures one group of costs and prints µs a chunk of each subject. The subjects take turns. The answer comes out of memory, so that nothing
// but the client and what is around it is measured.

const WARM_MS = 600
const MEASURE_MS = 150
const TURNS = 6
const TOKEN = 'token '
const [, , groupId] = process.argv
const { chunks: CHUNKS } = costGroups.find(({ id }) => id === groupId)
const USAGE = { inputTokens: 9, outputTokens: CHUNKS }

const encoder = new TextEncoder()
const texts = Array.from({ length: CHUNKS }, (_, place) => protocol.text(TOKEN, place, USAGE))
const events = [protocol.begin('served', USAGE), ...texts, protocol.end('stop', USAGE, '')].map((event) =>
  encoder.encode(event),
)

/** Answers each request with the same events, one for each read. */
async function fetch() {
  const left = events.values()
  const body = new ReadableStream({
    pull(controller) {
      const { done, value } = left.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** The vendor with which a package is tested. */
const vendor = (short, name) => {
  const require = createRequire(new URL(`../../packages/${short}/package.json`, import.meta.url))
  return import(pathToFileURL(require.resolve(name)).href)
}

const QUESTION = 'What is a stage?'
const messages = [{ role: 'user', content: QUESTION }]

/** What the reader of a stage gets. */
const inStage = (answer, interceptors = []) => {
  const graph = new Pipeline('chat').withStage('answer', answer).build({ interceptors })
  return async () => {
    const run = graph.start({ inputText: QUESTION, userId: 'ada', orgId: 'acme' })
    const length = await lengthOf(run.chunks('answer'))
    await run.result
    return length
  }
}

async function lengthOf(chunks) {
  let length = 0
  for await (const text of chunks) length += text.length
  return length
}

/** A model of ours that gives every chunk at once. */
async function* textsAtOnce() {
  for (let place = 0; place < CHUNKS; place += 1) yield TOKEN
}
const modelAtOnce = (size) => ({
  id: 'main',
  provider: 'acme',
  async *stream() {
    for await (const text of textsAtOnce()) yield { text }
    yield { finishReason: 'stop', usage: USAGE }
  },
  size: () => size,
})
const callOf = (model) => (context) => callModel(context, QUESTION, { models: [model] })

const LIMIT = { maxTokens: Number.MAX_SAFE_INTEGER }
const SHARED_LIMIT = { ...LIMIT, windowMs: 86_400_000 }
const perRun = (others) => modelBudget({ perRun: LIMIT, ...others })

const groups = {
  async openai() {
    const { OpenAI } = await vendor('provider-openai', 'openai')
    const client = new OpenAI({ baseURL: 'http://localhost/v1', apiKey: 'none', fetch })
    async function* textsOf(signal) {
      const request = { model: 'main', messages, stream: true, stream_options: { include_usage: true } }
      for await (const chunk of await client.chat.completions.create(request, { signal })) {
        const text = chunk.choices[0]?.delta.content
        if (text) yield text
      }
    }
    return {
      alone: () => lengthOf(textsOf()),
      byHand: inStage(({ signal }) => textsOf(signal)),
      ours: inStage((context) => openaiChat(context, { client, model: 'main', messages })),
    }
  },
  async 'ai-sdk'() {
    const [{ createOpenAI }, { streamText }] = await Promise.all([
      vendor('provider-ai-sdk', '@ai-sdk/openai'),
      vendor('provider-ai-sdk', 'ai'),
    ])
    const model = createOpenAI({ baseURL: 'http://localhost/v1', apiKey: 'none', fetch }).chat('main')
    const textsOf = (signal) => streamText({ model, messages, abortSignal: signal }).textStream
    async function* textsWithRaw() {
      const { stream } = streamText({ model, messages, include: { rawChunks: true } })
      for await (const part of stream) if (part.type === 'text-delta') yield part.text
    }
    return {
      alone: () => lengthOf(textsOf()),
      raw: () => lengthOf(textsWithRaw()),
      byHand: inStage(async function* ({ signal }) {
        yield* textsOf(signal)
      }),
      ours: inStage((context) => aiSdk(context, { model, messages })),
    }
  },
  async own() {
    const ask = callOf(modelAtOnce({ inputTokens: 9 }))
    return {
      alone: () => lengthOf(textsAtOnce()),
      byHand: inStage(() => textsAtOnce()),
      ours: inStage(ask),
      limited: inStage(ask, [perRun({ expectOutputTokens: 1_000 })]),
    }
  },
  async budget() {
    const ask = callOf(modelAtOnce({ inputTokens: 9, maxOutputTokens: 1_000 }))
    const shared = { perUser: SHARED_LIMIT, perOrg: SHARED_LIMIT, store: memoryBudgetStore() }
    return { alone: inStage(ask), perRun: inStage(ask, [perRun()]), all: inStage(ask, [perRun(shared)]) }
  },
}

const subjects = Object.entries(await groups[groupId]())
const micros = Object.fromEntries(subjects.map(([id]) => [id, []]))
for (const [id, run] of subjects) await measured(id, run, WARM_MS)
for (let turn = 0; turn < TURNS; turn += 1)
  for (const [id, run] of turn % 2 === 0 ? subjects : subjects.toReversed())
    micros[id].push(await measured(id, run, MEASURE_MS))
const means = Object.entries(micros).map(([id, all]) => [id, all.reduce((sum, each) => sum + each, 0) / all.length])
process.stdout.write(JSON.stringify(Object.fromEntries(means)), () => process.exit())

/** µs a chunk, over whole runs. */
async function measured(id, run, atLeastMs) {
  const startedAt = performance.now()
  const cpu = process.threadCpuUsage()
  let runs = 0
  do {
    const length = await run()
    if (length !== CHUNKS * TOKEN.length) throw new Error(`${id} gave ${length} characters.`)
    runs += 1
  } while (performance.now() < startedAt + atLeastMs)
  const millis = performance.now() - startedAt
  const { user, system } = process.threadCpuUsage(cpu)
  const microsPerRun = (millis * 1_000) / runs
  return microsOf({ microsPerRun, busy: (user + system) / (millis * 1_000) }) / CHUNKS
}
