import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput, StageflowError, defineStage } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'

/** Code that ignores its signal and ends only when the test calls end(). */
function deaf(): {
  readonly stage: (context: StageContext<{}>) => Promise<object>
  end(): void
  context(): StageContext<{}>
} {
  let end = (): void => {}
  let seen: StageContext<{}> | undefined
  return {
    stage: (context) => {
      seen = context
      return new Promise((resolve) => {
        end = () => resolve({ ended: true })
      })
    },
    end: () => end(),
    context: () => seen as StageContext<{}>,
  }
}

test('the run waits graceMs for a stage that ignores its signal, records it as abandoned, and settles', async () => {
  const stuck = deaf()
  const eventSink = recordingSink()
  const graph = new Pipeline('demo').withStage('stuck', stuck.stage).build({ clock, eventSink })
  const caller = new AbortController()
  const settled = graph.runSettled({}, { signal: caller.signal, graceMs: 300 })
  caller.abort(new Error('enough'))
  await clock.advance(299)
  expect(eventSink.types()).toEqual(['pipeline.started', 'stage.stuck.started'])
  await clock.advance(1)
  const result = await settled
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.stages['stuck']).toMatchObject({
    status: 'cancel',
    abandoned: true,
    startedAt: 0,
    endedAt: 300,
    reason: 'abandoned: its code still ran 300 ms after its signal had aborted',
  })
  expect(eventSink.types().slice(2)).toEqual(['stage.stuck.abandoned', 'pipeline.cancelled'])
})

test('the grace time is 5,000 ms by default, and one timer serves all stages', async () => {
  const stages = [0, 1, 2].map((index) => defineStage({ name: `s${index}`, run: deaf().stage }))
  const graph = Pipeline.from('demo', stages).build({ clock })
  const settled = graph.runSettled({}, { timeoutMs: 1_000 })
  await clock.advance(1_000)
  expect(clock.timers).toEqual([{ kind: 'timer', setAt: 1_000, dueAt: 6_000 }])
  await clock.advance(4_999)
  expect(clock.pending).toBe(1)
  await clock.advance(1)
  const { report } = await settled
  expect(Object.values(report.stages).map(({ abandoned }) => abandoned)).toEqual([true, true, true])
})

test('a graceMs of 0 abandons a stage at once, and Infinity waits until the stage ends', async () => {
  const first = deaf()
  const graph = (stage: typeof first.stage) => new Pipeline('demo').withStage('stuck', stage).build({ clock })
  const impatient = graph(first.stage).start({}, { graceMs: 0 })
  impatient.cancel('now')
  await clock.settle()
  expect((await impatient.settled).report.stages['stuck']?.abandoned).toBe(true)

  const second = deaf()
  const patient = graph(second.stage).start({}, { graceMs: Infinity })
  patient.cancel('whenever')
  await clock.advance(86_400_000)
  second.end()
  const result = await patient.settled
  expect(result.report.stages['stuck']).not.toHaveProperty('abandoned')
  expect(result.status).toBe('cancelled')
})

test('an abandoned stage has no effect: its events and notes are dropped, runChild rejects, and a cleanup runs at once', async () => {
  const stuck = deaf()
  const eventSink = recordingSink()
  const child = new Pipeline('child').withStage('inner', () => ({ inner: 1 }))
  const run = new Pipeline('demo')
    .withStage('stuck', stuck.stage)
    .build({ clock, eventSink })
    .start({}, { graceMs: 10 })
  run.cancel('enough')
  await clock.advance(10)
  const result = await run.settled
  const before = eventSink.events.length
  const context = stuck.context()

  expect(context.tryEmitEvent('app.late', {})).toBe(false)
  await context.emitEvent('app.late', {})
  context.note('usage', { inputTokens: 1 })
  await expect(context.runChild(child)).rejects.toMatchObject({
    code: 'core/run-over',
    message: expect.stringContaining('"stuck"'),
  })
  const log: string[] = []
  context.onCleanup(() => void log.push('cleaned'))
  expect(log).toEqual(['cleaned'])
  stuck.end()
  await clock.settle()
  expect(eventSink.events).toHaveLength(before)
  expect(result.report.stages['stuck']?.notes).toEqual({})
  // Its code still ran when the run stopped waiting, so only the start of its attempt is known.
  expect(result.report.stages['stuck']).toMatchObject({ status: 'cancel', endedAt: 10 })
  expect(result.report.stages['stuck']?.attempts).toEqual([
    { attempt: 1, startedAt: 0, endedAt: undefined, status: undefined },
  ])
})

test('an abandoned stage cannot start a child run while its run still waits for another stage', async () => {
  const stuck = deaf()
  const child = new Pipeline('child').withStage('inner', async (context) => {
    context.onCleanup(() => clock.sleep(100))
    await context.clock.sleep(1_000, context.signal)
    return {}
  })
  const run = new Pipeline('demo')
    .withStage('stuck', stuck.stage)
    .withPipeline('kid', child)
    .build({ clock })
    .start({}, { graceMs: 10 })
  run.cancel('enough')
  await clock.advance(10)

  await expect(stuck.context().runChild(child)).rejects.toMatchObject({
    code: 'core/run-over',
    message: 'Stage "stuck" was abandoned; it cannot start a child run. Stop when context.signal aborts.',
  })
  stuck.end()
  await clock.advance(90)
  expect((await run.settled).report).toMatchObject({ endedAt: 100, stages: { stuck: { abandoned: true } } })
})

test("a stage that ends in the grace time is recorded with its output, and its dependents don't start", async () => {
  const slow = deaf()
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('slow', slow.stage)
    .withStage('after', () => void log.push('after'), { dependencies: ['slow'] })
    .build({ clock })
  const run = graph.start()
  run.cancel('enough')
  await clock.advance(100)
  slow.end()
  const result = await run.settled
  expect(result.status).toBe('cancelled')
  expect(result.data).toEqual({ slow: { ended: true } })
  expect(result.outputs.slow?.status).toBe('ok')
  expect(result.report.stages['slow']).toMatchObject({ status: 'ok', endedAt: 100 })
  expect(result.report.stages['after']).toMatchObject({ status: 'cancel', startedAt: undefined, reason: 'enough' })
  expect(log).toEqual([])
})

// ---------- ending ≠ body

/** Answers in the place of stages after `ms`, as a time-out does. */
const answerAfter = (ms: number, stages: readonly string[] = ['slow']): Interceptor => ({
  name: 'answer-after',
  wrap: (next, { name }) =>
    !stages.includes(name)
      ? next
      : (context) =>
          Promise.race([
            Promise.resolve(next(context)),
            context.clock.sleep(ms).then(() => StageOutput.ok({ early: true })),
          ]),
})

test('if an interceptor answers while the code runs, dependents start, and the run waits for the code', async () => {
  const slow = deaf()
  const eventSink = recordingSink()
  const graph = new Pipeline('demo')
    .withStage('slow', slow.stage)
    .withStage('next', (context) => ({ saw: context.inputs.from('slow') }), { dependencies: ['slow'] })
    .build({ clock, eventSink, interceptors: [answerAfter(100)] })
  const settled = graph.run()
  await clock.advance(100)
  expect(eventSink.types().slice(-2)).toEqual(['stage.next.started', 'stage.next.completed'])
  await clock.advance(4_000)
  slow.end()
  const result = await settled
  expect(result.data).toEqual({ slow: { early: true }, next: { saw: { early: true } } })
  expect(result.report).toMatchObject({
    endedAt: 4_100,
    stages: { slow: { status: 'ok', endedAt: 100, attempts: [{ endedAt: 4_100, status: 'ok' }] } },
  })
  expect(result.report.stages['slow']).not.toHaveProperty('abandoned')
})

test('code that outlives its stage has the grace time once no other stage runs, and is then marked as abandoned', async () => {
  const slow = deaf()
  const eventSink = recordingSink()
  const graph = new Pipeline('demo')
    .withStage('slow', slow.stage)
    .withStage('busy', async (context) => void (await context.clock.sleep(2_000)))
    .build({ clock, eventSink, interceptors: [answerAfter(100)] })
  const settled = graph.run()
  await clock.advance(6_999)
  expect(eventSink.types().at(-1)).toBe('stage.busy.completed')
  await clock.advance(1)
  const result = await settled
  expect(result).toMatchObject({ status: 'completed', report: { endedAt: 7_000 } })
  expect(result.report.stages['slow']).toMatchObject({
    status: 'ok',
    abandoned: true,
    endedAt: 100,
    attempts: [{ endedAt: undefined, status: undefined }],
  })
  expect(eventSink.types().filter((type) => type.startsWith('stage.slow'))).toEqual([
    'stage.slow.started',
    'stage.slow.completed',
  ])
})

test('code that outlives its stage cannot start a child run (core/stage-ended)', async () => {
  let refused: unknown
  const graph = new Pipeline('demo')
    .withStage('slow', async (context) => {
      await context.clock.sleep(200)
      refused = await context
        .runChild(new Pipeline('child').withStage('inner', () => ({})))
        .catch((error: unknown) => error)
    })
    .build({ clock, interceptors: [answerAfter(100)] })
  const settled = graph.run()
  await clock.advance(200)
  expect((await settled).status).toBe('completed')
  expect(StageflowError.is(refused, 'core/stage-ended')).toBe(true)
})

test("code that outlives its stage keeps its slot, so maxConcurrency isn't exceeded", async () => {
  const slow = deaf()
  const eventSink = recordingSink()
  const graph = new Pipeline('demo')
    .withStage('slow', slow.stage)
    .withStage('other', () => ({ other: 1 }))
    .build({ clock, eventSink, interceptors: [answerAfter(100)] })
  const settled = graph.run({}, { maxConcurrency: 1 })
  await clock.advance(1_000)
  expect(eventSink.types().at(-1)).toBe('stage.slow.completed')
  slow.end()
  const result = await settled
  expect(result.report.stages['other']).toMatchObject({ status: 'ok', startedAt: 1_000 })
})

test('abandoned code frees its slot, and the next code that outlives its stage has a whole grace time', async () => {
  const graph = new Pipeline('demo')
    .withStage('first', () => new Promise<object>(() => {}))
    .withStage('second', () => new Promise<object>(() => {}))
    .build({
      clock,
      interceptors: [
        {
          name: 'at-once',
          wrap: (next) => (context) => {
            void next(context)
            return StageOutput.ok({ early: true })
          },
        },
      ],
    })
  const settled = graph.run({}, { maxConcurrency: 1, graceMs: 100 })
  await clock.advance(200)
  const { report } = await settled
  expect(report.stages).toMatchObject({
    first: { status: 'ok', abandoned: true, startedAt: 0 },
    second: { status: 'ok', abandoned: true, startedAt: 100 },
  })
  expect(report.endedAt).toBe(200)
})

test("the run doesn't wait if an interceptor answers without calling the code", async () => {
  const graph = new Pipeline('demo')
    .withStage('never', () => new Promise<object>(() => {}))
    .build({ clock, interceptors: [{ name: 'cache', wrap: () => () => StageOutput.ok({ cached: true }) }] })
  const result = await graph.run()
  expect(result.data).toEqual({ never: { cached: true } })
  expect(result.report.stages['never']?.attempts).toEqual([])
})

test.each<[when: string, stop: (cancel: () => void) => void]>([
  ['in the body, at once', (cancel) => cancel()],
  ['a microtask later', (cancel) => queueMicrotask(cancel)],
])(
  'a stop in the turn in which a freed slot starts a stage leaves that stage its whole grace time: %s',
  async (_, stop) => {
    const run = new Pipeline('demo')
      .withStage('slow', async (context) => void (await context.clock.sleep(70)))
      .withStage('next', async (context) => {
        stop(() => run.cancel('enough'))
        await context.clock.sleep(35)
        return { next: 1 }
      })
      .build({ clock, interceptors: [answerAfter(40)] })
      .start({}, { maxConcurrency: 1, graceMs: 40 })
    await clock.advance(200)
    const { status, report } = await run.settled
    expect(status).toBe('cancelled')
    expect(report.stages['next']).toMatchObject({ status: 'ok', startedAt: 70, endedAt: 105 })
    expect(report.stages['next']).not.toHaveProperty('abandoned')
    expect(report.endedAt).toBe(105)
  },
)

test('a stop while only code of settled stages runs does not lengthen the grace time of that code', async () => {
  const slow = deaf()
  const run = new Pipeline('demo')
    .withStage('slow', slow.stage)
    .build({ clock, interceptors: [answerAfter(40)] })
    .start({}, { graceMs: 100 })
  await clock.advance(90)
  run.cancel('enough')
  await clock.advance(100)
  const { status, report } = await run.settled
  expect(status).toBe('cancelled')
  expect(report).toMatchObject({ endedAt: 140, stages: { slow: { status: 'ok', endedAt: 40, abandoned: true } } })
})

test('the grace time of code of settled stages starts again after another stage has run', async () => {
  const stuck = deaf()
  const settled = new Pipeline('demo')
    .withStage('slow', async (context) => void (await context.clock.sleep(70)))
    .withStage('stuck', stuck.stage)
    .withStage('next', async (context) => void (await context.clock.sleep(100)))
    .build({ clock, interceptors: [answerAfter(40, ['slow', 'stuck'])] })
    .run({}, { maxConcurrency: 2, graceMs: 40 })
  await clock.advance(300)
  const { report } = await settled
  expect(report.stages['next']).toMatchObject({ status: 'ok', startedAt: 70, endedAt: 170 })
  expect(report).toMatchObject({ endedAt: 210, stages: { stuck: { status: 'ok', endedAt: 40, abandoned: true } } })
})

// ---------- a parent and its child

test('a parent waits longer than its child: the child abandons its stage first, and the parent gets its status', async () => {
  const stuck = deaf()
  const eventSink = recordingSink()
  const child = new Pipeline('child').withStage('inner', stuck.stage)
  const run = new Pipeline('demo').withPipeline('outer', child).build({ clock, eventSink }).start({}, { graceMs: 500 })
  run.cancel('enough')
  await clock.advance(500)
  const result = await run.settled
  expect(result.report.stages['outer']).toMatchObject({
    status: 'cancel',
    endedAt: 500,
    children: [{ status: 'cancelled', stages: { inner: { abandoned: true } } }],
  })
  expect(result.report.stages['outer']).not.toHaveProperty('abandoned')
  expect(eventSink.types().slice(-5)).toEqual([
    'stage.inner.abandoned',
    'pipeline.cancelled',
    'pipeline.child_cancelled',
    'stage.outer.cancelled',
    'pipeline.cancelled',
  ])
})

test("a child run that its stage doesn't await ends with the stage", async () => {
  const inner = async (context: StageContext): Promise<object> => {
    await context.clock.sleep(10_000, context.signal)
    return {}
  }
  const graph = new Pipeline('demo')
    .withStage('careless', (context) => {
      void context.runChild(new Pipeline('child').withStage('inner', inner))
      return { done: true }
    })
    .build({ clock })
  const result = await graph.run()
  expect(result.report.stages['careless']?.children).toMatchObject([
    { status: 'cancelled', stages: { inner: { status: 'cancel' } } },
  ])
  expect(clock.now()).toBe(0)
})
