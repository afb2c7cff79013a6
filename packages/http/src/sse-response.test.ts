import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { StageOutput as Output } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'

import { sseResponse } from './index.ts'

let clock = manualClock()
beforeEach(() => void (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

const words = (...given: readonly string[]) =>
  new Pipeline('chat')
    .withStage('llm', async function* () {
      for (const word of given) yield word
      return { text: given.join(''), prompt: 'internal' }
    })
    .build({ clock })

test('chunks are events, and the last event says how the run ended', async () => {
  const run = words('You', ' asked').start({})
  const response = await sseResponse(run, { stage: 'llm', body: ({ llm }) => ({ text: llm.text }), clock })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const id = run.pipelineRunId
  expect(await response.text()).toBe(
    `id: ${id}:1\nevent: chunk\ndata: "You"\n\n` +
      `id: ${id}:2\nevent: chunk\ndata: " asked"\n\n` +
      `id: ${id}:3\nevent: end\ndata: {"status":"completed","runId":"${id}","data":{"text":"You asked"}}\n\n`,
  )
})

test('by default the last event has nothing of the data', async () => {
  const text = await (await sseResponse(words('a').start({}), { stage: 'llm', clock })).text()
  expect(text).toMatch(/event: end\ndata: \{"status":"completed","runId":"[^"]+"\}\n\n$/)
})

test('a chunk with line breaks is one event', async () => {
  const text = await (await sseResponse(words('a\n\nevent: end\r\n').start({}), { stage: 'llm', clock })).text()
  expect(text).toContain('event: chunk\ndata: "a\\n\\nevent: end\\r\\n"\n\n')
})

test.each([
  [() => StageOutput.cancel('nothing was asked'), 422, 'nothing was asked'],
  [() => StageOutput.fail(new StageflowError('auth/forbidden', 'x')), 403, 'You may not do that.'],
])('a run that ends before its first chunk has its own status (case %#)', async (guard, status, message) => {
  const graph = new Pipeline('chat')
    .withStage('guard', (): Output => guard())
    .withStage(
      'llm',
      async function* () {
        yield 'never'
        return {}
      },
      { dependencies: ['guard'] },
    )
    .build({ clock })
  const response = await sseResponse(graph.start({}), { stage: 'llm', clock })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { message } })
})

test('a failure after the first chunk is an error event, and no end event', async () => {
  const graph = new Pipeline('chat')
    .withStage('llm', async function* () {
      yield 'one'
      throw new Error('the key sk-123 was refused')
    })
    .build({ clock })
  const response = await sseResponse(graph.start({}), { stage: 'llm', clock })
  const text = await response.text()
  expect(response.status).toBe(200)
  expect(text).toContain(
    'event: error\ndata: {"status":500,"error":{"code":"core/stage-failed","message":"The server failed."}',
  )
  expect(text).not.toMatch(/event: end|sk-123/)
})

test('a completed run without a chunk is a stream with its end', async () => {
  const text = await (await sseResponse(words().start({}), { stage: 'llm', clock })).text()
  expect(text).toMatch(/^id: [^:]+:1\nevent: end\n/)
})

test('only the chunks of the chosen stage are sent', async () => {
  const graph = new Pipeline('chat')
    .withStage('draft', async function* () {
      yield 'secret plan'
      return {}
    })
    .withStage(
      'llm',
      async function* () {
        yield 'shown'
        return {}
      },
      { dependencies: ['draft'] },
    )
    .build({ clock })
  const text = await (await sseResponse(graph.start({}), { stage: 'llm', clock })).text()
  expect(text).toContain('shown')
  expect(text).not.toContain('secret plan')
})

test('`events` chooses from all events of the run', async () => {
  const response = await sseResponse(words('a').start({}), {
    events: ({ type, stage }) => (type === `stage.llm.started` ? { event: 'step', data: { stage } } : undefined),
    clock,
  })
  expect(await response.text()).toContain('event: step\ndata: {"stage":"llm"}\n\n')
})

test.each([
  ['a line break in the name', () => ({ event: 'a\ndata: x', data: 1 }), 'http/illegal-event'],
  ['data that JSON cannot hold', () => ({ event: 'a', data: 1n }), 'http/not-json'],
])('%s ends the stream with an error, and cancels the run', async (_, events, code) => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => log.mockRestore())
  const run = words('a').start({})
  const response = await sseResponse(run, { events, clock })
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({ error: { code } })
  expect(log).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code }))
  await run.settled
})

test('a client that leaves cancels the run, and the model stops', async () => {
  const graph = new Pipeline('chat')
    .withStage('llm', async function* ({ signal }) {
      for (let word = 0; ; word++) {
        await clock.sleep(10, signal)
        yield `${word}`
      }
    })
    .build({ clock })
  const run = graph.start({})
  const opening = sseResponse(run, { stage: 'llm', clock })
  await clock.advance(10)
  const reader = (await opening).body!.getReader()
  await reader.read()
  await reader.cancel()
  const result = await run.settled
  expect([result.status, result.status === 'cancelled' && result.reason]).toEqual([
    'cancelled',
    'the client disconnected',
  ])
})

test('a client that does not read holds the model back', async () => {
  let made = 0
  const graph = new Pipeline('chat')
    .withStage('llm', async function* () {
      for (; made < 100_000; made++) yield 'word'
      return {}
    })
    .build({ clock })
  const run = graph.start({})
  const response = await sseResponse(run, { stage: 'llm', clock })
  await clock.advance(60_000)
  expect(made).toBeLessThan(3_000)
  await response.body?.cancel()
  await run.settled
})

test('a silent stream gets a comment every 15 seconds', async () => {
  const graph = new Pipeline('chat')
    .withStage('llm', async function* ({ signal }) {
      yield 'a'
      await clock.sleep(40_000, signal)
      return {}
    })
    .build({ clock })
  const response = await sseResponse(graph.start({}), { stage: 'llm', clock })
  const text = response.text()
  await clock.advance(40_000)
  expect((await text).match(/^: $/gm)).toHaveLength(2)
})

test.each([
  [{}],
  [{ stage: 'llm', events: () => undefined }],
  [{ stage: 'llm', streams: { resume: () => undefined, stats: () => ({}) }, owner: 'ada' }],
  [{ stage: 'llm', heartBeatMs: 5 }],
])('illegal options are refused (case %#)', async (options) => {
  const run = words('a').start({})
  await expect(sseResponse(run, options as never)).rejects.toMatchObject({ code: 'http/illegal-option' })
  await run.settled
})

test('what `body` throws ends the stream with an error, and the app sees why', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => log.mockRestore())
  const broken = new TypeError('the table users has no field "text"')
  const body = () => {
    throw broken
  }
  const text = await (await sseResponse(words('a').start({}), { stage: 'llm', body, clock })).text()
  expect(text).toContain('event: error\ndata: {"status":500,')
  expect(text).not.toMatch(/users|event: end/)
  expect(log).toHaveBeenCalledExactlyOnceWith(broken)
})

test.each([[undefined], [{}], [words('a').runSettled({})]])(
  'something other than a run is refused (case %#)',
  async (run) => {
    await expect(sseResponse(run as never, { stage: 'llm' } as never)).rejects.toMatchObject({
      code: 'http/illegal-option',
    })
  },
)
