import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput, asStage } from '../src/index.ts'
import type { FailedResult, Interceptor, StageContext, StageGraph } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

type AnyGraph = StageGraph<Record<string, never>, {}>

test('a durable run ends like a run in process, and its facts are enough to end it again', async () => {
  const graph = new Pipeline('p')
    .withStage('a', () => ({ a: 1 }))
    .withStage('b', async ({ inputs }) => ({ b: inputs.from('a').a + 1 }), { dependencies: ['a'] })
    .build()
  const executor = new ArrayExecutor()
  const result = await runDurable(graph, executor, {})
  expect(result.status).toBe('completed')
  expect(result.data).toEqual({ a: { a: 1 }, b: { b: 2 } })
  const again = new ArrayExecutor(executor.facts)
  const second = await runDurable(graph, again, {})
  expect(second.data).toEqual(result.data)
  expect(again.begun).toEqual([])
  expect(second.report.stages).toEqual(result.report.stages)
})

// ---------- facts

test.each<[name: string, value: unknown, path: string]>([
  ['NaN', { sum: NaN }, 'data.sum (NaN)'],
  ['a date', { list: [{ at: new Date(0) }] }, 'data.list[0].at (an instance of Date)'],
  [
    'a class instance in an artifact',
    StageOutput.ok({}, { artifacts: [{ file: new URL('a:b') }] }),
    'artifacts[0].file (an instance of URL)',
  ],
  ['what match() found', { found: 'a1'.match(/\d/), gaps: [undefined] }, 'data.found (an array with the field groups)'],
  [
    'an array with a hole and a field',
    { list: Object.assign(Array(3), { of: 1 }) },
    'data.list (an array with the field of)',
  ],
  ['a function in a request', StageOutput.suspend({ ask: () => 1 }), 'request.ask (a function)'],
])('%s in an output fails the stage, with its path', async (_name, value, path) => {
  const graph = new Pipeline('p').withStage('a', () => value as { a: 1 }).build()
  const result = await runDurable(graph, new ArrayExecutor(), {})
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/not-json', stage: 'a' }] })
  expect((result as FailedResult<unknown>).errors[0]?.message).toContain(path)
})

test('undefined items of lists are the same in every leg', async () => {
  const graph = new Pipeline('p')
    .withStage('a', () => ({ list: [1, undefined, [undefined]] }))
    .withMap('each', {
      over: () => [1, 2],
      each: (item) => (item === 1 ? StageOutput.skip('') : { item }),
      placement: 'call',
    })
    .build()
  const first = new ArrayExecutor()
  const live = await runDurable(graph, first)
  const replayed = await runDurable(graph, new ArrayExecutor(first.facts))
  for (const { data } of [live, replayed])
    expect(data).toEqual({ a: { list: [1, undefined, [undefined]] }, each: { items: [undefined, { item: 2 }] } })
})

test('dependents of a live call get what JSON makes of its data, as they do in a later leg', async () => {
  const graph = new Pipeline('p')
    .withStage('a', () => ({ kept: 1, dropped: undefined }))
    .withStage('b', ({ inputs }) => ({ keys: Object.keys(inputs.from('a')) }), { dependencies: ['a'] })
    .build()
  const result = await runDurable(graph, new ArrayExecutor(), {})
  expect(result.data).toMatchObject({ b: { keys: ['kept'] } })
})

test('a failure of the engine keeps its data, such as the items that a map had', async () => {
  const graph = new Pipeline('p')
    .withMap('each', {
      over: () => [1, 2],
      each: (item) => (item === 2 ? Promise.reject(new Error('broken')) : { item }),
      placement: 'call',
    })
    .build()
  const first = new ArrayExecutor()
  const live = await runDurable(graph, first)
  const replayed = await runDurable(graph, new ArrayExecutor(first.facts))
  for (const { outputs } of [live, replayed])
    expect(outputs.each).toMatchObject({ status: 'fail', data: { items: [{ item: 1 }, undefined] } })
})

// ---------- facts that don't fit

const chain = (when: () => boolean = () => true): AnyGraph =>
  new Pipeline('p')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), { dependencies: ['a'], when })
    .build() as never

test.each<[name: string, change: (facts: ArrayExecutor['facts']) => void, graph: () => AnyGraph, message: RegExp]>([
  [
    'a stage that the pipeline no longer starts',
    () => {},
    () => new Pipeline('p').withStage('a', () => ({})).build() as never,
    /its fact of "b" has no call in this leg/,
  ],
  ['a missing fact', (facts) => void facts.shift(), chain, /its fact of "b" has after 1; facts are missing/],
  [
    'a condition that answers differently',
    () => {},
    () => chain(() => false),
    /when of b returned true before, and false now/,
  ],
])('%s is refused, and the run has not failed', async (_name, change, graph, message) => {
  const first = new ArrayExecutor()
  await runDurable(chain(), first, {})
  change(first.facts)
  const second = new ArrayExecutor(first.facts)
  await expect(runDurable(graph(), second, {})).rejects.toMatchObject({
    code: 'core/replay',
    message: expect.stringMatching(message) as string,
  })
  expect(second.facts).toEqual(first.facts)
})

// ---------- interceptors

const wrapAll: Interceptor = { name: 'wrap-all', wrap: (next) => (context) => next(context) }

test('an interceptor that wraps a child pipeline is refused, unless the child is one call', async () => {
  const child = new Pipeline('child').withStage('inner', () => ({ x: 1 }))
  const graph = (placement?: 'call') =>
    new Pipeline('p').withPipeline('kid', child, { ...(placement && { placement }) }).build({ interceptors: [wrapAll] })
  await expect(runDurable(graph(), new ArrayExecutor(), {})).rejects.toMatchObject({
    code: 'core/not-durable',
    message: expect.stringContaining('"wrap-all" wraps it') as string,
  })
  const executor = new ArrayExecutor()
  const result = await runDurable(graph('call'), executor, {})
  expect(result.data).toEqual({ kid: { inner: { x: 1 } } })
  expect(executor.begun).toEqual(['kid'])
})

// ---------- answers

function ask({ resumed, stage }: StageContext): { answer: unknown } | StageOutput {
  if (resumed === undefined) return StageOutput.suspend({ question: `${stage.name}?` }, { state: { asked: 1 } })
  return { answer: resumed.answer }
}

test.each<[name: string, graph: () => AnyGraph, why: string]>([
  [
    'a local stage',
    () => new Pipeline('p').withStage('a', ask, { placement: 'local' }).build() as never,
    "its placement is 'local'",
  ],
  [
    'a child run that code started',
    () => new Pipeline('p').withStage('a', asStage(new Pipeline('kid').withStage('ask', ask))).build() as never,
    'a part of its call did; use withPipeline()',
  ],
  [
    'a child pipeline that is one call',
    () =>
      new Pipeline('p')
        .withPipeline('a', new Pipeline('kid').withStage('ask', ask), { placement: 'call' })
        .build() as never,
    'a part of its call did',
  ],
  [
    'a map that is one call',
    () =>
      new Pipeline('p')
        .withMap('a', { over: () => [1], each: (_item, context) => ask(context), placement: 'call' })
        .build() as never,
    'a part of its call did',
  ],
])('%s cannot suspend', async (_name, graph, why) => {
  const result = await runDurable(graph(), new ArrayExecutor(), {})
  expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'core/cannot-suspend', stage: 'a' }] })
  expect(JSON.stringify(result)).toContain(why)
})

test('a suspended stage goes on with its answer in a later leg, and calls nothing else again', async () => {
  const calls: string[] = []
  const graph = new Pipeline('p')
    .withStage('price', ({ stage }) => ({ calls: calls.push(stage.name) }))
    .withStage('approve', ask, { dependencies: ['price'] })
    .withStage('send', ({ inputs }) => ({ got: inputs.from('approve') }), { dependencies: ['approve'] })
    .build()
  const first = new ArrayExecutor()
  const waiting = await runDurable(graph, first, {})
  expect(waiting).toMatchObject({ status: 'suspended', requests: { approve: { question: 'approve?' } } })
  expect([...first.waiting]).toEqual([['approve', { question: 'approve?' }]])
  const second = new ArrayExecutor(first.facts)
  second.answer('approve', 'yes')
  const result = await runDurable(graph, second, {})
  expect(result).toMatchObject({ status: 'completed', data: { send: { got: { answer: 'yes' } } } })
  expect(calls).toEqual(['price'])
  expect(second.begun).toEqual(['approve@2', 'send'])
  const third = new ArrayExecutor(second.facts)
  expect((await runDurable(graph, third, {})).data).toEqual(result.data)
  expect(third.begun).toEqual([])
})
