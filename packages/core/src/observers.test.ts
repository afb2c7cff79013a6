import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { Pipeline, StageOutput, StageflowError, createSlot } from './index.ts'
import type { EventSink, Interceptor, RunContext, RunOutcome, StageRecord } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

test('an observer is told once of every stage that settled, skipped and failed ones too, with its final record', async () => {
  const told: StageRecord[] = []
  const graph = new Pipeline('demo')
    .withStage('ok', () => ({ ok: 1 }))
    .withStage('skipped', () => StageOutput.skip('not now'))
    .withStage('skipped-too', () => ({}), { dependencies: ['skipped'] })
    .withStage('unwanted', () => ({}), { when: () => false })
    .withStage(
      'tolerated',
      () => {
        throw new Error('tolerated')
      },
      { onFailure: 'skip' },
    )
    .withStage('failed', async () => {
      throw new Error('failed')
    })
    .build({ clock, interceptors: [{ name: 'observer', settled: (record) => void told.push(record) }] })
  const { report } = await graph.runSettled()
  expect(
    told.map(({ stage, status, reason, error, tolerated }) => [stage, status, reason ?? error?.message, tolerated]),
  ).toEqual([
    ['ok', 'ok', undefined, undefined],
    ['skipped', 'skip', 'not now', undefined],
    ['unwanted', 'skip', 'its condition (when) was false', undefined],
    ['tolerated', 'fail', 'tolerated', true],
    ['skipped-too', 'skip', 'dependency "skipped" was skipped', undefined],
    ['failed', 'fail', 'failed', undefined],
  ])
  for (const record of told) expect(report.stages[record.stage]).toEqual(record)
})

test('a stage that never started because the run ended is told to nobody', async () => {
  const told: string[] = []
  const graph = new Pipeline('demo')
    .withStage('stop', () => StageOutput.cancel('stop'))
    .withStage('never', () => ({}), { dependencies: ['stop'] })
    .build({
      clock,
      interceptors: [{ name: 'observer', settled: ({ stage, status }) => void told.push(`${stage} ${status}`) }],
    })
  const { report } = await graph.run()
  expect(told).toEqual(['stop cancel'])
  expect(report.stages['never']).toMatchObject({
    status: 'cancel',
    startedAt: undefined,
    endedAt: undefined,
    attempts: [],
  })
})

test('an observer sees what interceptors outside it answered: cached hits, open circuits, time-outs', async () => {
  const told: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => ({ a: 1 }))
    .build({
      clock,
      interceptors: [
        { name: 'cache', wrap: () => () => StageOutput.skip('circuit open') },
        { name: 'observer', settled: ({ status, reason }) => void told.push(`${status} ${reason}`) },
      ],
    })
  await graph.run()
  expect(told).toEqual(['skip circuit open'])
})

test('an abandoned stage is told once, as abandoned', async () => {
  const told: StageRecord[] = []
  const run = new Pipeline('demo')
    .withStage('stuck', () => new Promise<object>(() => {}))
    .build({ clock, interceptors: [{ name: 'observer', settled: (record) => void told.push(record) }] })
    .start({}, { graceMs: 10 })
  run.cancel('enough')
  await clock.advance(10)
  await run.settled
  expect(told).toMatchObject([{ stage: 'stuck', status: 'cancel', abandoned: true }])
})

test('what an observer throws is reported once a run, under core/problems, and changes nothing (core/observer-threw)', async () => {
  const cause = new Error('a bug')
  const broken: Interceptor = {
    name: 'broken',
    settled: () => {
      throw cause
    },
  }
  const told: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', async () => ({ b: 1 }))
    .build({ clock, interceptors: [broken, { name: 'fine', settled: ({ stage }) => void told.push(stage) }] })
  for (const _ of ['once', 'again']) {
    const { status, data, report } = await graph.run()
    expect(status).toBe('completed')
    expect(data).toEqual({ a: { a: 1 }, b: { b: 1 } })
    expect(report.notes['core/problems']).toMatchObject([
      {
        code: 'core/observer-threw',
        message: 'Interceptor "broken" threw when it was told of stage "a": a bug. It changes nothing.',
        cause: { message: 'a bug' },
      },
    ])
  }
  expect(told).toEqual(['a', 'b', 'a', 'b'])
})

test('an observer reads the run, and may leave notes and events', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({
      clock,
      interceptors: [
        {
          name: 'observer',
          settled: (record, run) => run.note('acme/last' as never, `${run.pipelineRunId} ${record.stage}` as never),
        },
      ],
    })
  const { report } = await graph.run({ pipelineRunId: 'run-1' })
  expect(report.notes).toEqual({ 'acme/last': 'run-1 a' })
})

test('an observer that is asynchronous by mistake, and rejects, is reported too (core/observer-threw)', async () => {
  const settled = new Pipeline('demo')
    .withStage('quick', () => ({}))
    .withStage('slow', async (context) => void (await context.clock.sleep(10)))
    .build({
      clock,
      interceptors: [{ name: 'broken', settled: (async () => Promise.reject(new Error('a bug'))) as never }],
    })
    .run()
  await clock.advance(10)
  const { status, report } = await settled
  expect(status).toBe('completed')
  expect(report.notes['core/problems']).toMatchObject([
    { code: 'core/observer-threw', message: expect.stringContaining('"broken"') },
  ])
})

test('an observer reads how stages ended, those that an interceptor answered for and skipped ones too', async () => {
  const seen: unknown[] = []
  const observer: Interceptor = {
    name: 'observer',
    settled: ({ stage }, run) => void seen.push([stage, run.output(stage), run.output('c'), run.output('nowhere')]),
  }
  const cache: Interceptor = {
    name: 'cache',
    wrap: (next, { name }) => (name === 'a' ? () => StageOutput.ok({ cached: true }) : next),
  }
  await new Pipeline('demo')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', () => StageOutput.skip('not now'), { dependencies: ['a'] })
    .withStage('c', () => ({ c: 1 }), { dependencies: ['b'] })
    .build({ interceptors: [cache, observer] })
    .run()
  expect(seen).toMatchObject([
    ['a', { status: 'ok', data: { cached: true } }, undefined, undefined],
    ['b', { status: 'skip', reason: 'not now' }, { status: 'skip' }, undefined],
    ['c', { status: 'skip' }, { status: 'skip' }, undefined],
  ])
})

test('an observer is told once of every run, those too that an interceptor refused, before the last event and with the final outcome', async () => {
  const log: string[] = []
  const observer: Interceptor = {
    name: 'observer',
    runSettled: ({ status, reason, errors, droppedEvents, report, startedAt, endedAt }, run) => {
      expect([startedAt, endedAt]).toEqual([report.startedAt, report.endedAt])
      log.push([run.pipeline.name, status, reason ?? errors[0]?.code ?? '-', droppedEvents, report.status].join(' '))
    },
  }
  const refuse = (answer: (run: RunContext) => RunOutcome): Interceptor => ({
    name: 'refuse',
    wrapRun: (next) => (run) => (run.parent === undefined ? answer(run) : next(run)),
  })
  const eventSink: EventSink = {
    emit: ({ type }) => void log.push(type),
    tryEmit: ({ type }) => {
      log.push(type)
      return type !== 'pipeline.started'
    },
  }
  const ways: (readonly Interceptor[])[] = [
    [observer],
    [refuse((run) => run.fail(new StageflowError('quota/spent', 'no'))), observer],
    [observer, refuse((run) => run.cancel('closed'))],
  ]
  for (const interceptors of ways) {
    const demo = new Pipeline('demo').withPipeline(
      'inner',
      new Pipeline('inner').withStage('a', () => ({})),
    )
    await demo.build({ clock, eventSink, interceptors }).runSettled()
  }
  expect(log.filter((line) => !line.startsWith('stage.') && !line.includes('child'))).toEqual([
    'pipeline.started',
    'pipeline.started',
    'inner completed - 1 completed',
    'pipeline.completed',
    'demo completed - 1 completed',
    'pipeline.completed',
    'pipeline.started',
    'demo failed quota/spent 1 failed',
    'pipeline.failed',
    'pipeline.started',
    'demo cancelled closed 1 cancelled',
    'pipeline.cancelled',
  ])
})

test('an observer is told of every run that starts, before anything surrounds it, and may set its slots', async () => {
  const slot = createSlot<string>('acme/slot')
  const log: string[] = []
  const observer: Interceptor = {
    name: 'observer',
    runStarted: (run) => {
      run.set(slot, run.pipeline.name)
      log.push(`${run.pipeline.name} starts at ${run.clock.now()}`)
    },
    runSettled: ({ status }, run) => void log.push(`${run.get(slot)} ${status}`),
  }
  const refuse: Interceptor = {
    name: 'refuse',
    wrapRun: () => async (run) => {
      log.push('asked')
      return run.fail('no')
    },
  }
  const inner = new Pipeline('inner').withStage('a', (context) => void log.push(`a in ${context.get(slot)}`))
  const demo = new Pipeline('demo').withPipeline('inner', inner)
  await demo.build({ clock, interceptors: [observer] }).run()
  await demo.build({ clock, interceptors: [refuse, observer] }).runSettled()
  expect(log).toEqual([
    'demo starts at 0',
    'inner starts at 0',
    'a in inner',
    'inner completed',
    'demo completed',
    'demo starts at 0',
    'asked',
    'demo failed',
  ])
  const broken: Interceptor = { name: 'broken', runStarted: () => Promise.reject(new Error('no disk')) as never }
  const { status, report } = await demo.build({ clock, interceptors: [broken, observer] }).run()
  await Promise.resolve()
  expect([status, report.status]).toEqual(['completed', 'completed'])
})

test('an observer of runs is told without a sink too, and what it throws is reported and changes nothing (core/observer-threw)', async () => {
  const broken: Interceptor = {
    name: 'broken',
    runSettled: () => {
      throw new Error('no disk')
    },
  }
  const { status, report } = await new Pipeline('demo')
    .withStage('a', () => ({}))
    .build({ interceptors: [broken] })
    .run()
  expect(status).toBe('completed')
  expect(report.notes['core/problems']).toMatchObject([
    { code: 'core/observer-threw', message: expect.stringContaining('the run: no disk') },
  ])
})
