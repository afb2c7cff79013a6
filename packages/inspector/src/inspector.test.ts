import { afterEach, expect, test } from 'vitest'

import { NoOpEventSink, Pipeline, StageOutput, setEventSink } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'

import { openedPage, refusalOf } from '../test/opened-page.ts'

let clock = manualClock({ seed: 1 })
afterEach(() => {
  const { timers } = clock
  clock = manualClock({ seed: 1 })
  expect(timers).toEqual([])
})

const takes = (ms: number) => () => clock.sleep(ms)

test('a run that is in progress has its graph, what has settled, what runs since when, and what waits', async () => {
  const { page, runs, run } = openedPage({ clock })
  const graph = new Pipeline('chat')
    .withStage('memory', takes(100), 'enrich')
    .withStage('llm', takes(50), { dependencies: ['memory'] })
    .withStage('save', takes(5), { dependencies: ['llm'] })
    .build({ clock, eventSink: page })
  const ended = graph.run({})
  await clock.advance(120)

  const [summary] = await runs()
  expect(summary).toMatchObject({
    pipeline: 'chat',
    status: 'running',
    origin: 'live',
    stages: 3,
    done: 1,
    startedAt: 0,
  })
  const view = await run(summary?.id ?? '')
  expect(view.now).toBe(120)
  expect(
    view.graph?.stages.map(({ name, kind, dependencies }) => [name, kind, dependencies.map(({ stage }) => stage)]),
  ).toEqual([
    ['memory', 'enrich', []],
    ['llm', 'transform', ['memory']],
    ['save', 'transform', ['llm']],
  ])
  const { memory, llm, save } = view.report.stages
  expect(memory).toMatchObject({ status: 'ok', startedAt: 0, endedAt: 100 })
  expect(llm).toMatchObject({ startedAt: 100 })
  expect(llm).not.toHaveProperty('status')
  expect(save).toEqual({ stage: 'save', attempts: [], chunks: 0, notes: {} })

  await clock.runAll()
  await ended
  expect(await runs()).toMatchObject([{ status: 'completed', done: 3, endedAt: 155 }])
  const { report } = await run(summary?.id ?? '')
  expect(report).toMatchObject({ status: 'completed', startedAt: 0, endedAt: 155 })
  expect(report.stages['llm']).toMatchObject({ releasedBy: 'memory', readyAt: 100, startedAt: 100, endedAt: 150 })
})

test('a stage that runs says when it could start and what released it', async () => {
  const { page, runs, run } = openedPage({ clock })
  const graph = new Pipeline('chat')
    .withStage('memory', takes(100))
    .withStage('profile', takes(20))
    .withStage('llm', takes(50), { dependencies: ['memory', 'profile'] })
    .build({ clock, eventSink: page })
  const ended = graph.run({})
  await clock.advance(120)
  const { report } = await run((await runs())[0]?.id ?? '')
  expect(report.stages['llm']).toMatchObject({ readyAt: 100, startedAt: 100, releasedBy: 'memory' })
  await clock.runAll()
  await ended
})

test('setEventSink(page) shows runs of graphs that know nothing of it, with their graphs, outputs and chunks', async () => {
  const { page, runs, run, stage } = openedPage({ clock, data: true })
  const graph = new Pipeline('chat')
    .withStage('llm', async function* () {
      yield 'Hel'
      yield 'lo'
      await Promise.resolve()
      return { text: 'Hello' }
    })
    .build({ clock })
  setEventSink(page)
  try {
    await graph.run({})
  } finally {
    setEventSink(NoOpEventSink)
  }
  const id = (await runs())[0]?.id ?? ''
  expect((await run(id)).graph?.name).toBe('chat')
  expect(await stage(id, 'llm')).toMatchObject({ chunkText: 'Hello', output: { text: 'Hello' } })
})

test('chunks are counted with their times as they come, and their text is there with data', async () => {
  const { page, runs, stage } = openedPage({ clock, data: true })
  const graph = new Pipeline('chat')
    .withStage('ask', () => ({ question: 'Who?' }))
    .withStage(
      'llm',
      async function* () {
        yield 'Hel'
        await clock.sleep(10)
        yield 'lo'
        yield { more: 1 }
        await clock.sleep(10)
        return { text: 'Hello' }
      },
      { dependencies: ['ask'] },
    )
    .build({ clock, eventSink: page })
  const ended = graph.run({})
  await clock.advance(15)
  const id = (await runs())[0]?.id ?? ''

  expect(await stage(id, 'llm')).toMatchObject({
    run: id,
    data: true,
    row: { chunks: 3, chunkTimes: [0, 10, 10] },
    chunkText: 'Hello{"more":1}',
    chunkTextCut: 0,
    inputs: [{ stage: 'ask', status: 'ok', data: { question: 'Who?' } }],
  })
  await clock.runAll()
  await ended
  expect(await stage(id, 'llm')).toMatchObject({ output: { text: 'Hello' }, row: { status: 'ok', chunks: 3 } })
})

test('without data there are no inputs, outputs, chunks and requests, and each view says so', async () => {
  const { page, runs, run, stage } = openedPage({ clock })
  const graph = new Pipeline('chat')
    .withStage('llm', async function* () {
      yield 'the words of a user'
      await clock.sleep(1)
      return { text: 'the words of a user' }
    })
    .withStage('ask', () => StageOutput.suspend({ words: 'the words of a user' }), { dependencies: ['llm'] })
    .build({ clock, eventSink: page })
  const ended = graph.run({ inputText: 'the words of a user' })
  await clock.runAll()
  await ended
  const id = (await runs())[0]?.id ?? ''
  const views = [await run(id), await stage(id, 'llm'), await stage(id, 'ask')]

  expect(JSON.stringify(views)).not.toContain('the words of a user')
  expect(views.map(({ data }) => data)).toEqual([false, false, false])
  expect(views[0]).toMatchObject({ questions: [{ path: ['ask'] }], summary: { asking: ['ask'], status: 'suspended' } })
  expect(views[1]).toMatchObject({ row: { chunks: 1 } })
})

test('a live suspended run shows what it asks, also inside a child pipeline, and can only be answered by code', async () => {
  const { page, runs, run } = openedPage({ clock, data: true, actions: true })
  const kid = new Pipeline('kid').withStage('check', () => StageOutput.suspend({ question: 'ok?' }))
  const graph = new Pipeline('order').withPipeline('kid', kid).build({ clock, eventSink: page })
  await graph.run({})
  const id = (await runs()).find(({ pipeline }) => pipeline === 'order')?.id ?? ''
  const view = await run(id)

  expect(view.questions).toEqual([{ path: ['kid', 'check'], request: { question: 'ok?' } }])
  expect(view.acts).toEqual([])
  expect(view.children).toMatchObject([
    { pipeline: 'kid', status: 'suspended', parent: { id, stage: 'kid', path: 'kid' } },
  ])
})

test('a failed run names the stage and the error, and stages that never ran are cancelled', async () => {
  const { page, runs, run } = openedPage({ clock })
  const graph = new Pipeline('chat')
    .withStage('llm', () => Promise.reject(new Error('the model is down')))
    .withStage('save', takes(5), { dependencies: ['llm'] })
    .build({ clock, eventSink: page })
  await graph.runSettled({})
  const [summary] = await runs()
  expect(summary).toMatchObject({
    status: 'failed',
    failedStage: 'llm',
    done: 1,
    error: { message: 'the model is down' },
  })
  const { report } = await run(summary?.id ?? '')
  expect(report.stages['save']).toMatchObject({ status: 'cancel' })
})

test('attempts are there while a stage is being retried', async () => {
  const { page, runs, run } = openedPage({ clock })
  const again: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      const output = await next(context)
      return output.status === 'fail' ? next(context) : output
    },
  }
  const graph = new Pipeline('chat')
    .withStage('llm', async ({ attempt }) => {
      await clock.sleep(10)
      if (attempt === 1) throw new Error('503')
    })
    .build({ clock, eventSink: page, interceptors: [again] })
  const ended = graph.run({})
  await clock.advance(15)
  const id = (await runs())[0]?.id ?? ''
  const { llm } = (await run(id)).report.stages
  expect(llm?.attempts).toMatchObject([
    { attempt: 1, startedAt: 0, endedAt: 10, status: 'retry', error: { message: '503' } },
    { attempt: 2, startedAt: 10 },
  ])
  expect(llm).not.toHaveProperty('status')
  await clock.runAll()
  await ended
})

test('the items of a map are counted while it runs', async () => {
  const { page, runs, run } = openedPage({ clock })
  const graph = new Pipeline('mail')
    .withMap('letters', {
      over: () => ['a', 'b', 'c'],
      key: (name) => name,
      onItemFailure: 'collect',
      each: async (name) => {
        if (name === 'a') throw new Error('no address')
        await clock.sleep(name === 'b' ? 10 : 30)
      },
    })
    .build({ clock, eventSink: page })
  const ended = graph.run({})
  await clock.advance(20)
  const id = (await runs())[0]?.id ?? ''
  const items = (await run(id)).report.stages['letters']?.items
  expect(items).toMatchObject({ total: 3, ok: 1, fail: 1, unfinished: 1, attempts: 3 })
  expect(items?.records).toMatchObject([
    { index: 0, key: 'a', status: 'fail', error: { message: 'no address' } },
    { index: 1, key: 'b', status: 'ok', startedAt: 0, endedAt: 10 },
    { index: 2, key: 'c', startedAt: 0 },
  ])
  await clock.runAll()
  await ended
  expect((await run(id)).report.stages['letters']?.items).toMatchObject({ total: 3, ok: 2, fail: 1, unfinished: 0 })
})

test('child runs are found from their parent, and are not in the list', async () => {
  const { page, runs, run } = openedPage({ clock })
  const child = new Pipeline('bill').withStage('meter', takes(20)).build({ clock, eventSink: page })
  const graph = new Pipeline('order')
    .withStage('bill', (context) => context.runChild(child, {}).orFail())
    .build({ clock, eventSink: page })
  const ended = graph.run({})
  await clock.advance(5)
  const listed = await runs()
  expect(listed.map(({ pipeline }) => pipeline)).toEqual(['order'])
  const { children } = await run(listed[0]?.id ?? '')
  expect(children).toMatchObject([{ pipeline: 'bill', status: 'running', parent: { stage: 'bill' } }])
  expect(await run(children[0]?.id ?? '')).toMatchObject({
    graph: { name: 'bill' },
    report: { stages: { meter: { startedAt: 0 } } },
  })
  await clock.runAll()
  await ended
})

test('a child run whose parent is not watched is in the list', async () => {
  const { page, runs } = openedPage({ clock })
  const child = new Pipeline('bill').withStage('meter', takes(20)).build({ clock, eventSink: page })
  const graph = new Pipeline('order')
    .withStage('bill', (context) => context.runChild(child, {}, { eventSink: page }).orFail())
    .build({ clock })
  const ended = graph.run({})
  await clock.runAll()
  await ended
  expect(await runs()).toMatchObject([{ pipeline: 'bill', status: 'completed', parent: { stage: 'bill' } }])
})

test('a run that begins with the id of an older one takes its place', async () => {
  const { page, runs, run } = openedPage({ clock })
  const graph = (ms: number) =>
    new Pipeline('chat').withStage(`stage-${ms}`, takes(ms)).build({ clock, eventSink: page })
  for (const ms of [10, 20]) {
    const ended = graph(ms).run({ pipelineRunId: 'run-1' })
    await clock.runAll()
    await ended
  }
  expect(await runs()).toMatchObject([{ startedAt: 10, endedAt: 30, stages: 1, done: 1 }])
  expect(Object.keys((await run('run-1')).report.stages)).toEqual(['stage-20'])
})

test('a run of which only events come has no graph, so no critical path is claimed', async () => {
  const { page, runs, run } = openedPage({ clock })
  const graph = new Pipeline('chat')
    .withStage('llm', takes(5))
    .build({ clock, eventSink: { emit: page.emit, tryEmit: page.tryEmit } })
  const ended = graph.run({})
  await clock.runAll()
  await ended
  const [summary] = await runs()
  expect(summary).toMatchObject({ status: 'completed', stages: 1, done: 1 })
  const view = await run(summary?.id ?? '')
  expect(view).not.toHaveProperty('graph')
  expect(view.report.stages['llm']).toMatchObject({ status: 'ok', startedAt: 0, endedAt: 5 })
})

test('runs that ended first are dropped when the bytes are used up', async () => {
  const { page, runs, ask } = openedPage({ clock, maxBytes: 10_000 })
  const graph = new Pipeline('chat').withStage('llm', () => undefined).build({ clock, eventSink: page })
  for (let turn = 0; turn < 20; turn++) await graph.run({ pipelineRunId: `run-${turn}` })
  const { runs: kept, bytes, droppedRuns } = page.stats()
  expect(bytes).toBeLessThanOrEqual(10_000)
  expect(kept + droppedRuns).toBe(20)
  expect(kept).toBeGreaterThan(2)
  expect((await runs())[0]?.id).toBe('run-19')
  expect(await refusalOf(await ask('/api/runs/run-0'))).toBe('404 inspector/unknown-run')
})

test('a stage or a run that does not exist is refused by name, and so is another path or method', async () => {
  const { page, ask } = openedPage({ clock })
  await new Pipeline('chat')
    .withStage('llm', () => undefined)
    .build({ clock, eventSink: page })
    .run({ pipelineRunId: 'run-1' })
  expect(await refusalOf(await ask('/api/runs/run-2'))).toBe('404 inspector/unknown-run')
  expect(await refusalOf(await ask('/api/runs/run-1/stages/save'))).toBe('404 inspector/no-such-stage')
  expect(await refusalOf(await ask('/api/nothing'))).toBe('404 inspector/not-found')
  expect(await refusalOf(await ask('/api/runs', { method: 'DELETE' }))).toBe('404 inspector/not-found')
  expect(await refusalOf(await ask('/api/runs/%E0%A4%A'))).toBe('400 inspector/unreadable-request')
})
