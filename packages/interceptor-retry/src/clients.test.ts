import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText } from 'ai'
import axios from 'axios'
import got from 'got'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classifyError, retryAfterMs } from '@stageflow/core/kit'

// `retry()` and the circuit breaker rely on classifyError. These are the errors that real clients throw at a server whose path names the response.

let server: Server
let base = ''
/** No server listens here any more. */
let closed = ''
async function listen(one: Server): Promise<string> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const what = /^\/(\w+)/.exec(request.url ?? '')?.[1]
    if (what === 'reset') return request.socket.destroy()
    if (what === 'hang') return
    const wait = what === 'busy' ? { 'retry-after-ms': '5' } : { 'retry-after': '7' }
    response.writeHead(what === 'busy' ? 503 : Number(what), { ...wait, 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'no', type: 'x', code: null } }))
  })
  base = await listen(server)
  const other = createServer()
  closed = await listen(other)
  await new Promise((resolve) => other.close(resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

class StatusError extends Error {
  readonly response: Response
  constructor(response: Response) {
    super(`HTTP ${response.status}`)
    this.response = response
  }
}

const ask = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }
const openai = (url: string, timeout = 5_000) => new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0, timeout })
const model = (url: string) => createOpenAICompatible({ name: 'x', baseURL: url }).chatModel('m')

const clients: Record<string, (url: string, signal: AbortSignal) => Promise<unknown>> = {
  async fetch(url, signal) {
    const response = await fetch(url, { signal })
    if (!response.ok) throw new StatusError(response)
  },
  axios: (url, signal) => axios.get(url, { signal }),
  got: (url, signal) => got(url, { signal, retry: { limit: 0 } }),
  openai: (url, signal) => openai(url).chat.completions.create(ask, { signal }),
  'the AI SDK': (url, signal) => generateText({ model: model(url), prompt: 'hi', maxRetries: 0, abortSignal: signal }),
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('the call did not fail')
}

const never = new AbortController().signal

describe.each(Object.entries(clients))('%s', (_, call) => {
  test('429 and 503 are transient, with the wait that the server asks for', async () => {
    for (const status of [429, 503]) {
      const error = await failure(call(`${base}/${status}`, never))
      expect([classifyError(error), retryAfterMs(error, 0)]).toEqual(['transient', 7_000])
    }
  })
  test('400 and 401 are permanent', async () => {
    for (const status of [400, 401])
      expect(classifyError(await failure(call(`${base}/${status}`, never)))).toBe('permanent')
  })
  test('a refused or broken connection is transient', async () => {
    expect(classifyError(await failure(call(closed, never)))).toBe('transient')
    expect(classifyError(await failure(call(`${base}/reset`, never)))).toBe('transient')
  })
  test('an abort is not transient', async () => {
    const controller = new AbortController()
    const failed = failure(call(`${base}/hang`, controller.signal))
    controller.abort()
    expect(classifyError(await failed)).not.toBe('transient')
  })
})

test('an error of the AI SDK after its own retries has the class and the wait of the last one', async () => {
  const call = generateText({ model: model(`${base}/busy`), prompt: 'hi', maxRetries: 1 })
  const error = await failure(call)
  expect(error).toMatchObject({ name: 'AI_RetryError' })
  expect([classifyError(error), retryAfterMs(error, 0)]).toEqual(['transient', 5])
})

test('the timeouts of the clients are transient', async () => {
  const calls = [
    fetch(`${base}/hang`, { signal: AbortSignal.timeout(20) }),
    axios.get(`${base}/hang`, { timeout: 20 }),
    got(`${base}/hang`, { timeout: { request: 20 }, retry: { limit: 0 } }),
    openai(`${base}/hang`, 20).chat.completions.create(ask),
  ]
  for (const error of await Promise.all(calls.map(failure))) expect(classifyError(error)).toBe('transient')
})
