import {
  defineStage,
  type Interceptor,
  Pipeline,
  PipelineBuildError,
  StageKind,
  type StageContext,
} from '@stageflow/core'
import { memoryStore } from '@stageflow/keyed-work'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, describe, expect, test } from 'vitest'

import { idempotency } from './idempotency.ts'

const clock = manualClock()
afterEach(() => expect(clock.timers).toEqual([]))

type Built = { build(options: object): { runSettled(input: object): Promise<{ readonly status: string }> } }

const one = () => ({ order: 1 })
const other = () => ({ email: 'sent' })
const shop = (stage: unknown, kind: StageKind = StageKind.WORK, options: object = {}, name = 'shop'): Built =>
  new Pipeline(name).withStage('persist', stage as () => object, kind, options) as unknown as Built

/** The message of the build, or `built`. */
function build(pipeline: Built, interceptors: readonly Interceptor[]): string {
  try {
    pipeline.build({ clock, interceptors })
    return 'built'
  } catch (error) {
    if (!(error instanceof PipelineBuildError)) throw error
    expect(error.problems.map(({ cause }) => (cause as { code?: string }).code)).toEqual(['idempotency/same-name'])
    return error.message
  }
}

class Persist {
  execute() {
    return { order: 2 }
  }
}
const OPTION = { idempotency: {} }

/** A stage that maps, and one that runs a child pipeline. */
const map = (each: () => object): Built =>
  new Pipeline('shop').withMap('persist', { over: () => [1], each, kind: StageKind.WORK }) as unknown as Built
const running = (child: Built): Built =>
  new Pipeline('shop').withPipeline('persist', child as never, OPTION as never) as unknown as Built

describe('build() refuses a second stage with the same place and other code', () => {
  test.each<[what: string, first: Built, second: Built]>([
    ['functions', shop(one), shop(other)],
    ['a function and a class', shop(one), shop(Persist)],
    ['a function and an object', shop(one), shop({ execute: other })],
    ['a function and an asynchronous one', shop(one), shop(async () => other())],
    ['a stage of another kind', shop(one), shop(other, StageKind.TRANSFORM, OPTION)],
    [
      'functions whose toString is the same',
      shop(Object.assign(() => ({ a: 1 }), { toString: () => 'x' })),
      shop(Object.assign(() => ({ b: 1 }), { toString: () => 'x' })),
    ],
    [
      'a stage as a value',
      shop(one),
      new Pipeline('shop').withStages([
        defineStage({ name: 'persist', kind: StageKind.WORK, run: other }),
      ]) as unknown as Built,
    ],
    [
      'a stage of a child pipeline',
      new Pipeline('top').withPipeline('child', shop(one) as never) as unknown as Built,
      new Pipeline('top').withPipeline('child', shop(other) as never) as unknown as Built,
    ],
    ['maps with another function', map(one), map(other)],
    [
      'stages that run another child pipeline',
      running(shop(one, StageKind.TRANSFORM)),
      running(shop(other, StageKind.TRANSFORM)),
    ],
    [
      'stages that run a child with another name',
      running(shop(one, StageKind.TRANSFORM, {}, 'a')),
      running(shop(one, StageKind.TRANSFORM, {}, 'b')),
    ],
    ['a stage with other options', shop(one), shop(other, StageKind.WORK, { idempotency: { scope: 'tenant' } })],
  ])('%s', (_what, first, second) => {
    const interceptors = [idempotency()]
    expect(build(first, interceptors)).toBe('built')
    expect(build(second, interceptors)).toMatch(
      /(Stage|Map) "persist" of pipeline "shop": another stage with this name and other code was built before.*new Pipeline\('shop-2'\)/,
    )
    // The first one may be built again.
    expect(build(first, interceptors)).toBe('built')
  })
})

describe('build() does not refuse', () => {
  const factory = (cents: number) => shop(() => ({ cents }))
  const bound = (stage: () => object) => shop(stage.bind(undefined))
  test.each<[what: string, first: Built, second: Built]>([
    ['the same pipeline', shop(one), shop(one)],
    ['the same class', shop(Persist), shop(new Persist())],
    ['what a factory makes for two tenants', factory(1), factory(2)],
    [
      'another stage of the pipeline',
      shop(one),
      new Pipeline('shop').withStage('mail', other, StageKind.WORK) as unknown as Built,
    ],
    ['a pipeline with another name', shop(one), shop(other, StageKind.WORK, {}, 'orders')],
    [
      'pipelines without a name, whose keys are refused',
      shop(one, StageKind.WORK, {}, 'pipeline'),
      shop(other, StageKind.WORK, {}, 'pipeline'),
    ],
    ['a stage that is not idempotent', shop(one), shop(other, StageKind.TRANSFORM)],
    ['a WORK stage that is left out', shop(one), shop(other, StageKind.WORK, { idempotency: false })],
    ['bound functions, which have no text', bound(one), bound(other)],
    ['a bound function beside one with a text', shop(one), bound(other)],
    ['a proxy', shop(one), shop(new Proxy(other, {}))],
  ])('%s', (_what, first, second) => {
    const interceptors = [idempotency()]
    expect([build(first, interceptors), build(second, interceptors)]).toEqual(['built', 'built'])
  })

  test('other code in an app with an idempotency() of its own', () => {
    expect([build(shop(one), [idempotency()]), build(shop(other), [idempotency()])]).toEqual(['built', 'built'])
  })
})

test('the places of the last 10,000 pipelines are remembered', () => {
  const interceptors = [idempotency()]
  build(shop(one), interceptors)
  for (let tenant = 0; tenant < 9_999; tenant++) build(shop(one, StageKind.WORK, {}, `tenant-${tenant}`), interceptors)
  expect(build(shop(other), interceptors)).not.toBe('built')
  build(shop(one, StageKind.WORK, {}, 'one more'), interceptors)
  expect(build(shop(other), interceptors)).toBe('built')
})

/** Two processes with one store, each with its own code for the stage `pay` of the pipeline `shop`. */
function processes(first: (pipeline: Pipeline) => unknown, second: (pipeline: Pipeline) => unknown) {
  const store = memoryStore({ clock })
  const eventSink = recordingSink()
  const graphs = [first, second].map((describeStages) =>
    (
      describeStages(
        new Pipeline('shop').withStage('a', () => ({})).withStage('b', () => ({})) as unknown as Pipeline,
      ) as Built
    ).build({ clock, interceptors: [idempotency({ store })], eventSink }),
  )
  const [one, two] = graphs.map((graph) => () => graph.runSettled({ extensions: { idempotencyKey: 'order-7' } }))
  return { one: one!, two: two!, eventSink }
}
const pay =
  (kind: StageKind, options: object, code: (context: StageContext) => object = () => ({ paid: 1 })) =>
  (pipeline: Pipeline) =>
    pipeline.withStage('pay', code, kind, { idempotency: {}, ...options } as never)

describe('a key whose record is of another stage fails, and the stage does not run', () => {
  test.each<[what: string, kind: StageKind, options: object]>([
    ['another kind', StageKind.TRANSFORM, { dependencies: ['a'] }],
    ['another dependency', StageKind.WORK, { dependencies: ['b'] }],
    ['one more dependency', StageKind.WORK, { dependencies: ['a', 'b'] }],
    ['no dependency', StageKind.WORK, {}],
    ['another kind, with parameters', StageKind.AGENT, { dependencies: ['a'], idempotency: { parameters: () => 1 } }],
  ])('%s', async (_what, kind, options) => {
    const executed: string[] = []
    const first = pay(StageKind.WORK, { dependencies: ['a'] }, () => (executed.push('first'), { paid: 1 }))
    const second = pay(kind, options, () => (executed.push('second'), { paid: 2 }))
    const { one, two, eventSink } = processes(first, second)
    expect((await one()).status).toBe('completed')
    expect(await two()).toMatchObject({ status: 'failed', errors: [{ code: 'idempotency/other-work', stage: 'pay' }] })
    expect(eventSink.of('idempotency.other_work')).toMatchObject([{ data: { key: 'order-7' }, stage: 'pay' }])
    expect(eventSink.of('idempotency.other_input')).toEqual([])
    expect(await one()).toMatchObject({ status: 'completed', data: { pay: { paid: 1 } } })
    expect(executed).toEqual(['first'])
  })

  test('and so does one of another stage that runs at the same time', async () => {
    const interceptors = [idempotency()]
    const open = Promise.withResolvers<object>()
    const graph = (dependencies: readonly string[]) =>
      (
        pay(
          StageKind.WORK,
          { dependencies },
          (() => open.promise).bind(undefined) as never,
        )(new Pipeline('shop').withStage('a', () => ({})) as unknown as Pipeline) as unknown as Built
      ).build({ clock, interceptors })
    const input = { extensions: { idempotencyKey: 'order-7' } }
    const first = graph(['a']).runSettled(input)
    await clock.settle()
    expect(await graph([]).runSettled(input)).toMatchObject({ errors: [{ code: 'idempotency/other-work' }] })
    open.resolve({})
    expect((await first).status).toBe('completed')
  })
})

test('after a deploy that changes code, options and the order of dependencies, a repeat gets its output', async () => {
  const { one, two } = processes(
    pay(StageKind.WORK, { dependencies: ['a', 'b'] }),
    pay(
      StageKind.WORK,
      { dependencies: ['b', 'a'], join: 'any', onFailure: 'skip', idempotency: { ttlMs: 5 } },
      () => ({ paid: 2 }),
    ),
  )
  await one()
  expect(await two()).toMatchObject({ status: 'completed', data: { pay: { paid: 1 } } })
})

test('the message says what is different, and what to do', async () => {
  const { one, two } = processes(pay(StageKind.WORK, {}), pay(StageKind.TRANSFORM, {}))
  await one()
  expect(JSON.stringify(await two())).toMatch(
    /Stage \\"pay\\" of pipeline \\"shop\\", idempotency key \\"order-7\\": the key was used by another stage with this name.*its kind or its dependencies were different.*give each its own name/,
  )
})
