import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('May I?') : { answer: resumed.answer }

/** The facts of a run that waits for the answer of `boss`. */
async function waiting(): Promise<ArrayExecutor> {
  const executor = new ArrayExecutor()
  const graph = new Pipeline('order')
    .withStage('price', () => ({ total: 1 }))
    .withStage('boss', ask, { dependencies: ['price'] })
    .withStage('pay', () => ({ paid: true }), { dependencies: ['boss'] })
    .build()
  expect((await runDurable(graph, executor)).status).toBe('suspended')
  return executor
}

/** The same order with a check before the approval, as a deploy may add it while the answer is open. */
const withCheck = (calls: string[]) =>
  new Pipeline('order')
    .withStage('price', () => ({ total: calls.push('price') }))
    .withStage('fraud', () => ({ ok: calls.push('fraud') > 0 }), { dependencies: ['price'] })
    .withStage('boss', ask, { dependencies: ['price', 'fraud'] })
    .withStage('pay', () => ({ paid: calls.push('pay') > 0 }), { dependencies: ['boss'] })
    .build()

test.each([
  ['before', true],
  ['after', false],
])(
  'a waiting stage may get a dependency: it runs first, and the answer that came %s counts',
  async (_when, isBefore) => {
    const first = await waiting()
    if (isBefore) first.answer('boss', 'yes')
    const calls: string[] = []
    const second = new ArrayExecutor(first.facts)
    const settled = runDurable(withCheck(calls), second)
    if (isBefore) expect((await settled).status).toBe('completed')
    else {
      expect(await settled).toMatchObject({ status: 'suspended', requests: { boss: 'May I?' } })
      second.answer('boss', 'yes')
    }
    const third = new ArrayExecutor(second.facts)
    const end = await runDurable(withCheck(calls), third)
    expect(end).toMatchObject({ status: 'completed', data: { boss: { answer: 'yes' } } })
    expect(calls).toEqual(['fraud', 'pay'])
  },
)

test('every later leg is given the facts in the order of the leg that changed it', async () => {
  const first = await waiting()
  first.answer('boss', 'yes')
  const second = new ArrayExecutor(first.facts)
  const end = await runDurable(withCheck([]), second)
  // The leg may have died after any of its facts.
  for (let n = first.facts.length; n <= second.facts.length; n++) {
    const calls: string[] = []
    const again = new ArrayExecutor(second.facts.slice(0, n))
    expect((await runDurable(withCheck(calls), again)).data).toEqual(end.data)
    expect(calls.includes('price')).toBe(false)
  }
})

test('a question that a `when` skips now is never asked again, and its answer is not used', async () => {
  const first = await waiting()
  first.answer('boss', 'yes')
  const graph = new Pipeline('order')
    .withStage('price', () => ({ total: 1 }))
    .withStage('boss', ask, { dependencies: ['price'], when: () => false })
    .withStage('pay', () => ({ paid: true }), { dependencies: ['boss'], join: 'settled' })
    .build()
  const result = await runDurable(graph, new ArrayExecutor(first.facts))
  expect(result).toMatchObject({ status: 'completed', outputs: { boss: { status: 'skip' }, pay: { status: 'ok' } } })
})

test.each([
  ['is skipped now', (): boolean => false],
  ['is called again', undefined],
])('a leg in which a stage that had settled %s is refused (core/replay), and calls nothing', async (_what, when) => {
  const calls: string[] = []
  const graph = (condition?: () => boolean) =>
    new Pipeline('order')
      .withStage('pay', () => ({ paid: calls.push('pay') }), condition === undefined ? {} : { when: condition })
      .withStage('mail', () => ({ sent: calls.push('mail') }), { dependencies: ['pay'], join: 'settled' })
      .withStage('boss', ask, { dependencies: ['mail'] })
      .build()
  const first = new ArrayExecutor()
  await runDurable(graph(), first)
  calls.length = 0
  first.answer('boss', 1)
  const second = new ArrayExecutor(first.facts)
  const given = runDurable(graph(when), second)
  if (when === undefined) expect((await given).status).toBe('completed')
  else await expect(given).rejects.toMatchObject({ code: 'core/replay', message: expect.stringContaining('"pay"') })
  expect(calls).toEqual([])
})

test('a stage that is gone leaves no fact behind unseen (core/replay)', async () => {
  const first = await waiting()
  first.answer('boss', 'yes')
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withStage('pay', () => ({ paid: true }), { dependencies: ['boss'] })
    .build()
  await expect(runDurable(graph, new ArrayExecutor(first.facts))).rejects.toMatchObject({
    code: 'core/replay',
    message: expect.stringContaining('its fact of "price" has no call in this leg'),
  })
})

const was = () => {
  const kid = new Pipeline('kid')
    .withStage('one', () => ({ one: 1 }))
    .withStage('a/b', () => ({ two: 2 }), { dependencies: ['one'] })
  return new Pipeline('order')
    .withStage('price', () => ({ total: 1 }))
    .withPipeline('kid', kid, { dependencies: ['price'] })
    .withMap('items', { over: () => [1, 2], each: async (item: number) => ({ item }), dependencies: ['price'] })
    .withStage('boss', ask, { dependencies: ['kid', 'items'] })
}
test.each<[what: string, pipeline: { readonly build: () => unknown }, difference: string]>([
  [
    'lacks a stage',
    new Pipeline('order').withStage('boss', ask),
    '"price" has no call in this leg: pipeline "order" has no stage "price" now',
  ],
  [
    'skips a stage',
    new Pipeline('order')
      .withStage('price', () => ({ total: 1 }), { when: () => false })
      .withStage('boss', ask, { dependencies: ['price'], join: 'settled' }),
    '"price" has no call in this leg: stage "price" is skipped now, with the reason: its condition (when) was false',
  ],
  [
    'lacks a stage of a child pipeline',
    new Pipeline('order')
      .withStage('price', () => ({ total: 1 }))
      .withPipeline(
        'kid',
        new Pipeline('kid').withStage('one', () => ({ one: 1 })),
        { dependencies: ['price'] },
      )
      .withMap('items', { over: () => [1, 2], each: async (item: number) => ({ item }), dependencies: ['price'] })
      .withStage('boss', ask, { dependencies: ['kid', 'items'] }),
    '"kid/a%2Fb" has no call in this leg: stage "kid" goes on now without it',
  ],
  [
    'has fewer items',
    new Pipeline('order')
      .withStage('price', () => ({ total: 1 }))
      .withMap('items', { over: () => [1], each: async (item: number) => ({ item }), dependencies: ['price'] })
      .withStage('kid', () => ({}))
      .withStage('boss', ask, { dependencies: ['kid', 'items'] }),
    '"items#1" has no call in this leg: stage "items" goes on now without it',
  ],
])('a pipeline that %s is refused, and the error says what differs', async (_what, pipeline, difference) => {
  const first = new ArrayExecutor()
  expect((await runDurable(was().build(), first)).status).toBe('suspended')
  first.answer('boss', 'yes')
  const leg = runDurable(pipeline.build() as never, new ArrayExecutor(first.facts))
  await expect(leg).rejects.toMatchObject({ code: 'core/replay', message: expect.stringContaining(difference) })
})

test('a run that ends earlier than in its earlier legs is refused, and the error says how it ends', async () => {
  const order = (onFailure?: 'skip') =>
    new Pipeline('order')
      .withStage('check', () => StageOutput.fail('too dear'), onFailure === undefined ? {} : { onFailure })
      .withStage('pay', () => ({ paid: true }), { dependencies: ['check'], join: 'settled' })
      .build()
  const first = new ArrayExecutor()
  expect((await runDurable(order('skip'), first)).status).toBe('completed')
  await expect(runDurable(order(), new ArrayExecutor(first.facts))).rejects.toMatchObject({
    code: 'core/replay',
    message: expect.stringContaining(
      '"pay" has no call in this leg: the run ends now as failed: stage "check" failed. Run it with the code that began it',
    ),
  })
})

test('a child pipeline that waits may get a dependency too: what had settled inside is not called again', async () => {
  const calls: string[] = []
  const kid = new Pipeline('kid')
    .withStage('one', () => ({ one: calls.push('one') }))
    .withStage('check', ask, { dependencies: ['one'] })
  const first = new ArrayExecutor()
  await runDurable(new Pipeline('p').withPipeline('kid', kid).build(), first)
  first.answer('kid/check', 'yes')
  const graph = new Pipeline('p')
    .withStage('fraud', () => ({ ok: calls.push('fraud') }))
    .withPipeline('kid', kid, { dependencies: ['fraud'] })
    .build()
  const second = new ArrayExecutor(first.facts)
  expect(await runDurable(graph, second)).toMatchObject({
    status: 'completed',
    data: { kid: { one: { one: 1 }, check: { answer: 'yes' } } },
  })
  expect(calls).toEqual(['one', 'fraud'])
  expect((await runDurable(graph, new ArrayExecutor(second.facts))).status).toBe('completed')
  expect(calls).toEqual(['one', 'fraud'])
})

test('the time of a question that passed before its stage was reached counts once it is', async () => {
  const timed = ({ resumed }: StageContext) =>
    resumed === undefined
      ? StageOutput.suspend('?', { forMs: 10, otherwise: 'none' })
      : { answer: resumed.answer, expired: resumed.expired }
  const graph = (dependencies: readonly 'fraud'[]) =>
    new Pipeline('p')
      .withStage('fraud', async () => ({}))
      .withStage('a', timed, { dependencies })
      .build({ clock })
  const first = new ArrayExecutor([], { now: () => clock.now() })
  await runDurable(new Pipeline('p').withStage('a', timed).build({ clock }), first)
  await clock.advance(10)
  first.put({ kind: 'timer', key: 'a' })
  first.answer('a', 'too late')
  const end = await runDurable(graph(['fraud']), new ArrayExecutor(first.facts, { now: () => clock.now() }))
  expect(end.data).toMatchObject({ a: { answer: 'none', expired: true } })
})

// ---------- a failed run that is tried again

test('a failed run goes on from its failure: what had settled well is not called again', async () => {
  const calls: string[] = []
  let isDown = true
  const graph = new Pipeline('order')
    .withStage('pay', () => ({ paid: calls.push('pay') }))
    .withStage(
      'mail',
      () => {
        calls.push('mail')
        if (isDown) throw new Error('503')
        return { sent: true }
      },
      { dependencies: ['pay'] },
    )
    .withStage('report', () => ({ reported: calls.push('report') }), { dependencies: ['mail'] })
    .build()
  const first = new ArrayExecutor()
  expect((await runDurable(graph, first)).status).toBe('failed')
  isDown = false
  const left = first.facts.filter((fact) => fact.kind === 'call' && fact.facts.status === 'ok')
  const second = new ArrayExecutor(left, { start: { isRetried: true }, leg: 2 })
  expect(await runDurable(graph, second)).toMatchObject({ status: 'completed', data: { pay: { paid: 1 } } })
  expect(calls).toEqual(['pay', 'mail', 'mail', 'report'])
  expect((await runDurable(graph, new ArrayExecutor(second.facts, { start: { isRetried: true } }))).status).toBe(
    'completed',
  )
})

test('what had settled with the failure as its input stays settled when the run is tried again', async () => {
  const calls: string[] = []
  let isDown = true
  const graph = new Pipeline('order')
    .withStage('mail', () => {
      calls.push('mail')
      if (isDown) throw new Error('503')
      return { sent: true }
    })
    .withStage('note', ({ inputs }) => ({ note: `${calls.push('note')} ${inputs.status('mail')}` }), {
      dependencies: ['mail'],
      join: 'settled',
    })
    .build()
  const first = new ArrayExecutor([], { start: { options: { onStageFailure: 'continue' } } })
  expect((await runDurable(graph, first)).status).toBe('failed')
  expect(calls).toEqual(['mail', 'note'])
  isDown = false
  const left = first.facts.filter((fact) => fact.kind === 'call' && fact.facts.status === 'ok')
  const start = { options: { onStageFailure: 'continue' }, isRetried: true } as const
  const again = await runDurable(graph, new ArrayExecutor(left, { start, leg: 2 }))
  expect(again).toMatchObject({ status: 'completed', data: { mail: { sent: true }, note: { note: '2 fail' } } })
  expect(calls).toEqual(['mail', 'note', 'mail'])
})

/** Whether a dependency had settled when the inputs were fixed. */
const isIn = (name: string, inputs: { status(name: never): unknown }): boolean => inputs.status(name as never) === 'ok'

test('facts that have waited are given in the order in which they were recorded, in every later leg', async () => {
  const calls: string[] = []
  const slow = Promise.withResolvers<void>()
  const kid = new Pipeline('kid')
    .withStage('slow', async () => (await slow.promise, { slow: calls.push('slow') }))
    .withStage('fast', () => ({ fast: calls.push('fast') }))
    // Which of both is its input depends on the order.
    .withStage('first', ({ inputs }) => ({ first: ['fast', 'slow'].filter((name) => isIn(name, inputs)) }), {
      dependencies: ['slow', 'fast'],
      join: 'any',
      when: (inputs) => {
        slow.resolve()
        return !isIn('slow', inputs)
      },
    })
    .withStage('check', ask, { dependencies: ['slow', 'first'] })
  const first = new ArrayExecutor()
  await runDurable(new Pipeline('p').withPipeline('kid', kid).build(), first)
  expect(first.facts.map(({ key }) => key)).toEqual(['kid/fast', 'kid/slow', 'kid/first', 'kid/check'])
  first.answer('kid/check', 'yes')
  const graph = new Pipeline('p')
    .withStage('fraud', () => ({ ok: true }))
    .withPipeline('kid', kid, { dependencies: ['fraud'] })
    .withStage('after', ({ inputs }) => ({ first: inputs.from('kid') }), { dependencies: ['kid'] })
    .build()
  const second = new ArrayExecutor(first.facts)
  const end = await runDurable(graph, second)
  expect(end).toMatchObject({ status: 'completed', data: { kid: { first: { first: ['fast'] } } } })
  for (let n = first.facts.length; n <= second.facts.length; n++) {
    const third = new ArrayExecutor(second.facts.slice(0, n), { leg: 3 })
    expect((await runDurable(graph, third)).data).toEqual(end.data)
    const fourth = new ArrayExecutor(third.facts, { leg: 4 })
    expect((await runDurable(graph, fourth)).data).toEqual(end.data)
  }
  expect(calls).toEqual(['fast', 'slow'])
})

test.each([
  ['others are called after it', true],
  ['nothing is called after it', false],
])(
  'a stage of a child that had settled is not skipped once the child begins again, and %s (core/replay)',
  async (_what, asks) => {
    const kid = (when: () => boolean) =>
      new Pipeline('kid')
        .withStage('one', () => ({ one: 1 }), { when })
        .withStage('two', () => ({ two: 2 }), { dependencies: ['one'], join: 'settled' })
        .withStage('check', ask, { dependencies: ['two'], when: () => asks || when() })
    const first = new ArrayExecutor()
    await runDurable(
      new Pipeline('p')
        .withPipeline(
          'kid',
          kid(() => true),
        )
        .build(),
      first,
    )
    first.answer('kid/check', 'yes')
    const graph = new Pipeline('p')
      .withStage('fraud', () => ({ ok: true }))
      .withPipeline(
        'kid',
        kid(() => false),
        { dependencies: ['fraud'] },
      )
      .build()
    await expect(runDurable(graph, new ArrayExecutor(first.facts))).rejects.toMatchObject({ code: 'core/replay' })
  },
)
