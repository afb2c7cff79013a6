import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageKind } from '../src/index.ts'

const conditional = (when: unknown) =>
  new Pipeline('demo')
    .withStage('a', () => ({ a: 1 }), { when: when as () => boolean })
    .withStage('after', () => ({}), { dependencies: ['a'] })

test('a stage whose condition is false is skipped with a reason, and so are the stages that need it', async () => {
  const eventSink = recordingSink()
  const result = await conditional(() => false)
    .build({ clock, eventSink })
    .run()
  expect(result).toMatchObject({ status: 'completed', data: {} })
  expect(result.outputs).toMatchObject({
    a: { status: 'skip', reason: 'its condition (when) was false' },
    after: { status: 'skip', reason: 'dependency "a" was skipped' },
  })
  expect(eventSink.types()).toEqual([
    'pipeline.started',
    'stage.a.skipped',
    'stage.after.skipped',
    'pipeline.completed',
  ])
})

test('a condition reads the inputs and the snapshot', async () => {
  const graph = new Pipeline('demo')
    .withStage('route', () => ({ route: 'billing' as 'billing' | 'support' }), StageKind.ROUTE)
    .withStage('billing', () => ({ by: 'billing' }), {
      dependencies: ['route'],
      when: (inputs) => inputs.from('route').route === 'billing',
    })
    .withStage('support', () => ({ by: 'support' }), {
      dependencies: ['route'],
      when: (inputs) => inputs.from('route').route === 'support',
    })
    .withStage('vip', () => ({ vip: true }), { when: (_, snapshot) => snapshot.userId === 'ada' })
    .build({ clock })
  expect((await graph.run({ userId: 'ada' })).data).toEqual({
    route: { route: 'billing' },
    billing: { by: 'billing' },
    vip: { vip: true },
  })
})

test("case 8: branches that weren't taken never start, stages that only they feed are skipped, and a join runs with the taken one", async () => {
  const started: string[] = []
  const branch = (name: string) => () => {
    started.push(name)
    return { from: name }
  }
  const graph = new Pipeline('demo')
    .withStage('router', () => ({ route: 'b' as 'a' | 'b' | 'c' }), StageKind.ROUTE)
    .withStage('a', branch('a'), { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'a' })
    .withStage('b', branch('b'), { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'b' })
    .withStage('c', branch('c'), { dependencies: ['router'], when: (inputs) => inputs.from('router').route === 'c' })
    .withStage('a2', branch('a2'), { dependencies: ['a'] })
    .withStage('c2', branch('c2'), { dependencies: ['c', 'router'], join: 'every' })
    .withStage(
      'join',
      (context) => ({
        took: context.inputs.from('a2')?.from ?? context.inputs.from('b')?.from ?? context.inputs.from('c2')?.from,
      }),
      { dependencies: ['a2', 'b', 'c2'] },
    )
    .withStage('first', (context) => ({ took: context.inputs.from('b')?.from }), {
      dependencies: ['a', 'b', 'c'],
      join: 'any',
    })
    .build({ clock })
  const { data, report } = await graph.run()
  expect(started).toEqual(['b'])
  expect(data).toMatchObject({ join: { took: 'b' }, first: { took: 'b' } })
  expect((['a', 'a2', 'c', 'c2'] as const).map((name) => report.stages[name].reason)).toEqual([
    'its condition (when) was false',
    'dependency "a" was skipped',
    'its condition (when) was false',
    'dependency "c" was skipped, so too few dependencies can end ok',
  ])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('no such field')
    },
    'The condition (when) of stage "a" threw: no such field',
  ],
  ['answers a promise', async () => true, 'must return true or false at once, not an instance of Promise.'],
  [
    'answers a promise that rejects',
    async () => {
      throw new Error('unseen')
    },
    'not an instance of Promise',
  ],
  ['answers a string', () => 'yes', 'at once, not "yes".'],
  ['answers nothing', () => undefined, 'at once, not undefined.'],
  ['answers 1', () => 1, 'at once, not 1.'],
])('a condition that %s fails the stage (core/when)', async (_, when, message) => {
  const result = await conditional(when).build({ clock }).runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/when', stage: 'a', message: expect.stringContaining(message) }],
  })
})

test('a condition that reads an undeclared stage fails the stage', async () => {
  const result = await conditional((inputs: { from(stage: string): unknown }) => inputs.from('elsewhere') !== undefined)
    .build({ clock })
    .runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/when', cause: { code: 'core/undeclared-input' } }],
  })
})

test('onFailure tolerates a failure of the condition', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', () => ({ a: 1 }), {
      when: () => {
        throw new Error('x')
      },
      onFailure: { fallback: { a: 0 } },
    })
    .build({ clock })
  expect((await graph.run()).data).toEqual({ a: { a: 0 } })
})

test('a condition is called when the join of the stage is met, for every join', async () => {
  const graph = new Pipeline('demo')
    .withStage('slow', async (context) => void (await context.clock.sleep(100)))
    .withStage('quick', () => ({}))
    .withStage('any', () => ({}), {
      dependencies: ['slow', 'quick'],
      join: 'any',
      when: (inputs) => inputs.status('slow') !== 'late',
    })
    .build({ clock })
  const settled = graph.run()
  await clock.advance(100)
  expect((await settled).report.stages['any']).toMatchObject({ status: 'skip', readyAt: 0 })
})

test('no stage starts after a condition has stopped the run', async () => {
  const abort = new AbortController()
  const eventSink = recordingSink()
  let ran = false
  const graph = new Pipeline()
    .withStage('a', () => void (ran = true), {
      when: () => {
        abort.abort()
        return true
      },
    })
    .build({ clock, eventSink })
  const { status, report, outputs } = await graph.run({}, { signal: abort.signal })
  expect({ status, ran, types: eventSink.types() }).toEqual({
    status: 'cancelled',
    ran: false,
    types: ['pipeline.started', 'pipeline.cancelled'],
  })
  expect(report.stages['a']).toMatchObject({ status: 'cancel', startedAt: undefined, attempts: [] })
  expect(outputs).toEqual({})
})
