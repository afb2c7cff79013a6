import { afterEach, expect, test, vi } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { NoOpEventSink, Pipeline, StageOutput, isStageEvent, setEventSink } from '../src/index.ts'
import type { EventSink, StageContext, StageflowEvent } from '../src/index.ts'

let clock = manualClock()
let eventSink = recordingSink()
afterEach(() => {
  setEventSink(NoOpEventSink)
  expect(clock.timers).toEqual([])
  clock = manualClock()
  eventSink = recordingSink()
})

test("case 10: each stage that started has one started and one terminal event, the event numbers have no gap, and the run's event is last", async () => {
  const graph = new Pipeline('demo')
    .withStage('ok', async (context) => void (await context.clock.sleep(10)))
    .withStage('skip', () => StageOutput.skip('x'))
    .withStage(
      'tolerated',
      () => {
        throw new Error('x')
      },
      { onFailure: 'skip' },
    )
    .withStage('unwanted', () => ({}), { when: () => false })
    .withStage('after', () => ({}), { dependencies: ['ok'] })
    .withPipeline(
      'child',
      new Pipeline('child').withStage('inner', () => ({})),
      { dependencies: ['ok'] },
    )
    .build({ clock, eventSink })
  const settled = graph.run({
    pipelineRunId: 'run-1',
    requestId: 'q',
    sessionId: 's',
    userId: 'u',
    orgId: 'o',
    interactionId: 'i',
  })
  await clock.advance(10)
  await settled
  const own = eventSink.events.filter(({ pipelineRunId }) => pipelineRunId === 'run-1')
  const child = eventSink.events.filter(({ pipelineRunId }) => pipelineRunId !== 'run-1')
  for (const run of [own, child]) {
    expect(run.map(({ seq }) => seq)).toEqual(run.map((_, index) => index))
    expect(run.map(({ timestamp }) => timestamp)).toEqual(
      run.map(({ timestamp }) => timestamp).toSorted((a, b) => a - b),
    )
    expect(run[0]?.type).toBe('pipeline.started')
    expect(run.at(-1)?.type).toBe('pipeline.completed')
  }
  expect(own.map(({ type }) => type)).toEqual([
    'pipeline.started',
    'stage.ok.started',
    'stage.skip.started',
    'stage.skip.skipped',
    'stage.tolerated.started',
    'stage.tolerated.failed',
    'stage.unwanted.skipped',
    'stage.ok.completed',
    'stage.after.started',
    'stage.after.completed',
    'stage.child.started',
    'pipeline.child_started',
    'pipeline.child_completed',
    'stage.child.completed',
    'pipeline.completed',
  ])
  expect(child.every((event) => event.parentRunId === 'run-1' && event.userId === 'u')).toBe(true)
  expect(own[1]).toEqual({
    type: 'stage.ok.started',
    data: { kind: 'transform', readyAt: 0, releasedBy: undefined },
    seq: 1,
    timestamp: 0,
    stage: 'ok',
    pipelineRunId: 'run-1',
    parentRunId: undefined,
    requestId: 'q',
    sessionId: 's',
    userId: 'u',
    orgId: 'o',
    interactionId: 'i',
  })
  expect(own.find(({ type }) => type === 'stage.ok.completed')).toMatchObject({
    timestamp: 10,
    data: { durationMs: 10, attempts: 1 },
  })
  expect(own.at(-1)?.data).toEqual({ pipeline: 'demo', durationMs: 10 })
})

test('the terminal event of a run has its status, and the errors or the reason', async () => {
  const run = async (stage: () => object) => {
    await new Pipeline('demo').withStage('a', stage).build({ clock, eventSink }).runSettled()
    return eventSink.events.at(-1)
  }
  expect(await run(() => StageOutput.cancel('no'))).toMatchObject({
    type: 'pipeline.cancelled',
    data: { reason: 'no' },
    stage: undefined,
  })
  expect(await run(() => StageOutput.fail('broken'))).toMatchObject({
    type: 'pipeline.failed',
    data: { errors: [{ code: 'core/stage-failed', message: 'broken', stage: 'a' }] },
  })
})

test('isStageEvent recognizes the events of stages, for any name of the stage', async () => {
  await new Pipeline('demo')
    .withStage('completed', () => ({}))
    .build({ clock, eventSink })
    .run()
  expect(eventSink.events.map((event) => [isStageEvent(event, 'started'), isStageEvent(event, 'completed')])).toEqual([
    [false, false],
    [true, false],
    [false, true],
    [false, false],
  ])
})

test('a stage emits its own events, and can pass on the functions that emit them', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', async ({ tryEmitEvent, emitEvent }) => {
      expect(tryEmitEvent('cache.hit', { key: 'x' })).toBe(true)
      await emitEvent('cache.stored', { key: 'y' })
    })
    .build({ clock, eventSink })
  await graph.run()
  expect(eventSink.events.slice(2, 4)).toMatchObject([
    { type: 'cache.hit', data: { key: 'x' }, stage: 'a', seq: 2 },
    { type: 'cache.stored', stage: 'a', seq: 3 },
  ])
})

test.each([
  'stage.a.completed',
  'pipeline.completed',
  'stage.',
  'pipeline.x',
  'nodot',
  '',
  '.a',
  'a.',
  'a..b',
  'a b.c',
  5,
  undefined,
])('the type %o is refused (core/event-type), with or without a sink', async (type) => {
  for (const sink of [{ eventSink }, {}]) {
    const emit: ((context: StageContext<{}>) => unknown)[] = [
      (context) => context.tryEmitEvent(type as never, {}),
      (context) => context.emitEvent(type as never, {}),
    ]
    for (const one of emit) {
      const result = await new Pipeline('demo')
        .withStage('a', async (context) => void (await one(context)))
        .build({ clock, ...sink })
        .runSettled()
      expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/event-type' }] })
    }
  }
})

test.each([null, undefined, 5, 'x', true, () => {}])(
  'the data %o of an event is refused (core/event-data), with or without a sink',
  async (data) => {
    for (const sink of [{ eventSink }, {}]) {
      const emit: ((context: StageContext<{}>) => unknown)[] = [
        (context) => context.tryEmitEvent('cache.hit', data as never),
        (context) => context.emitEvent('cache.hit', data as never),
      ]
      for (const one of emit) {
        const result = await new Pipeline('demo')
          .withStage('a', async (context) => void (await one(context)))
          .build({ clock, ...sink })
          .runSettled()
        expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/event-data' }] })
        expect(result.status === 'failed' && result.errors[0]?.message).toMatch(
          /^The data of the event "cache\.hit" must be an object, not .*\.$/,
        )
      }
    }
  },
)

test('the sink of a run is used before that of its graph, and that before the process default', async () => {
  const [process, graphs, runs] = [recordingSink(), recordingSink(), recordingSink()]
  setEventSink(process)
  const pipeline = new Pipeline('demo').withStage('a', () => ({}))
  await pipeline.build({ clock }).run()
  await pipeline.build({ clock, eventSink: graphs }).run()
  await pipeline.build({ clock, eventSink: graphs }).run({}, { eventSink: runs })
  await pipeline.build({ clock, eventSink: NoOpEventSink }).run()
  expect([process, graphs, runs].map(({ events }) => events.length)).toEqual([4, 4, 4])
})

test('a sink without emit and tryEmit is refused by the call that gets it (core/sink, core/illegal-option)', async () => {
  const pipeline = new Pipeline('demo').withStage('a', () => ({}))
  const must = expect.stringContaining('an event sink with emit(), tryEmit()')
  for (const wrong of [{ emit: () => {} }, null, 5] as unknown as EventSink[]) {
    expect(() => setEventSink(wrong)).toThrow(expect.objectContaining({ code: 'core/sink', message: must }))
    expect(() => pipeline.build({ eventSink: wrong })).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code: 'core/illegal-option', message: must })] }),
    )
    await expect(pipeline.build({ clock }).run({}, { eventSink: wrong })).rejects.toMatchObject({
      code: 'core/illegal-option',
      message: must,
    })
  }
})

test('with NoOpEventSink, the context creates no event', async () => {
  const emit = vi.spyOn(crypto, 'randomUUID')
  await new Pipeline('demo')
    .withStage('a', (context) => void context.tryEmitEvent('cache.hit', {}))
    .build({ clock, eventSink: NoOpEventSink })
    .run()
  expect(emit).not.toHaveBeenCalled()
  emit.mockRestore()
  expect(NoOpEventSink.tryEmit({} as StageflowEvent)).toBe(true)
  expect(NoOpEventSink.emit({} as StageflowEvent)).toBe(undefined)
  expect(Object.isFrozen(NoOpEventSink)).toBe(true)
})

test('if the sink refuses an event, tryEmitEvent returns false and the report counts the event as dropped', async () => {
  const full = recordingSink({ refuse: ({ type }) => (type as string) === 'cache.hit' })
  const graph = new Pipeline('demo')
    .withStage('a', (context) => ({
      taken: [context.tryEmitEvent('cache.hit', {}), context.tryEmitEvent('cache.miss', {})],
    }))
    .build({ clock, eventSink: full })
  const { data, report } = await graph.run()
  expect(data).toEqual({ a: { taken: [false, true] } })
  expect(report.droppedEvents).toBe(1)
  expect(full.refused.map(({ seq }) => seq)).toEqual([2])
})

test("a sink that throws is reported once and doesn't fail the run, and each dropped event is counted (core/sink-threw)", async () => {
  const throwing: EventSink = {
    emit: () => {
      throw new Error('disk full')
    },
    tryEmit: () => {
      throw new Error('disk full')
    },
  }
  const rejecting: EventSink = {
    emit: async () => {
      throw new Error('disk full')
    },
    tryEmit: (async () => {
      throw new Error('disk full')
    }) as never,
  }
  for (const sink of [throwing, rejecting]) {
    const { status, report } = await new Pipeline('demo')
      .withStage('a', async (context) => void (await context.emitEvent('cache.hit', {})))
      .build({ clock, eventSink: sink })
      .run()
    expect(status).toBe('completed')
    expect(report.notes['core/problems']).toMatchObject([
      { code: 'core/sink-threw', message: expect.stringContaining('disk full'), cause: { message: 'disk full' } },
    ])
    if (sink === throwing) expect(report.droppedEvents).toBe(5)
  }
})

test("emitEvent waits while the sink pushes back, and tryEmitEvent doesn't", async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', async (context) => {
      context.tryEmitEvent('app.first', {})
      log.push('first')
      await context.emitEvent('app.second', {})
      log.push('second')
    })
    .build({ clock, eventSink })
  eventSink.pause()
  const settled = graph.run()
  await clock.settle()
  expect([log, eventSink.waiting]).toEqual([['first'], 1])
  eventSink.resume()
  await settled
  expect(log).toEqual(['first', 'second'])
})

test('a stop frees a stage from a sink that pushes back', async () => {
  eventSink.pause()
  const run = new Pipeline('demo')
    .withStage('a', async (context) => void (await context.emitEvent('app.event', {})))
    .build({ clock, eventSink })
    .start({}, { cleanupMs: 10 })
  await clock.settle()
  run.cancel('enough')
  await clock.advance(10)
  const { status, report } = await run.settled
  expect(status).toBe('cancelled')
  expect(report.notes['core/problems']).toMatchObject([{ code: 'core/sink-timed-out' }])
  eventSink.resume()
})

test('the last event is awaited, for cleanupMs at most (core/sink-timed-out)', async () => {
  eventSink.pause()
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock, eventSink })
  let settledAt = -1
  const settled = graph.run({}, { cleanupMs: 100 }).then((result) => {
    settledAt = clock.now()
    return result
  })
  await clock.advance(50)
  expect(settledAt).toBe(-1)
  await clock.advance(50)
  expect((await settled).report.notes['core/problems']).toMatchObject([
    { code: 'core/sink-timed-out', message: expect.stringContaining('within 100 ms (cleanupMs)') },
  ])
  expect(settledAt).toBe(100)

  const patient = graph.run()
  await clock.settle()
  eventSink.resume()
  expect((await patient).report.notes).toEqual({})
})

test('a run reads the default sink of the process when it starts', async () => {
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock })
  setEventSink(eventSink)
  await graph.run()
  expect(eventSink.events).toHaveLength(4)
})

test("emitEvent in a stopped stage doesn't wait for the sink", async () => {
  const log: string[] = []
  const run = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.clock.sleep(10)
      eventSink.pause()
      await context.emitEvent('app.event', {})
      log.push(`went on at ${clock.now()}`)
      eventSink.resume()
    })
    .build({ clock, eventSink })
    .start()
  run.cancel('enough')
  await clock.advance(10)
  expect((await run.settled).status).toBe('cancelled')
  expect(log).toEqual(['went on at 10'])
})
