import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Pipeline, isStageEvent } from '@stageflow/core'
import type { Run } from '@stageflow/core'
import { Hono } from 'hono'
import { pino } from 'pino'
import { expect, test } from 'vitest'

import { createStageflow } from './index.ts'

// What docs/how-to/stream-to-a-browser.md promises for servers of Request and Response, here with the default interceptors.

const app = createStageflow({ logger: pino({ level: 'silent' }) })
const graph = app.build(
  new Pipeline('endless').withStage('llm', async function* ({ clock, signal }) {
    yield 'a token'
    await clock.sleep(60_000, signal)
  }),
)

function bodyOf(run: Run<unknown>): ReadableStream<string> {
  const events = run[Symbol.asyncIterator]()
  return new ReadableStream<string>({
    async pull(controller) {
      const { done, value } = await events.next()
      if (done === true) controller.close()
      else controller.enqueue(isStageEvent(value, 'chunk') ? String(value.data.chunk) : '\n')
    },
    cancel: () => run.cancel('the client went away'),
  })
}

test.each(['the body', 'the signal of the request'])('a client that disconnects cancels its run, by %s', async (by) => {
  const runs: Promise<string>[] = []
  const hono = new Hono().get('/', (c) => {
    const run = graph.start({}, by === 'the body' ? {} : { signal: c.req.raw.signal })
    runs.push(run.settled.then(({ status }) => status))
    return new Response(bodyOf(run).pipeThrough(new TextEncoderStream()))
  })
  const server = serve({ fetch: hono.fetch, port: 0 })
  try {
    await once(server, 'listening')
    const client = new AbortController()
    const url = `http://localhost:${(server.address() as AddressInfo).port}`
    const response = await fetch(url, { signal: client.signal })
    let text = ''
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part
      if (text.includes('a token')) break
    }
    client.abort()
    expect(await Promise.all(runs)).toEqual(['cancelled'])
  } finally {
    server.close()
  }
})
