import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline as pipe } from 'node:stream/promises'

import { Pipeline, StageOutput } from '@stageflow/core'
import { inspector } from '@stageflow/inspector'
import { auth } from '@stageflow/interceptor-auth'
import { retry } from '@stageflow/interceptor-retry'

// Real runs for the tests of the page, which decide when a stage goes on.

/** An inspector that is served on loopback, and the build options with which it sees the runs of a graph. */
export async function servedPage(options = {}) {
  const page = inspector(options)
  const server = await page.listen()
  return { page, url: server.url, watched: { eventSink: page } }
}

/** An app with an inspector in it: a server that hands all requests below the mount to it, as any framework does. */
export async function mountedPage(options) {
  const page = inspector(options)
  const server = createServer((incoming, outgoing) => void passOn(incoming, outgoing, page))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  async function close() {
    await page.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${server.address().port}${options.mount}/`, close }
}

async function passOn(incoming, outgoing, page) {
  const { method, headers } = incoming
  const body = method === 'POST' ? { body: await text(incoming) } : {}
  const response = await page.fetch(new Request(`http://${headers.host}${incoming.url}`, { method, headers, ...body }))
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  // The browser may leave before the end.
  await pipe(Readable.fromWeb(response.body), outgoing).catch(() => undefined)
}

/** A mail that is sent only when it is tried again, by its owner. */
export function mailOf(owner) {
  let tries = 0
  return new Pipeline('mail')
    .withStage('send', () => (++tries === 1 ? StageOutput.fail('503: the service is busy') : { sent: true }))
    .build({
      interceptors: [auth({ verify: (token) => (token === owner ? { sub: owner, org_id: 'acme' } : undefined) })],
    })
}

/** A chat: a guard, a skipped stage, a search, a model that is called twice and streams, a guard and a stage that saves. */
export function chat(watched, { answer = async () => {}, isFailing = false } = {}) {
  return new Pipeline('chat')
    .withStage('input_guard', () => pause(4), 'guard')
    .withStage('profile', () => StageOutput.skip('the session is new'), 'enrich')
    .withStage('library', () => pause(30).then(() => ({ hits: 3 })), 'enrich')
    .withStage('memory', () => pause(8), 'enrich', { dependencies: ['input_guard', 'library'] })
    .withStage(
      'llm',
      async function* (context) {
        if (context.attempt === 1) return StageOutput.retry('503: the model is busy')
        for (const word of ['A stage ', 'is one step ', 'of a pipeline.']) {
          yield word
          await pause(5)
        }
        await answer(context)
        context.note('usage', { inputTokens: 1_200, outputTokens: 34, costUsd: 0.0042 })
        return isFailing ? StageOutput.fail('401: the key of the model has expired') : { text: 'A stage is one step.' }
      },
      { dependencies: ['input_guard', 'memory'] },
    )
    .withStage('output_guard', () => pause(3), 'guard', { dependencies: ['llm', 'memory'] })
    .withStage('persist', () => pause(2), 'work', { dependencies: ['output_guard', 'input_guard'] })
    .build({ ...watched, interceptors: [retry({ baseMs: 10, jitter: 'none' })] })
}

/** An order that asks before it pays. The answer has a schema. */
export function order(watched) {
  return new Pipeline('order')
    .withStage('price', () => ({ euros: 900 }), 'enrich')
    .withStage(
      'approve',
      ({ resumed }) =>
        resumed === undefined ? StageOutput.suspend({ text: 'Pay 900 euros to Bob?' }) : { approved: resumed.answer },
      { dependencies: ['price'], answerSchema: APPROVAL },
    )
    .withStage('pay', () => ({ paid: 900 }), 'work', { dependencies: ['price', 'approve'] })
    .build(watched)
}

/** As a schema library describes an answer: by the Standard Schema interface. */
const APPROVAL = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value?.approved === 'boolean' ? { value } : { issues: [{ message: 'approved must be true or false' }] },
    jsonSchema: {
      input: () => ({
        type: 'object',
        properties: {
          approved: { type: 'boolean', title: 'Approved', description: 'Whether the money is paid out.' },
          note: { type: 'string' },
        },
        required: ['approved'],
      }),
      output: () => ({}),
    },
  },
}

/** A map whose items fail now and then, and a child pipeline. */
export function mail(watched) {
  const report = new Pipeline('report').withStage('write', () => pause(2))
  return new Pipeline('mail')
    .withStage('list', () => ({ letters: Array.from({ length: 30 }, (_, index) => index) }))
    .withMap('letters', {
      dependencies: ['list'],
      over: (inputs) => inputs.from('list').letters,
      onItemFailure: 'collect',
      each: (letter) => (letter === 7 ? StageOutput.fail('no address') : pause(1).then(() => ({ letter }))),
    })
    .withPipeline('report', report, { dependencies: ['letters'] })
    .build(watched)
}

/** A graph of many stages, each of which reads up to three of the 30 before it. `hold`: what the stage at this place waits for. */
export function crawl(watched, count, hold = async () => {}) {
  let state = 7
  const next = (below) => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) % below
  const kinds = ['transform', 'enrich', 'guard', 'work']
  let pipeline = new Pipeline(`crawl of ${count}`)
  for (let index = 0; index < count; index++) {
    const reads = index < 12 ? 0 : 1 + (next(2 ** 20) % 3)
    const sources = Array.from({ length: reads }, () => index - 1 - (next(2 ** 20) % Math.min(30, index)))
    const dependencies = [...new Set(sources)].map((source) => `stage_${source}`)
    pipeline = pipeline.withStage(`stage_${index}`, () => hold(index), kinds[index % 4], { dependencies })
  }
  return pipeline.build(watched)
}

/** A promise, and what resolves it. */
export function gateway() {
  return Promise.withResolvers()
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
