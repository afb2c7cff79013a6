import { Pipeline, StageOutput } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { sseResponse, sseStreams } from './index.ts'
import type { SseStreams, SseStreamsOptions } from './index.ts'

let clock = manualClock()
beforeEach(() => void (clock = manualClock()))
afterEach(() => expect(clock.timers).toEqual([]))

/** A run that yields a word every 10 ms, and its stream. */
async function opened(count: number, options: SseStreamsOptions = {}, streams = sseStreams({ clock, ...options })) {
  let made = 0
  const graph = new Pipeline('chat')
    .withStage('llm', async function* ({ signal }) {
      for (; made < count; made++) {
        await clock.sleep(10, signal)
        yield `w${made + 1}`
      }
      return {}
    })
    .build({ clock })
  const run = graph.start({})
  const opening = sseResponse(run, { stage: 'llm', streams, owner: ['ada', 'acme'], clock })
  await clock.advance(10)
  const response = await opening
  return { streams, run, response, made: () => made }
}

const asking = (lastEventId?: string) =>
  new Request('http://chat.example/', { headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId } })
const owner = ['ada', 'acme']
const idsIn = (text: string) => [...text.matchAll(/^id: .*:(\d+)$/gm)].map(([, id]) => Number(id))

test('a client whose connection broke reads on after its last event, without a gap or a repeat', async () => {
  const { streams, run, response } = await opened(5)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const before = `${(await reader.read()).value}`
  await reader.cancel()
  await clock.advance(30)
  const resumed = streams.resume(asking(`${run.pipelineRunId}:1`), { owner })
  expect(resumed?.status).toBe(200)
  const rest = resumed!.text()
  await clock.advance(60_000)
  const text = before + (await rest)
  expect(idsIn(text)).toEqual([1, 2, 3, 4, 5, 6])
  expect(text.match(/data: "w\d"/g)).toEqual(['w1', 'w2', 'w3', 'w4', 'w5'].map((word) => `data: "${word}"`))
  expect(text).toContain('event: end')
  await clock.advance(60_000)
  expect(streams.stats()).toEqual({ streams: 0, length: 0, notKept: 0 })
})

test('a client that comes back after the end gets the rest; one that has all of it is told to stop', async () => {
  const { streams, run, response } = await opened(2)
  const whole = response.text()
  await clock.advance(100)
  expect(idsIn(await whole)).toEqual([1, 2, 3])
  const again = streams.resume(asking(`${run.pipelineRunId}:2`), { owner })
  expect(idsIn(await again!.text())).toEqual([3])
  expect(streams.resume(asking(`${run.pipelineRunId}:3`), { owner })?.status).toBe(204)
  await clock.advance(60_000)
})

test('a request without Last-Event-ID is not resumed', () => {
  expect(sseStreams({ clock }).resume(asking(), { owner })).toBeUndefined()
})

test.each([
  ['another user', ['eve', 'acme']],
  ['another organization', ['ada', 'globex']],
  ['no user', null],
])('%s gets nothing of the stream, as if it were not there', async (_, other) => {
  const { streams, run, response } = await opened(2)
  const refused = streams.resume(asking(`${run.pipelineRunId}:1`), { owner: other })
  expect([refused?.status, await refused?.text()]).toEqual([204, ''])
  await response.body?.cancel()
  await clock.advance(120_000)
  await run.settled
})

test.each(['nonsense', 'unknown:1', ':', 'x'.repeat(5_000)])('the id %j of no stream is 204', (id) => {
  expect(sseStreams({ clock }).resume(asking(id), { owner })?.status).toBe(204)
})

test('a run whose client does not come back is cancelled after ttlMs', async () => {
  const { streams, run, response } = await opened(1_000_000, { ttlMs: 500 })
  await response.body?.cancel()
  await clock.advance(499)
  expect(streams.stats().streams).toBe(1)
  await clock.advance(1)
  const result = await run.settled
  expect(result.status === 'cancelled' && result.reason).toBe('the client did not come back')
  expect(streams.stats().streams).toBe(0)
})

test('events that the client has read make room; unread ones hold the run back', async () => {
  const { streams, run, response, made } = await opened(10_000, { maxLength: 500 })
  const reader = response.body!.getReader()
  await clock.advance(50_000)
  const first = made()
  expect(first).toBeLessThan(2_000)
  expect(streams.stats().length).toBeLessThan(600)
  for (let part = 0; part < 40; part++) await reader.read()
  await clock.advance(1_000)
  expect(streams.stats().length).toBeLessThan(600)
  expect(streams.resume(asking(`${run.pipelineRunId}:1`), { owner })?.status).toBe(204)
  const again = streams.resume(asking(`${run.pipelineRunId}:39`), { owner })
  expect(again?.status).toBe(200)
  await again?.body?.cancel()
  await reader.cancel()
  await clock.advance(60_000)
  await run.settled
})

test('a stream that is one too many is not kept; one that has ended makes room for it', async () => {
  const { streams, run, response } = await opened(3, { maxStreams: 1 })
  const second = await opened(1, {}, streams)
  expect(streams.stats()).toMatchObject({ streams: 1, notKept: 1 })
  expect(streams.resume(asking(`${second.run.pipelineRunId}:1`), { owner })?.status).toBe(204)
  const texts = [response.text(), second.response.text()]
  await clock.advance(100)
  for (const text of await Promise.all(texts)) expect(text).toContain('event: end')
  const third = await opened(1, {}, streams)
  expect(streams.stats()).toMatchObject({ streams: 1, notKept: 1 })
  expect(streams.resume(asking(`${run.pipelineRunId}:1`), { owner })?.status).toBe(204)
  const text = third.response.text()
  await clock.advance(100)
  await text
  await clock.advance(60_000)
  await Promise.all([run.settled, second.run.settled, third.run.settled])
})

test('a run that ends before its first chunk keeps no stream', async () => {
  const streams = sseStreams({ clock })
  const graph = new Pipeline('chat').withStage('llm', () => StageOutput.cancel('no')).build({ clock })
  const response = await sseResponse(graph.start({}), { stage: 'llm', streams, owner, clock })
  expect([response.status, streams.stats().streams]).toEqual([422, 0])
})

test('illegal options are refused', () => {
  expect(() => sseStreams({ ttlMs: 0 })).toThrow(expect.objectContaining({ code: 'http/illegal-option' }))
  expect(() => sseStreams({ clock }).resume(asking('a:1'), {} as never)).toThrow(
    expect.objectContaining({ code: 'http/illegal-option' }),
  )
})

/** A stream that has ended, of an owner, with the text that was sent. */
async function ended(streams: SseStreams, of: unknown, pipelineRunId: string = crypto.randomUUID()) {
  const graph = new Pipeline('chat')
    .withStage('llm', async function* () {
      yield `of ${String(of)}`
      return {}
    })
    .build({ clock })
  const run = graph.start({ pipelineRunId })
  const response = await sseResponse(run, { stage: 'llm', streams, owner: of, clock })
  return response.text()
}

test.each([
  ['a promise that was not awaited', Promise.resolve('ada')],
  ['a map', new Map([['sub', 'ada']])],
  ['a function', () => 'ada'],
  ['a number that is none', Number.NaN],
  ['a bigint', 10n],
  ['claims that are all missing', [undefined, undefined]],
  ['a claim of another name', { sub: undefined }],
  ['an empty id', ['', '']],
])('%s is refused as the owner, because others would be equal to it', async (_, of) => {
  const streams = sseStreams({ clock })
  const code = { code: 'http/illegal-option' }
  await expect(ended(streams, of)).rejects.toMatchObject(code)
  expect(() => streams.resume(asking('a:1'), { owner: of })).toThrow(expect.objectContaining(code))
  expect(streams.stats().streams).toBe(0)
})

test('a run that may not be sent is cancelled, so that no model writes for no one', async () => {
  const streams = sseStreams({ clock })
  const graph = new Pipeline('chat')
    .withStage('llm', async function* ({ signal }) {
      await clock.sleep(60_000, signal)
      yield 'a'
      return {}
    })
    .build({ clock })
  const run = graph.start({})
  const refused = sseResponse(run, { stage: 'llm', streams, owner: [undefined], clock })
  await expect(refused).rejects.toMatchObject({ code: 'http/illegal-option' })
  expect((await run.settled).status).toBe('cancelled')
})

test('a run of another user with the same id leaves a stream where it is', async () => {
  const streams = sseStreams({ clock })
  await ended(streams, 'ada', 'order-7')
  await clock.advance(40_000)
  const text = await ended(streams, 'eve', 'order-7')
  const other = /^id: (.*):1$/m.exec(text)?.[1]
  expect(await streams.resume(asking('order-7:0'), { owner: 'ada' })?.text()).toContain('of ada')
  expect(streams.resume(asking('order-7:0'), { owner: 'eve' })?.status).toBe(204)
  await clock.advance(59_000)
  expect(await streams.resume(asking(`${other}:0`), { owner: 'eve' })?.text()).toContain('of eve')
  await clock.advance(60_000)
  expect(streams.stats().streams).toBe(0)
})

test('a stream whose run has ended leaves no timer, which would hold its memory and keep the process from ending', async () => {
  const streams = sseStreams({ clock, maxStreams: 2 })
  for (let count = 0; count < 20; count++) await ended(streams, 'ada')
  expect(clock.timers).toEqual([])
  expect(streams.stats().streams).toBe(2)
  const { run, response } = await opened(3, {}, streams)
  await response.body?.cancel()
  expect(clock.timers).not.toEqual([])
  await clock.advance(100)
  await run.settled
  expect(clock.timers).toEqual([])
  const again = () => streams.resume(asking(`${run.pipelineRunId}:0`), { owner })
  expect(idsIn(await again()!.text())).toEqual([1, 2, 3, 4])
  await clock.advance(59_999)
  await again()?.body?.cancel()
  await clock.advance(60_000)
  expect(again()?.status).toBe(204)
  expect(streams.stats()).toMatchObject({ streams: 0, length: 0 })
})

test.each(['a\nevent: end\ndata: x', 'Bestellung-ü€', 'a b/c%', 'a\0b', '\ud800', 'x'.repeat(1_000)])(
  'a run of the id %j has ids that a line and a header hold',
  async (runId) => {
    const streams = sseStreams({ clock })
    const text = await ended(streams, 'ada', runId)
    expect(text.match(/^event: /gm)).toHaveLength(2)
    const last = /^id: (.*):1$/m.exec(text)?.[1]
    expect(last).toMatch(/^[!-~]+$/)
    const rest = await streams.resume(asking(`${last}:1`), { owner: 'ada' })?.text()
    expect(rest).toContain('event: end')
    await clock.advance(60_000)
  },
)

test('an empty Last-Event-ID names no event, so a run begins', () => {
  expect(sseStreams({ clock }).resume(asking(''), { owner })).toBeUndefined()
})

test('a client that comes back takes over from its dead connection, which holds the run back no longer', async () => {
  const { streams, run, response } = await opened(100, { maxLength: 500 })
  await clock.advance(2_000)
  const resumed = streams.resume(asking(`${run.pipelineRunId}:1`), { owner })
  const rest = resumed!.text()
  await clock.advance(2_000)
  expect(idsIn(await rest)).toEqual(Array.from({ length: 100 }, (_, index) => index + 2))
  const dead = await response.text()
  expect(dead).not.toContain('event: end')
  await clock.advance(60_000)
})
