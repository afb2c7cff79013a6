import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, PipelineFailedError, StageKind, StageOutput } from '../src/index.ts'
import type { ChildResult, Interceptor } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { aroundRun, retryUpTo } from './interceptors.ts'

interface WithChildren {
  readonly children: Readonly<Record<string, ChildResult>>
}
const statusesOf = ({ children }: WithChildren) =>
  Object.fromEntries(Object.entries(children).map(([path, { status }]) => [path, status]))

/** A child of one stage, "work". */
const child = (work: () => unknown, name = 'child') => new Pipeline(name).withStage('work', work as () => object)
const ok = child(() => ({ done: true }))
const failing = child(() => StageOutput.fail('broken'))

test("a completed run has the child's result in `children`, under the name of its stage", async () => {
  const result = await new Pipeline('demo').withPipeline('answer', ok).build({ clock }).run()
  expect(Object.keys(result.children)).toEqual(['answer'])
  expect(result.children['answer']).toMatchObject({
    status: 'completed',
    data: { work: { done: true } },
    outputs: { work: { status: 'ok', data: { done: true } } },
    errors: [],
    report: { status: 'completed', pipeline: 'child' },
    children: {},
  })
  expect(result.children['answer']?.report).toEqual(result.report.stages['answer'].children?.[0])
})

test('a failed run has the results of its children, also on the error that run() rejects with', async () => {
  const graph = new Pipeline('demo')
    .withPipeline('first', ok)
    .withPipeline('second', failing, { dependencies: ['first'] })
    .build({ clock })
  const error: unknown = await graph.run().catch((thrown: unknown) => thrown)
  if (!(error instanceof PipelineFailedError)) throw new Error('the run did not fail')
  const result = (error as PipelineFailedError<{}>).result
  expect(statusesOf(result)).toEqual({ first: 'completed', second: 'failed' })
  expect(result.children['second']).toMatchObject({
    errors: [{ message: 'broken', stage: 'work' }],
    outputs: { work: { status: 'fail' } },
    data: {},
  })
  expect(statusesOf(await graph.runSettled())).toEqual({ first: 'completed', second: 'failed' })
})

test('a cancelled run has the result of a child that was running', async () => {
  const running = new Pipeline('child')
    .withStage('quick', () => ({ quick: 1 }))
    .withStage('slow', async (context) => void (await context.clock.sleep(100, context.signal)))
  const run = new Pipeline('demo').withPipeline('answer', running).build({ clock }).start()
  await clock.advance(10)
  run.cancel('enough')
  const result = await run.settled
  expect(result.status).toBe('cancelled')
  expect(result.children['answer']).toMatchObject({
    status: 'cancelled',
    reason: expect.stringContaining('enough'),
    data: { quick: { quick: 1 } },
    outputs: { quick: { status: 'ok' }, slow: { status: 'cancel' } },
  })
})

test('the end of an `await using` block leaves the results of the children in `settled`', async () => {
  const waits = new Pipeline('child').withStage(
    'work',
    async (context) => void (await context.clock.sleep(100, context.signal)),
  )
  const graph = new Pipeline('demo').withPipeline('answer', waits).build({ clock })
  const inBlock = async () => {
    await using run = graph.start()
    await clock.advance(10)
    return { run }
  }
  const { run } = await inBlock()
  const result = await run.settled
  expect(result.children['answer']).toMatchObject({ status: 'cancelled', outputs: { work: { status: 'cancel' } } })
})

test('a run whose child was cancelled completes, skips the stage, and has the result of the child', async () => {
  const result = await new Pipeline('demo')
    .withPipeline(
      'answer',
      child(() => StageOutput.cancel('never mind')),
    )
    .build({ clock })
    .run()
  expect(result.outputs.answer?.status).toBe('skip')
  expect(result.children['answer']).toMatchObject({ status: 'cancelled', reason: 'never mind' })
})

test('a run without child runs has no entry in `children`, skipped child stages included', async () => {
  const result = await new Pipeline('demo')
    .withStage('plain', () => ({}))
    .withPipeline('answer', ok, { when: () => false })
    .build({ clock })
    .run()
  expect(Object.keys(result.children)).toEqual([])
})

test('each attempt of a repeat is in `children` under its number', async () => {
  let attempts = 0
  const checked = new Pipeline('child').withStage(
    'check',
    () => (++attempts < 3 ? StageOutput.fail(`no ${attempts}`) : {}),
    StageKind.GUARD,
  )
  const result = await new Pipeline('demo')
    .withPipeline('answer', checked, { repeat: repeatUntil('check') })
    .build({ clock })
    .run()
  expect(statusesOf(result)).toEqual({ 'answer#1': 'failed', 'answer#2': 'failed', 'answer#3': 'completed' })
  expect(result.children['answer#2']).toMatchObject({ errors: [{ message: 'no 2' }] })
})

test('a child that runs again because its stage was retried is in `children` under `@2`', async () => {
  let calls = 0
  const flaky = child(() => (++calls < 3 ? StageOutput.fail(`no ${calls}`) : { calls }))
  const result = await new Pipeline('demo')
    .withPipeline('answer', flaky)
    .build({ clock, interceptors: [onlyOutside(retryUpTo(3))] })
    .run()
  expect(statusesOf(result)).toEqual({ answer: 'failed', 'answer@2': 'failed', 'answer@3': 'completed' })
  expect(result.children['answer@2']).toMatchObject({ errors: [{ message: 'no 2' }] })
  expect(result.children['answer@3']).toMatchObject({ data: { work: { calls: 3 } } })
})

test('children of children that were retried at both levels are numbered in one row', async () => {
  const twice: Interceptor = {
    name: 'twice',
    wrap: (next, { name }) =>
      name === 'answer' || name === 'inner'
        ? async (context) => {
            await next(context)
            return next(context)
          }
        : next,
  }
  const result = await new Pipeline('demo')
    .withPipeline(
      'answer',
      new Pipeline('middle').withPipeline(
        'inner',
        child(() => ({})),
      ),
    )
    .build({ clock, interceptors: [twice] })
    .run()
  expect(Object.keys(result.children)).toEqual([
    'answer',
    'answer/inner',
    'answer/inner@2',
    'answer@2',
    'answer/inner@3',
    'answer/inner@4',
  ])
})

test('the child of a retried child is in `children` under `@2` too', async () => {
  let calls = 0
  const flaky = child(() => (++calls < 2 ? StageOutput.fail('no') : {}))
  const result = await new Pipeline('demo')
    .withPipeline('answer', new Pipeline('middle').withPipeline('inner', flaky))
    .build({ clock, interceptors: [onlyOutside(retryUpTo(2))] })
    .run()
  expect(statusesOf(result)).toEqual({
    answer: 'failed',
    'answer/inner': 'failed',
    'answer@2': 'completed',
    'answer/inner@2': 'completed',
  })
})

test('nested children are in `children` of the run and in `children` of the child above them', async () => {
  const deep = new Pipeline('deep').withPipeline('inner', ok)
  const result = await new Pipeline('demo')
    .withPipeline('answer', new Pipeline('middle').withPipeline('draft', deep))
    .build({ clock })
    .run()
  const below = ['answer/draft', 'answer/draft/inner']
  expect(Object.keys(result.children)).toEqual(['answer', ...below])
  expect(Object.keys(result.children['answer']?.children ?? {})).toEqual(below)
  expect(result.children['answer']?.children['answer/draft/inner']).toBe(result.children['answer/draft/inner'])
})

test('children that a stage or an item starts are in `children`, by the number of the item or of the call', async () => {
  const result = await new Pipeline('demo')
    .withStage('plain', async (context) => {
      await context.runChild(ok)
      await context.runChild(failing)
      return {}
    })
    .withMap('map', {
      over: () => [0, 1],
      each: async (item, context) => ({ item, ended: (await context.runChild(ok)).status }),
    })
    .build({ clock })
    .run()
  expect(statusesOf(result)).toEqual({
    plain: 'completed',
    'plain~2': 'failed',
    'map#0': 'completed',
    'map#1': 'completed',
  })
})

test('`children` is computed when it is read, and kept once the run is over', async () => {
  const seen: object[] = []
  const reading = aroundRun((next, { name }) => async (run) => {
    const outcome = await next(run)
    if (name === 'demo') seen.push((outcome as unknown as WithChildren).children)
    return outcome
  })
  const result = await new Pipeline('demo')
    .withPipeline('answer', ok)
    .build({ clock, interceptors: [reading] })
    .run()
  expect(seen).toMatchObject([{ answer: { status: 'completed' } }])
  expect(seen[0]).not.toBe(result.children)
  expect(result.children).toBe(result.children)
  expect(Object.isFrozen(result.children)).toBe(true)
  expect(Object.keys(result)).not.toContain('children')
})

test('the JSON of a result has the results of the children', async () => {
  const result = await new Pipeline('demo')
    .withPipeline('answer', new Pipeline('middle').withPipeline('inner', ok))
    .build({ clock })
    .run()
  const inner = { status: 'completed', data: { work: { done: true } }, children: {} }
  expect(JSON.parse(JSON.stringify(result))).toMatchObject({
    status: 'completed',
    children: {
      answer: { status: 'completed', report: { pipeline: 'middle' }, children: { 'answer/inner': inner } },
      'answer/inner': inner,
    },
  })
})

test('the path of a child is its key, also if a stage has the name of a property of every object', async () => {
  const result = await new Pipeline('demo').withPipeline('constructor', ok).build({ clock }).run()
  expect(statusesOf(result)).toEqual({ constructor: 'completed' })
})

/** Takes part in the stages of the outermost run only. */
function onlyOutside({ name, wrap }: Interceptor): Interceptor {
  return {
    name,
    wrap: (next, stage) => {
      const around = wrap?.(next, stage) ?? next
      return (context) => (context.run.parent === undefined ? around(context) : next(context))
    },
  }
}
