import { afterEach, expect, test } from 'vitest'

import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'

import { openedPage, refusalOf } from '../test/opened-page.ts'
import type { InspectorOptions } from './index.ts'

let clock = manualClock({ seed: 1 })
afterEach(() => {
  const { timers } = clock
  clock = manualClock({ seed: 1 })
  expect(timers).toEqual([])
})

const twoStages = (page: ReturnType<typeof openedPage>['page']) =>
  new Pipeline('chat')
    .withStage('memory', () => clock.sleep(100))
    .withStage('llm', () => clock.sleep(300), { dependencies: ['memory'] })
    .build({ clock, eventSink: page })

const openAt = (options: InspectorOptions = {}) => openedPage({ clock, ...options })

test('a feed begins with the list, and then has what has changed, every 100 ms at most', async () => {
  const { page, feed } = openAt()
  const reader = await feed()
  expect(await reader.next()).toEqual({ now: 0, list: { now: 0, runs: [], older: 0, by: 'ada', data: false } })

  const ended = twoStages(page).run({ pipelineRunId: 'run-1' })
  await clock.advance(100)
  expect(await reader.next()).toMatchObject({ now: 100, runs: [{ id: 'run-1', status: 'running', done: 1 }] })
  // Nothing changes for 200 ms.
  await clock.advance(300)
  expect(await reader.next()).toMatchObject({ now: 400, runs: [{ id: 'run-1', status: 'completed', done: 2 }] })
  await ended
  await reader.leave()
})

test('a feed of a run has the whole run first, then only the rows that changed, and the whole run when it ends', async () => {
  const { page, feed } = openAt()
  const ended = twoStages(page).run({ pipelineRunId: 'run-1' })
  await clock.advance(50)
  const reader = await feed('?run=run-1&stage=memory')
  const first = await reader.next()
  expect(first?.run).toMatchObject({ summary: { id: 'run-1' }, graph: { name: 'chat' } })
  expect(first?.stage).toMatchObject({ row: { stage: 'memory', startedAt: 0 } })

  await clock.advance(100)
  const second = await reader.next()
  expect(second?.rows?.map(({ stage, status }) => [stage, status])).toEqual([
    ['memory', 'ok'],
    ['llm', undefined],
  ])
  expect(second?.stage).toMatchObject({ row: { stage: 'memory', status: 'ok' } })
  expect(second).not.toHaveProperty('run')

  await clock.advance(300)
  const third = await reader.next()
  expect(third?.run).toMatchObject({ summary: { status: 'completed' }, report: { stages: { llm: { status: 'ok' } } } })
  await ended
  await reader.leave()
})

test('a feed of a stage that waits has what it will read, as it comes', async () => {
  const { page, feed } = openAt({ data: true })
  const graph = new Pipeline('chat')
    .withStage('memory', async () => {
      await clock.sleep(50)
      return { words: 'as before' }
    })
    .withStage('profile', () => clock.sleep(500))
    .withStage('llm', () => ({}), { dependencies: ['memory', 'profile'] })
    .build({ clock, eventSink: page })
  const ended = graph.run({ pipelineRunId: 'run-1' })
  const reader = await feed('?run=run-1&stage=llm')
  await reader.next()
  await clock.advance(100)
  expect((await reader.next())?.stage?.inputs).toEqual([
    { stage: 'memory', status: 'ok', data: { words: 'as before' } },
    { stage: 'profile' },
  ])
  await reader.leave()
  await clock.runAll()
  await ended
})

test('a feed whose page fails ends, and harms nothing', async () => {
  let fails = false
  const now = (): number => {
    if (fails) throw new Error('no time')
    return clock.now()
  }
  const { page, feed } = openAt({ clock: { ...clock, now, sleep: clock.sleep } })
  const reader = await feed()
  await reader.next()
  fails = true
  await clock.advance(100)
  expect(await reader.next()).toBeUndefined()
  expect(page.stats().readers).toBe(0)
})

test('a feed of a run has its changed child runs too', async () => {
  const { page, feed } = openAt()
  const child = new Pipeline('bill').withStage('meter', () => clock.sleep(50)).build({ clock, eventSink: page })
  const graph = new Pipeline('order')
    .withStage('wait', () => clock.sleep(150))
    .withStage('bill', (context) => context.runChild(child, {}).orFail(), { dependencies: ['wait'] })
    .build({ clock, eventSink: page })
  const ended = graph.run({ pipelineRunId: 'order-1' })
  const reader = await feed('?run=order-1')
  expect((await reader.next())?.run?.children).toEqual([])
  await clock.advance(200)
  const message = await reader.next()
  expect(message?.runs).toMatchObject([
    { id: 'order-1' },
    { pipeline: 'bill', parent: { id: 'order-1', stage: 'bill' } },
  ])
  await clock.runAll()
  await ended
  await reader.leave()
})

test('a reader that fell behind is skipped, and gets the whole state once it reads again', async () => {
  const { page, feed } = openAt()
  const graph = new Pipeline('tick').withStage('a', () => undefined).build({ clock, eventSink: page })
  const reader = await feed()
  for (let turn = 0; turn < 20; turn++) {
    await graph.run({ pipelineRunId: `run-${turn}` })
    await clock.advance(100)
  }
  expect(page.stats().skippedMessages).toBeGreaterThan(10)
  const read = [await reader.next(), await reader.next(), await reader.next(), await reader.next()]
  expect(read.map((message) => message?.runs?.map(({ id }) => id) ?? message?.list?.runs.length)).toEqual([
    0,
    ['run-0'],
    ['run-1'],
    ['run-2'],
  ])
  await clock.advance(100)
  expect((await reader.next())?.list?.runs.map(({ id }) => id)).toEqual(
    Array.from({ length: 20 }, (_, turn) => `run-${19 - turn}`),
  )
  await reader.leave()
})

test('more changed runs than a message may have are sent as a list', async () => {
  const { page, feed } = openAt()
  const graph = new Pipeline('tick').withStage('a', () => undefined).build({ clock, eventSink: page })
  const reader = await feed()
  await reader.next()
  for (let turn = 0; turn < 700; turn++) await graph.run({})
  await clock.advance(100)
  const message = await reader.next()
  expect(message?.list).toMatchObject({ older: 200 })
  expect(message?.list?.runs).toHaveLength(500)
  expect(message).not.toHaveProperty('runs')
  await reader.leave()
})

test('a dropped run is said to be gone, and the run that is shown is then unknown', async () => {
  const { page, feed } = openAt({ maxBytes: 10_000 })
  const graph = new Pipeline('tick').withStage('a', () => undefined).build({ clock, eventSink: page })
  await graph.run({ pipelineRunId: 'first' })
  const reader = await feed('?run=first')
  await reader.next()
  for (let turn = 0; turn < 10; turn++) await graph.run({ pipelineRunId: `run-${turn}` })
  await clock.advance(100)
  const message = await reader.next()
  expect(message).toMatchObject({ gone: expect.arrayContaining(['first']) as unknown, unknownRun: true })
  await reader.leave()
})

test('a run that begins with the id of an older one is not said to be gone', async () => {
  const { page, feed } = openAt()
  const first = twoStages(page).run({ pipelineRunId: 'run-2' })
  await clock.runAll()
  await first
  const reader = await feed('?run=run-2')
  await reader.next()
  const second = twoStages(page).run({ pipelineRunId: 'run-2' })
  await clock.advance(100)
  const message = await reader.next()
  expect(message).not.toHaveProperty('gone')
  expect(message).toMatchObject({
    runs: [{ id: 'run-2', status: 'running' }],
    run: { summary: { status: 'running', done: 1 } },
  })
  await reader.leave()
  await clock.runAll()
  await second
})

test('a feed of a run that is not kept says so', async () => {
  const { feed } = openAt()
  const reader = await feed('?run=nothing')
  expect(await reader.next()).toMatchObject({ unknownRun: true })
  await reader.leave()
})

test('a quiet feed has the time every 5 s, and every feed ends after 5 minutes', async () => {
  const { page, feed } = openAt()
  const reader = await feed()
  await reader.next()
  for (let turn = 1; turn < 60; turn++) {
    await clock.advance(5_000)
    expect(await reader.next()).toEqual({ now: turn * 5_000 })
  }
  await clock.advance(5_000)
  let last = await reader.next()
  while (last !== undefined) last = await reader.next()
  expect(page.stats().readers).toBe(0)
})

test('at most 100 readers have a feed, and those who leave make room', async () => {
  const { ask, feed, page } = openAt()
  const readers = await Promise.all(Array.from({ length: 100 }, () => feed()))
  expect(await refusalOf(await ask('/api/feed'))).toBe('503 inspector/too-many-readers')
  await readers[0]?.leave()
  const one = await feed()
  expect(page.stats().readers).toBe(100)
  await Promise.all([one, ...readers].map((reader) => reader.leave()))
  expect(page.stats().readers).toBe(0)
  await clock.advance(100)
})

test('closing the page ends its feeds and refuses new ones, and later runs are not kept', async () => {
  const { page, ask, feed } = openAt()
  const reader = await feed()
  await reader.next()
  await page.close()
  expect(await reader.next()).toBeUndefined()
  expect(await refusalOf(await ask('/api/feed'))).toBe('503 inspector/closed')
  await new Pipeline('tick')
    .withStage('a', () => undefined)
    .build({ clock, eventSink: page })
    .run({})
  expect(page.stats()).toMatchObject({ runs: 0, readers: 0 })
})
