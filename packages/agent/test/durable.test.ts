import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createOpenAI } from '@ai-sdk/openai'
import type { WithChildren } from '@stageflow/core'
import { durableLocal } from '@stageflow/durable-local'
import { aiSdk } from '@stageflow/provider-ai-sdk'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { FakeModelServer, ServedAnswer } from '@stageflow/testing/model-server'
import { ToolRegistry, defineTool } from '@stageflow/tools'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { agent, messagesOf } from '../src/index.ts'
import { pairsProblem } from './pairs.ts'

let folder: string
let server: FakeModelServer | undefined
beforeEach(async () => {
  keys = []
  folder = await mkdtemp(join(tmpdir(), 'agent-'))
})
afterEach(async () => {
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

let keys: string[] = []
const read = defineTool({
  name: 'read',
  description: 'Reads a page.',
  input: z.object({ page: z.number() }),
  execute: ({ page }, { idempotencyKey }) => {
    keys.push(idempotencyKey)
    return { page, text: 'x'.repeat(1_000) }
  },
})
const tools = new ToolRegistry({ tools: [read] })
const reads = (page: number): ServedAnswer => ({
  toolCalls: [{ id: `call_${page}`, name: 'read', arguments: JSON.stringify({ page }) }],
})

function reader(url: string, options: { maxTurns?: number; asks?: number; registry?: ToolRegistry } = {}) {
  const model = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }).chat('gpt')
  const { maxTurns = 50, asks, registry = tools } = options
  return agent({
    shape: 'ai-sdk',
    model: (context, request) => aiSdk(context, { model, ...request }),
    tools: registry,
    maxTurns,
    ...(asks !== undefined && { approve: { when: ({ input }) => (input as { page: number }).page === asks } }),
  }).build()
}

test('forty turns with 1 kB of tool results each stay under 200 kB of facts and result', async () => {
  const pages = Array.from({ length: 40 }, (_, index) => index + 1)
  server = await fakeModelServer([...pages.map(reads), { text: ['Read.'] }])
  const path = join(folder, 'runs.db')
  const durable = durableLocal({ path })
  const result = await durable.run(reader(server.url), { inputText: 'Read all.' }, { runId: 'r' })
  expect(result).toMatchObject({ data: { turns: { turn: { text: 'Read.', turns: 41, ended: 'answer' } } } })
  await durable.close()
  const file = new DatabaseSync(path)
  const { bytes } = file
    .prepare(
      'SELECT (SELECT sum(length(key) + length(value)) FROM facts) + (SELECT sum(length(result)) FROM runs) AS bytes',
    )
    .get() as { bytes: number }
  file.close()
  expect(bytes).toBeLessThan(200_000)
})

test('an approval waits in the file, and another process goes on behind it without asking the model again', async () => {
  server = await fakeModelServer([reads(1), reads(2), reads(3), { text: ['Read.'] }])
  const path = join(folder, 'runs.db')
  const first = durableLocal({ path })
  const asked = await first.run(reader(server.url, { asks: 3 }), { inputText: 'Read.' }, { runId: 'r' })
  expect(asked).toMatchObject({ status: 'suspended', requests: { turns: { approve: [{ id: 'call_3' }] } } })
  await first.close()
  const second = durableLocal({ path })
  const result = await second.resume(reader(server.url, { asks: 3 }), 'r', { turns: { approve: { call_3: true } } })
  expect(result).toMatchObject({ status: 'completed', data: { turns: { turn: { text: 'Read.', turns: 4 } } } })
  await second.close()
  expect(server.requests).toHaveLength(4)
  expect(keys).toEqual(['r/turns#1/act#call_1', 'r/turns#2/act#call_2', 'r/turns#3/act#call_3'])
})

test('a process that closes in a call leaves it to the next one, and the model never reads that it was cancelled', async () => {
  server = await fakeModelServer([reads(1), reads(2), { text: ['Read.'] }])
  const begun = Promise.withResolvers<void>()
  let isClosing = true
  const wait = defineTool({
    name: 'read',
    description: 'Reads a page.',
    input: z.object({ page: z.number() }),
    execute: async ({ page }, { idempotencyKey, clock, signal }) => {
      keys.push(idempotencyKey)
      if (page === 2 && isClosing) {
        begun.resolve()
        await clock.sleep(60_000, signal)
      }
      return { page }
    },
  })
  const graph = reader(server.url, { registry: new ToolRegistry({ tools: [wait] }) })
  const path = join(folder, 'runs.db')
  const first = durableLocal({ path })
  const left = first.run(graph, { inputText: 'Read.' }, { runId: 'r' })
  await begun.promise
  const refused = expect(left).rejects.toMatchObject({ code: 'durable-engine/closed' })
  await first.close()
  await refused
  isClosing = false
  const second = durableLocal({ path })
  const result = await second.run(graph, { inputText: 'Read.' }, { runId: 'r' })
  expect(result).toMatchObject({ data: { turns: { turn: { text: 'Read.', turns: 3 } } } })
  await second.close()
  expect(keys).toEqual(['r/turns#1/act#call_1', 'r/turns#2/act#call_2', 'r/turns#2/act#call_2'])
  expect(JSON.stringify(server.requests.at(-1)?.body)).not.toContain('cancel')
  expect(server.requests).toHaveLength(3)
})

test('a durable run that is cancelled in a call leaves a conversation in which every call has a result, also in the journal', async () => {
  const both: ServedAnswer = {
    toolCalls: [
      { id: 'call_2', name: 'read', arguments: '{"page":2}' },
      { id: 'call_3', name: 'read', arguments: '{"page":3}' },
    ],
  }
  server = await fakeModelServer([reads(1), both])
  const begun = Promise.withResolvers<void>()
  const wait = defineTool({
    name: 'read',
    description: 'Reads a page.',
    input: z.object({ page: z.number() }),
    execute: async ({ page }, { clock, signal }) => {
      if (page === 2) await clock.sleep(60_000, signal)
      if (page === 3) begun.resolve()
      return { page }
    },
  })
  const graph = reader(server.url, { registry: new ToolRegistry({ tools: [wait] }) })
  const path = join(folder, 'runs.db')
  const first = durableLocal({ path })
  const left = expect(first.run(graph, { inputText: 'Read.' }, { runId: 'r' })).rejects.toMatchObject({
    code: 'durable-engine/closed',
  })
  await begun.promise
  await first.close()
  await left
  const second = durableLocal({ path })
  const going = second.run(graph, { inputText: 'Read.' }, { runId: 'r' })
  await second.cancel('r', 'enough')
  const result = await going
  const kept = (await second.get('r'))?.result
  await second.close()
  for (const one of [result, kept]) {
    const messages = messagesOf('ai-sdk', one as WithChildren)
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool'])
    expect(pairsProblem('ai-sdk', messages)).toBeUndefined()
  }
})

test('with an overlapping guard, no durable run begins', async () => {
  server = await fakeModelServer([{ text: ['Hi.'] }])
  const model = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' }).chat('gpt')
  const graph = agent({
    shape: 'ai-sdk',
    model: (context, request) => aiSdk(context, { model, ...request }),
    tools,
    guard: { check: () => ({}), overlap: true },
  }).build()
  const durable = durableLocal({ path: join(folder, 'runs.db') })
  await expect(durable.run(graph, { inputText: 'Hi' }, { runId: 'r' })).rejects.toMatchObject({
    code: 'core/not-durable',
  })
  await durable.close()
})
