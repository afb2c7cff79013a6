import { expect, test } from 'vitest'
import { Pipeline, PipelineBuildError, StageOutput, defineStage } from '../src/index.ts'
import { resumeRun } from '../src/durable.ts'
import { soft } from '../src/edges.ts'
import { clock } from './fresh-clock.ts'

// A soft edge: a stage waits for data for a limited time, once nothing else is missing.

const after =
  (ms: number, name = 'Ada') =>
  async () => {
    await clock.sleep(ms)
    return { name }
  }
/** Runs `answer`, which needs a guard of `guardMs` and waits `waitMs` for a profile of `profileMs`. Says what it read, and when it started. */
async function answered(guardMs: number, profileMs: number, waitMs: number): Promise<string> {
  const run = new Pipeline('p')
    .withStage('guard', after(guardMs))
    .withStage('profile', after(profileMs))
    .withStage(
      'answer',
      ({ inputs }) => ({
        hello: `${clock.now()} ${inputs.from('profile')?.name ?? 'you'} ${inputs.status('profile')}`,
      }),
      { dependencies: ['guard', soft('profile', { waitMs })] },
    )
    .build({ clock })
    .run()
  const from = clock.now()
  await clock.advance(1_000)
  const { data, report } = await run
  expect(report.stages.answer.readyAt).toBe(report.stages.answer.startedAt)
  expect(report.stages.profile.status).toBe('ok')
  const [at, ...words] = (data.answer?.hello ?? '').split(' ')
  return [Number(at) - from, ...words].join(' ')
}

test('a stage takes what has come, waits for a limited time once nothing else is missing, and then goes on without', async () => {
  expect(await answered(30, 10, 80)).toBe('30 Ada ok')
  expect(await answered(30, 100, 80)).toBe('100 Ada ok')
  expect(await answered(100, 30, 80)).toBe('100 Ada ok')
  expect(await answered(30, 300, 80)).toBe('110 you late')
  expect(await answered(30, 300, 0)).toBe('30 you late')
})

test('a stage was ready when the last dependency that it waited for came, whatever runs out after that', async () => {
  const recordOf = async (lateMs: number) => {
    const run = new Pipeline('p')
      .withStage('profile', after(20))
      .withStage('history', after(lateMs))
      .withStage('answer', after(200), {
        dependencies: [soft('profile', { waitMs: 40 }), soft('history', { waitMs: 80 })],
      })
      .build({ clock })
      .run()
    const from = clock.now()
    await clock.advance(1_000)
    const { readyAt = NaN, startedAt = NaN, releasedBy } = (await run).report.stages.answer
    return { readyAt: readyAt - from, startedAt: startedAt - from, releasedBy }
  }
  expect(await recordOf(10)).toEqual({ readyAt: 20, startedAt: 20, releasedBy: 'profile' })
  expect(await recordOf(60)).toEqual({ readyAt: 60, startedAt: 60, releasedBy: 'history' })
  expect(await recordOf(90)).toMatchObject({ readyAt: 80, startedAt: 80 })
})

test('edges with different waits have one timer: each runs out at its own time, counted from when nothing else was missing', async () => {
  const startOf = async (aMs: number, bMs: number): Promise<number> => {
    const run = new Pipeline('p')
      .withStage('first', after(10))
      .withStage('a', after(aMs))
      .withStage('b', after(bMs))
      .withStage('c', () => ({ at: clock.now() }), {
        dependencies: ['first', soft('a', { waitMs: 80 }), soft('b', { waitMs: 200 })],
      })
      .build({ clock })
      .run()
    const from = clock.now()
    await clock.advance(999)
    return ((await run).data.c?.at ?? NaN) - from
  }
  expect(await startOf(900, 900)).toBe(210) // both run out
  expect(await startOf(900, 50)).toBe(90) // b has come, a runs out
  expect(await startOf(900, 120)).toBe(120) // a has run out when b comes
  expect(await startOf(50, 900)).toBe(210) // a has come, b runs out
  expect(await startOf(20, 30)).toBe(30) // both have come
})

test('a soft edge counts in no join, and never skips or fails the stage', async () => {
  for (const join of ['all', 'every', 'any', 'settled', { quorum: 1 }] as const) {
    const run = new Pipeline('p')
      .withStage('need', () => ({}))
      .withStage('fails', () => StageOutput.fail('broken'), { onFailure: 'skip' })
      .withStage('skips', () => StageOutput.skip('none'))
      .withStage('never', () => ({}), { when: () => false })
      .withStage(
        'last',
        ({ inputs }) => ({
          seen: (['fails', 'skips', 'never'] as const).map(
            (name) => `${inputs.status(name)} ${inputs.from(name) === undefined}`,
          ),
        }),
        {
          dependencies: [
            'need',
            soft('fails', { waitMs: 10 }),
            soft('skips', { waitMs: 10 }),
            soft('never', { waitMs: 10 }),
          ],
          join,
        },
      )
      .build({ clock })
      .run()
    await clock.advance(20)
    expect((await run).data.last?.seen).toEqual(['skip true', 'skip true', 'skip true'])
  }
})

test('a failed soft dependency, when the run goes on, leaves the stage without its data', async () => {
  const result = await new Pipeline('p')
    .withStage('profile', () => StageOutput.fail('down'))
    .withStage('answer', ({ inputs }) => ({ seen: inputs.status('profile') }), {
      dependencies: [soft('profile', { waitMs: 50 })],
    })
    .build({ clock })
    .runSettled({}, { onStageFailure: 'continue' })
  expect(result.data.answer).toEqual({ seen: 'fail' })
})

test('a need out of reach still skips the stage, and its timer is not left behind', async () => {
  const run = new Pipeline('p')
    .withStage('need', async () => {
      await clock.sleep(10)
      return StageOutput.skip('none')
    })
    .withStage('profile', after(500))
    .withStage('answer', () => ({}), { dependencies: ['need', soft('profile', { waitMs: 100 })] })
    .build({ clock })
    .run()
  await clock.advance(600)
  expect((await run).report.stages.answer).toMatchObject({ status: 'skip', endedAt: 10 })
})

test('a stage with only soft dependencies waits from the start of the run, also with one slot', async () => {
  for (const maxConcurrency of [1, Infinity]) {
    const from = clock.now()
    const run = new Pipeline('p')
      .withStage('slow', after(300))
      .withStage('quick', () => ({ at: clock.now() - from }), { dependencies: [soft('slow', { waitMs: 40 })] })
      .build({ clock })
      .run({}, { maxConcurrency })
    await clock.advance(400)
    expect((await run).data.quick).toEqual({ at: maxConcurrency === 1 ? 300 : 40 })
  }
})

test('a run that waits for nothing but time does not end early, and a stop ends the wait', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', () => StageOutput.suspend('which?'))
    .withStage('answer', ({ inputs }) => ({ seen: inputs.status('ask') }), {
      dependencies: [soft('ask', { waitMs: 100 })],
    })
    .build({ clock })
  const waits = graph.run()
  await clock.advance(100)
  const result = await waits
  expect(result.status).toBe('suspended')
  expect(result.data.answer).toEqual({ seen: 'late' })
  const stopped = graph.start()
  await clock.advance(10)
  stopped.cancel('enough')
  expect((await stopped.result).report.stages.answer).toMatchObject({ status: 'cancel', startedAt: undefined })
  const interrupted = graph.start()
  await clock.advance(10)
  interrupted.interrupt('enough')
  expect((await interrupted.result).report.stages.answer).toMatchObject({ status: 'skip', reason: 'interrupted' })
})

test('what was read without the late data stays so when the run is resumed', async () => {
  const graph = new Pipeline('p')
    .withStage('ask', ({ resumed }) =>
      resumed === undefined ? StageOutput.suspend('which?') : { answer: resumed.answer },
    )
    .withStage('answer', ({ inputs }) => ({ read: inputs.from('ask')?.answer ?? 'nothing' }), {
      dependencies: [soft('ask', { waitMs: 10 })],
    })
    .build({ clock })
  const first = graph.run()
  await clock.advance(10)
  const suspended = await first
  if (suspended.status !== 'suspended') throw new Error(suspended.status)
  const second = resumeRun(graph, suspended, { ask: 'the second' })
  await clock.advance(10)
  const { data } = await second
  expect(data).toEqual({ ask: { answer: 'the second' }, answer: { read: 'nothing' } })
})

test("late: 'abort' counts a soft reader until it starts", async () => {
  const run = new Pipeline('p')
    .withStage(
      'profile',
      async ({ signal }) => {
        await clock.sleep(500, signal)
        return { name: 'Ada' }
      },
      { late: 'abort' },
    )
    .withStage('answer', () => ({ at: clock.now() }), { dependencies: [soft('profile', { waitMs: 50 })] })
    .build({ clock })
    .run()
  await clock.advance(100)
  const { data, report } = await run
  expect(data).toEqual({ answer: { at: 50 } })
  expect(report.stages.profile).toMatchObject({ status: 'skip', reason: 'late', endedAt: 50 })
})

test('both doors have soft edges, and the type of the input says that it may be missing', async () => {
  const profile = defineStage({ name: 'profile', run: after(10) })
  const answer = defineStage({
    name: 'answer',
    after: { who: soft(profile, { waitMs: 50 }) },
    run: ({ inputs }) => ({ hello: inputs.from('who')?.name ?? 'you' }),
  })
  const graph = Pipeline.from('p', [profile, answer]).build({ clock })
  const run = graph.run()
  await clock.advance(10)
  expect((await run).data.answer).toEqual({ hello: 'Ada' })
  expect(graph.info.stages[1]?.dependencies).toEqual([{ stage: 'profile', edge: 'soft' }])
})

test.for([
  [undefined, 'must be an object'],
  [{}, 'waitMs must be a number of milliseconds from 0, not undefined'],
  [{ waitMs: -1 }, 'waitMs must be a number of milliseconds from 0, not -1'],
  [{ waitMs: Infinity }, 'waitMs must be'],
  [{ waitMs: 10, softMs: 5 }, 'unknown option "softMs"'],
])('the options %o of a soft edge are refused', ([options, text]) => {
  expect(() => soft('profile', options as never)).toThrow(
    expect.objectContaining({
      code: 'core/illegal-option',
      message: expect.stringContaining(text as string) as string,
    }),
  )
})

test('a cycle over a soft edge is a problem of the build', () => {
  const pipeline = new Pipeline('p') as unknown as { withStage(...given: unknown[]): typeof pipeline; build(): unknown }
  expect(() =>
    pipeline
      .withStage('a', () => ({}), { dependencies: [soft('b', { waitMs: 1 })] })
      .withStage('b', () => ({}), { dependencies: ['a'] })
      .build(),
  ).toThrow(PipelineBuildError)
})

test('1,000 stages with soft edges on one late stage have their timers, and leave none behind', async () => {
  const late = defineStage({ name: 'late', run: after(500) })
  const readers = Array.from({ length: 1_000 }, (_, place) =>
    defineStage({ name: `r${place}`, after: { late: soft(late, { waitMs: 10 + (place % 7) }) }, run: () => ({}) }),
  )
  const run = Pipeline.from('p', [late, ...readers])
    .build({ clock })
    .run()
  await clock.advance(20)
  expect(clock.timers).toHaveLength(1)
  await clock.advance(500)
  expect((await run).status).toBe('completed')
})
