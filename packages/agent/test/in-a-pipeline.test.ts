import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOpenAI } from '@ai-sdk/openai'
import { Pipeline, StageKind } from '@stageflow/core'
import { gate, stream } from '@stageflow/core/edges'
import { durableLocal } from '@stageflow/durable-local'
import { timeout } from '@stageflow/interceptor-timeout'
import { aiSdk } from '@stageflow/provider-ai-sdk'
import { manualClock } from '@stageflow/testing'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { FakeModelServer, ServedAnswer } from '@stageflow/testing/model-server'
import { ToolRegistry, defineTool } from '@stageflow/tools'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { agent } from '../src/index.ts'

let server: FakeModelServer | undefined
afterEach(async () => {
  await server?.close()
})

const pay = defineTool({
  name: 'pay',
  description: 'Pays.',
  input: z.object({}),
  execute: () => ({ paid: true }),
})
const script: readonly ServedAnswer[] = [
  { text: ['I pay. '], toolCalls: [{ id: 'call_1', name: 'pay', arguments: '{}' }] },
  { text: ['It is ', 'paid.'] },
]

async function support(approves = false) {
  server = await fakeModelServer(script)
  const model = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' }).chat('gpt')
  return agent({
    shape: 'ai-sdk',
    model: (context, request) => aiSdk(context, { model, ...request }),
    tools: new ToolRegistry({ tools: [pay] }),
    ...(approves && { approve: { when: () => true } }),
  })
}

/** A pipeline in which a stage says what the agent writes, as it comes. */
const speaking = async (approves?: boolean) =>
  new Pipeline('speaking')
    .withPipeline('support', await support(approves), { chunks: 'turns' })
    .withStage(
      'voice',
      async ({ inputs }) => {
        const said: string[] = []
        for await (const { turn, text } of inputs.stream('support')) said.push(`${turn}: ${text}`)
        return { said }
      },
      { dependencies: [stream('support')] },
    )
    .build()

test('a stage reads the text of an agent by a stream edge, with the number of each turn', async () => {
  const { data } = await (await speaking()).run({ inputText: 'Pay.' })
  expect(data.voice?.said).toEqual(['1: I pay. ', '2: It is ', '2: paid.'])
})

test('a stage after an agent reads its answer and its whole conversation', async () => {
  const graph = new Pipeline('chat')
    .withPipeline('support', await support())
    .withStage('save', ({ inputs }) => ({ saved: inputs.from('support')?.turns?.turn.messages.length }), {
      dependencies: ['support'],
    })
    .build()
  expect((await graph.run({ inputText: 'Pay.' })).data.save).toEqual({ saved: 4 })
})

test('an agent that waits for a person cannot be the source of a stream edge', async () => {
  const result = await (await speaking(true)).runSettled({ inputText: 'Pay.' })
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({ code: 'core/cannot-suspend' })
})

test('a stream edge on an agent is refused in a durable run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'))
  const durable = durableLocal({ path: join(folder, 'runs.db') })
  await expect(durable.run(await speaking(), { inputText: 'Pay.' }, { runId: 'r' })).rejects.toMatchObject({
    code: 'core/not-durable',
  })
  await durable.close()
  await rm(folder, { recursive: true })
})

test('stages have the options of interceptors: a limit on all turns, and one on each request', async () => {
  server = await fakeModelServer([{ text: ['I think '], fault: { kind: 'stall', afterChunks: 1 } }])
  const model = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' }).chat('gpt')
  const clock = manualClock()
  const graph = agent({
    shape: 'ai-sdk',
    model: (context, request) => aiSdk(context, { model, ...request }),
    tools: new ToolRegistry({ tools: [pay] }),
    stages: { turns: { timeoutMs: false }, ask: { timeoutMs: 5_000 } },
  }).build({ clock, interceptors: [timeout({ timeoutMs: 1_000 })] })
  const run = graph.start({ inputText: 'Pay.' })
  let isOver = false
  void run.settled.then(() => (isOver = true))
  for await (const { text } of run.chunks('turns')) {
    expect(text).toBe('I think ')
    break
  }
  await clock.advance(4_000)
  expect(isOver).toBe(false)
  await clock.advance(2_000)
  const result = await run.settled
  expect(result.status === 'failed' && result.errors[0]).toMatchObject({
    code: 'timeout/timed-out',
    message: expect.stringContaining('longer than 5000 ms') as string,
  })
})

test('an agent holds WORK, so a gate on it is refused by the build', async () => {
  const gated = new Pipeline('gated')
    .withStage('guard', () => ({}), StageKind.GUARD)
    .withPipeline('support', await support(), { dependencies: [gate('guard')] })
  expect(() => gated.build()).toThrow(expect.objectContaining({ code: 'core/build' }) as Error)
})
