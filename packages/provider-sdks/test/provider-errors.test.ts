import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { Pipeline } from '@stageflow/core'
import { classifyError, retryAfterMs } from '@stageflow/core/kit'
import { retry } from '@stageflow/interceptor-retry'
import { generateText } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { CLIENTS } from './clients.ts'
import { startServers } from './server.ts'
import { SITUATIONS, WITHOUT_HEADERS, type Outcome, type Sdk } from './situations.ts'

let servers: Awaited<ReturnType<typeof startServers>>
beforeAll(async () => {
  servers = await startServers()
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
})
afterAll(() => servers.close())

/** What the call throws. Throws if it doesn't. */
async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('The call did not fail.')
}

/** The class of what a client throws in a situation. */
async function outcomeOf(sdk: Sdk, situation: string): Promise<Outcome> {
  const { protocol, ask } = CLIENTS[sdk]
  const { url, asked } = servers.place(protocol, situation)
  const caller = new AbortController()
  const answer = ask(url, caller.signal)
  if (SITUATIONS[situation]?.answer === 'hangs') void asked.then(() => caller.abort())
  return answer.then(() => 'no error', classifyError)
}

/** The number of requests that a stage with `retry()` makes. */
async function requestsOf(sdk: Sdk, situation: string): Promise<number> {
  const { protocol, ask } = CLIENTS[sdk]
  const { url, asked, requests } = servers.place(protocol, situation)
  let calls = 0
  const graph = new Pipeline('chat')
    .withStage('llm', async ({ signal }) => {
      calls++
      await ask(url, signal)
    })
    .build({ interceptors: [retry({ attempts: 3, baseMs: 1, jitter: 'none' })] })
  const run = graph.start()
  const { answer } = SITUATIONS[situation] ?? {}
  if (answer === 'hangs') void asked.then(() => run.cancel('enough'))
  await run.settled
  if (answer === 'nothing listens') return calls
  expect(requests()).toBe(calls)
  return calls
}

describe.each(Object.keys(CLIENTS) as Sdk[])('%s', (sdk) => {
  test.each(Object.entries(SITUATIONS))('%s', async (situation, { outcome, except }) => {
    const expected = except?.[sdk] ?? outcome
    expect(await outcomeOf(sdk, situation)).toBe(expected)
    expect(await requestsOf(sdk, situation)).toBe(expected === 'transient' ? 3 : 1)
  })

  test('the error says how long the server asks to wait, if it has the headers', async () => {
    const { protocol, ask } = CLIENTS[sdk]
    const { url } = servers.place(protocol, 'HTTP 429 with `retry-after-ms`')
    const error = await thrownBy(ask(url, new AbortController().signal))
    expect(retryAfterMs(error, 0)).toBe(WITHOUT_HEADERS.includes(sdk) ? undefined : 7)
  })
})

test('an error of the AI SDK after its own retries has the class and the wait of the last one', async () => {
  const { url } = servers.place('openai-chat', 'HTTP 429 with `retry-after-ms`')
  const model = createOpenAICompatible({ name: 'm', baseURL: url }).chatModel('m')
  const error = await thrownBy(generateText({ model, prompt: 'Hello!', maxRetries: 1 }))
  expect(error).toMatchObject({ name: 'AI_RetryError' })
  expect([classifyError(error), retryAfterMs(error, 0)]).toEqual(['transient', 7])
})
