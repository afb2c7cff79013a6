import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, InterceptorContext, PipelineReport, StageContext, StageRecord } from '../src/index.ts'

test('`settled` is called once for every stage, skipped and failed ones included, with the final record', async () => {
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
  const { stages }: PipelineReport = report
  for (const record of told) expect(stages[record.stage]).toEqual(record)
})

test('`settled` is not called for a stage that never started because the run ended', async () => {
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

test('`settled` gets the outputs of outer interceptors: cache hits, open circuits, timeouts', async () => {
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

test('`settled` is called once for an abandoned stage, as abandoned', async () => {
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

test('a throw of `settled` is reported once per run under core/problems, and changes nothing else (core/observer-threw)', async () => {
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
        message: 'Interceptor "broken" threw when it was told of stage "a": a bug',
        cause: { message: 'a bug' },
      },
    ])
  }
  expect(told).toEqual(['a', 'b', 'a', 'b'])
})

test('an observer reads the facts of the run, and may add notes and emit events', async () => {
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

test('an observer that is asynchronous by mistake and rejects is reported (core/observer-threw)', async () => {
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

test('an observer can read the outputs of stages that an interceptor answered or that were skipped', async () => {
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

test('a note of an observer is in the record of the stage, and later observers get it', async () => {
  const seen: unknown[] = []
  const contexts = new Map<string, InterceptorContext>()
  const notes: Interceptor = {
    name: 'notes',
    onCall: () => (context) => void contexts.set(context.stage.name, context) as undefined,
    settled: ({ stage }) => {
      contexts.get(stage)?.note('acme/settled' as never, true as never)
      contexts.get('a')?.note('acme/last' as never, stage as never) // of another stage: not in this record
    },
  }
  const { report } = await new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}))
    .build({
      clock,
      interceptors: [notes, { name: 'after', settled: (record) => void seen.push({ ...record.notes }) }],
    })
    .run()
  expect(seen).toEqual([{ 'acme/settled': true, 'acme/last': 'a' }, { 'acme/settled': true }])
  expect(report.stages['a']?.notes).toEqual({ 'acme/settled': true, 'acme/last': 'b' })
})

test("a rejected promise that `settled` or `ended` returns is a problem of the report, and doesn't end the process", async () => {
  const reject = async (): Promise<never> => {
    throw new Error('not now')
  }
  const graph = new Pipeline('demo')
    .withStage('works', async (context: StageContext) => {
      context.heartbeat()
      await context.clock.sleep(1)
      return {}
    })
    .build({
      clock,
      interceptors: [
        { name: 'first', settled: reject as () => void },
        { name: 'second', onCall: () => () => ({ ended: reject as () => void }) },
        {
          name: 'late',
          wrapRun: (next) => async (run) => {
            const outcome = await next(run)
            await run.clock.sleep(1)
            return outcome
          },
        },
      ],
    })
  const settled = graph.run()
  await clock.advance(2)
  const { status, report } = await settled
  expect(status).toBe('completed')
  const problems = report.notes['core/problems'] ?? []
  expect(problems.map(({ code }) => code)).toEqual(Array(2).fill('core/observer-threw'))
  const said = problems.map(({ message }) => message).join()
  expect(said).toContain('Interceptor "first" threw')
  expect(said).toContain('Interceptor "second" threw')
})

test('an asynchronous observer that rejects is one problem of the report', async () => {
  const observer: Interceptor = {
    name: 'observer',
    settled: (async () => {
      throw new Error('x')
    }) as never,
  }
  const { report } = await new Pipeline()
    .withStage('a', () => ({}))
    .withStage('b', async () => {}, { dependencies: ['a'] })
    .build({ clock, interceptors: [observer] })
    .run()
  expect(report.notes['core/problems']).toMatchObject([{ code: 'core/observer-threw' }])
})
