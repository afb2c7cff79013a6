import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { EventSink, Interceptor, StageContext, StageflowEvent } from '../src/index.ts'

// Code that a run calls may stop that run from inside the call: sinks, observers, interceptors, conditions, stages.

const TERMINAL = /\.(completed|failed|skipped|cancelled|abandoned)$/

/** What holds of the events of one run, whatever happened in it. */
function expectWellOrdered(events: readonly StageflowEvent[]): void {
  for (const id of new Set(events.map(({ pipelineRunId }) => pipelineRunId))) {
    const run = events.filter(({ pipelineRunId }) => pipelineRunId === id)
    expect(run.map(({ seq }) => seq)).toEqual(run.map((_, index) => index))
    expect(run.filter(({ type }) => /^pipeline\.(completed|failed|cancelled)$/.test(type))).toEqual([run.at(-1)])
    const started = run
      .filter(({ type }) => type.startsWith('stage.') && type.endsWith('.started'))
      .map(({ stage }) => stage)
    expect(new Set(started).size).toBe(started.length)
    for (const stage of new Set(run.map((event) => event.stage).filter((name) => name !== undefined))) {
      const own = run
        .filter((event) => event.stage === stage && event.type.startsWith('stage.'))
        .map(({ type }) => type)
      expect(
        own.filter((type) => TERMINAL.test(type)),
        stage,
      ).toHaveLength(1)
      expect(own.at(-1)).toMatch(TERMINAL)
    }
  }
}

function pipeline() {
  const child = new Pipeline('child').withStage(
    'inner',
    async (context) => void (await context.clock.sleep(5, context.signal)),
  )
  return new Pipeline('demo')
    .withStage('sync', () => ({ sync: true }))
    .withStage('async', async (context) => void (await context.clock.sleep(10, context.signal)))
    .withStage('skip', () => StageOutput.skip('x'))
    .withStage('after-skip', () => ({}), { dependencies: ['skip'] })
    .withStage(
      'tolerated',
      () => {
        throw new Error('x')
      },
      { onFailure: 'skip' },
    )
    .withPipeline('child', child, { dependencies: ['sync'], kind: StageKind.AGENT })
    .withStage(
      'stream',
      async function* () {
        yield 1
        yield 2
        return {}
      },
      { dependencies: ['sync'] },
    )
    .withStage('last', (context: StageContext) => context.onCleanup(() => {}), {
      dependencies: ['async', 'child', 'stream'],
    })
}
const wrapped: Interceptor = {
  name: 'wrapped',
  wrap: (next) => async (context) => next(context),
  wrapRun: (next) => async (run) => next(run),
}

test.each([
  ['bare', []],
  ['wrapped', [wrapped]],
] as const)(
  'a sink may stop the run at any event: every run ends as cancelled, with its events in order (%s)',
  async (_, interceptors) => {
    const whole = await stoppedAt(Infinity, interceptors)
    expect(whole.result.status).toBe('completed')
    expect(whole.events.length).toBeGreaterThan(20)
    for (let at = 0; at < whole.events.length - 1; at++) {
      const { result, events } = await stoppedAt(at, interceptors)
      expectWellOrdered(events)
      const inChild = whole.events[at]?.parentRunId !== undefined
      expect(result.status, `stopped at ${whole.events[at]?.type}${inChild ? ' of the child' : ''}`).toBe('cancelled')
      expect(events.at(-1)?.type).toBe('pipeline.cancelled')
    }
  },
)

async function stoppedAt(at: number, interceptors: readonly Interceptor[]) {
  const events: StageflowEvent[] = []
  const caller = new AbortController()
  const take = (event: StageflowEvent): void => {
    events.push(event)
    if (events.length - 1 === at) caller.abort(new Error(`stopped at ${at}`))
  }
  const eventSink: EventSink = { emit: take, tryEmit: take }
  const settled = pipeline()
    .build({ clock, eventSink, interceptors })
    .runSettled({}, { signal: caller.signal, chunkEvents: true })
  await clock.advance(20)
  return { result: await settled, events }
}

test('an observer may stop the run when any stage settles', async () => {
  const names = pipeline().stages.map(({ name }) => name)
  for (const name of [...names, 'inner']) {
    const events: StageflowEvent[] = []
    const caller = new AbortController()
    const stopping: Interceptor = {
      name: 'stopping',
      settled: (record) => void (record.stage === name && caller.abort(new Error('enough'))),
    }
    const eventSink: EventSink = {
      emit: (event) => void events.push(event),
      tryEmit: (event) => void events.push(event),
    }
    const settled = pipeline()
      .build({ clock, eventSink, interceptors: [stopping] })
      .runSettled({}, { signal: caller.signal })
    await clock.advance(20)
    expect(await settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expectWellOrdered(events)
  }
})

test('a condition may stop its run, and no stage starts afterwards', async () => {
  const caller = new AbortController()
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => void log.push('a'), {
      when: () => {
        caller.abort(new Error('enough'))
        return false
      },
    })
    .withStage('b', () => void log.push('b'))
    .build({ clock })
  expect(await graph.run({}, { signal: caller.signal })).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(log).toEqual([])
})

test('a synchronous stage may stop its run: its data is kept, and no stage starts afterwards', async () => {
  const caller = new AbortController()
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => {
      caller.abort(new Error('enough'))
      return { kept: true }
    })
    .withStage('b', () => void log.push('b'))
    .withStage('c', () => void log.push('c'), { dependencies: ['a'] })
    .build({ clock })
  expect(await graph.run({}, { signal: caller.signal })).toMatchObject({
    status: 'cancelled',
    data: { a: { kept: true } },
  })
  expect(log).toEqual([])
})

test('a stage may start a separate run of the graph that it is part of', async () => {
  let depth = 0
  const again = async (): Promise<{ inner: string }> =>
    depth++ < 3 ? { inner: (await graph.run()).status } : { inner: 'none' }
  const graph = new Pipeline('demo').withStage('a', again).build({ clock })
  expect((await graph.run()).data).toEqual({ a: { inner: 'completed' } })
})

test('if an abort handler throws, the listeners after it are still called', async () => {
  const log: string[] = []
  const unhandled: unknown[] = []
  const keep = (error: unknown): void => void unhandled.push(error)
  process.on('uncaughtException', keep)
  const listening = (name: string) => (context: StageContext<{}>) =>
    new Promise<object>((resolve) =>
      context.signal.addEventListener('abort', () => {
        log.push(name)
        resolve({})
        if (name === 'first') throw new Error('a handler broke')
      }),
    )
  const run = new Pipeline('demo')
    .withStage('first', listening('first'))
    .withStage('second', listening('second'))
    .build({ clock })
    .start()
  run.cancel('enough')
  expect((await run.settled).status).toBe('cancelled')
  await clock.settle()
  process.off('uncaughtException', keep)
  expect(log).toEqual(['first', 'second'])
  expect(unhandled).toMatchObject([{ message: 'a handler broke' }])
})

test("the stage of a condition that stops the run and returns true doesn't start", async () => {
  const caller = new AbortController()
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => void log.push('a'), {
      when: () => {
        caller.abort(new Error('enough'))
        return true
      },
    })
    .build({ clock })
  const result = await graph.run({}, { signal: caller.signal })
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.stages['a']).toMatchObject({ status: 'cancel', startedAt: undefined })
  expect(log).toEqual([])
})
