import { expect, test } from 'vitest'
import { fingerprintOf, incompatibilities, openRequests, progressOf, resumeRun } from '../src/durable.ts'
import type { GraphFingerprint, RunProgress, SuspendedRun } from '../src/durable.ts'
import { gate, soft, stream } from '../src/edges.ts'
import { Pipeline, StageKind, StageOutput, asStage, defineStage } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'

const data = (): object => ({})
const ask = ({ resumed }: StageContext): object => (resumed ? { answer: resumed.answer } : StageOutput.suspend('?'))

const child = new Pipeline('kid')
  .withStage('read', data)
  .withStage('check', ask, StageKind.GUARD, { dependencies: ['read'] })
const order = new Pipeline('order')
  .withStage('price', data, StageKind.ENRICH)
  .withStage('approve', ask, { dependencies: ['price'] })
  .withPipeline('kid', child, { dependencies: ['price'] })
  .withPipeline('again', child, { repeat: repeatUntil('check') })
  .withStage('value', asStage(child.build()))
  .withMap('each', { over: () => [1], each: data, dependencies: ['price', 'approve'], join: { quorum: 1 } })

const kid: GraphFingerprint = {
  pipeline: 'kid',
  stages: {
    check: { kind: 'guard', dependencies: ['read'], join: 'all' },
    read: { kind: 'transform', dependencies: [], join: 'all' },
  },
}

test('the fingerprint has the kind, the dependencies, the join, the child and the map of every stage', () => {
  const graph = order.build()
  const fingerprint = fingerprintOf(graph)
  expect(fingerprint).toEqual({
    pipeline: 'order',
    stages: {
      again: { kind: 'transform', dependencies: [], join: 'all', child: kid, repeat: 'check' },
      approve: { kind: 'transform', dependencies: ['price'], join: 'all' },
      each: { kind: 'transform', dependencies: ['approve', 'price'], join: { quorum: 1 }, map: true },
      kid: { kind: 'transform', dependencies: ['price'], join: 'all', child: kid },
      price: { kind: 'enrich', dependencies: [], join: 'all' },
      value: { kind: 'transform', dependencies: [], join: 'all', child: kid },
    },
  })
  expect(JSON.parse(JSON.stringify(fingerprint))).toEqual(fingerprint)
  expect(fingerprintOf(graph)).toBe(fingerprint)
  expect(Object.isFrozen(fingerprint.stages['price'])).toBe(true)
})

test('the fingerprint does not depend on the order of stages or dependencies, nor on code, conditions and options', () => {
  const one = new Pipeline('p')
    .withStage('a', data)
    .withStage('b', data)
    .withStage('c', data, { dependencies: ['a', 'b'] })
    .build()
  const other = new Pipeline('p')
    .withStage('b', () => ({ more: 1 }), { when: () => false })
    .withStage('a', data, { onFailure: 'skip' })
    .withStage('c', data, { dependencies: ['b', 'a'] })
    .build({ interceptors: [{ name: 'none', settled: () => {} }] })
  expect(JSON.stringify(fingerprintOf(other))).toBe(JSON.stringify(fingerprintOf(one)))
  const a = defineStage({ name: 'a', run: data })
  const b = defineStage({ name: 'b', run: data })
  const values = Pipeline.from('p', [a, b, defineStage({ name: 'c', after: { left: a, b }, run: data })]).build()
  expect(JSON.stringify(fingerprintOf(values))).toBe(JSON.stringify(fingerprintOf(one)))
})

test('the fingerprint has the kinds of edges, and a settled stage must have kept them', () => {
  const made = (edge: (stage: 'profile') => unknown, on: 'answer' | 'kid') => {
    const pipeline = new Pipeline('p').withStage('profile', async function* () {})
    const options = { dependencies: [edge('profile')] } as never
    return (
      on === 'answer' ? pipeline.withStage('answer', data, options) : pipeline.withPipeline('answer', child, options)
    ).build()
  }
  const edges = {
    profile: (name: string) => name,
    'soft(profile)': (name: string) => soft(name, { waitMs: 10 }),
    'stream(profile)': stream,
    'gate(profile)': gate,
  }
  for (const [text, edge] of Object.entries(edges)) {
    const kept = JSON.parse(JSON.stringify(fingerprintOf(made(edge, 'answer')))) as GraphFingerprint
    expect(kept.stages['answer']).toEqual({ kind: 'transform', dependencies: [text], join: 'all' })
    for (const [now, other] of Object.entries(edges)) {
      const why = `stage "answer", which has settled, depended on "${text}" and now depends on "${now}"`
      expect(incompatibilities(made(other, 'answer'), kept, { answer: 'settled' })).toEqual(now === text ? [] : [why])
      expect(incompatibilities(made(other, 'answer'), kept, { answer: 'started' })).toEqual([])
    }
  }
})

test('the fingerprint has which stages an interrupt spares, and that may change', () => {
  const made = (uninterruptible: boolean) => new Pipeline('p').withStage('save', data, { uninterruptible }).build()
  expect(fingerprintOf(made(true)).stages['save']).toEqual({
    kind: 'transform',
    dependencies: [],
    join: 'all',
    uninterruptible: true,
  })
  expect(incompatibilities(made(false), fingerprintOf(made(true)), { save: 'settled' })).toEqual([])
  expect(incompatibilities(made(true), fingerprintOf(made(false)), { save: 'settled' })).toEqual([])
})

test('a stage may be named like a member of an object', () => {
  const graph = new Pipeline('p').withStage('constructor', data).withStage('toString', data).build()
  const fingerprint = fingerprintOf(graph)
  expect(incompatibilities(graph, fingerprint, { constructor: 'settled', toString: 'settled' } as never)).toEqual([])
  const empty = new Pipeline('p').withStage('other', data).build()
  expect(incompatibilities(empty, fingerprint, { constructor: 'settled' } as never)).toEqual([
    'the graph has no stage "constructor", which has settled',
  ])
})

test('what is not a graph has no fingerprint (core/resume)', () => {
  expect(() => fingerprintOf({ info: {} } as never)).toThrow(
    expect.objectContaining({
      code: 'core/resume',
      message: 'The graph must be what build() returned, not an object.',
    }) as Error,
  )
})

test('a large graph has its fingerprint without recursion over its stages', () => {
  const stages = Array.from({ length: 20_000 }, (_, place) => place)
  const before: ReturnType<typeof defineStage>[] = []
  for (const place of stages)
    before.push(
      defineStage({ name: `s${place}`, after: place === 0 ? {} : { last: before[place - 1] }, run: data } as never),
    )
  const graph = Pipeline.from('large', before as never).build()
  expect(Object.keys(fingerprintOf(graph as never).stages)).toHaveLength(20_000)
})

// ---------- what fits

/** A graph that differs from `order` in what is given. */
function graphOf({
  name = 'order',
  inner = child as Pipeline<never>,
  price = { kind: StageKind.ENRICH as StageKind },
  each = 'map',
  isRepeated = true,
  join = { quorum: 1 } as unknown,
  dependencies = ['price', 'approve'],
  without = [] as readonly string[],
  more = false,
} = {}) {
  let made = new Pipeline(name) as Pipeline<{}>
  const add = (stage: string, next: (pipeline: any) => unknown): void => {
    if (!without.includes(stage)) made = next(made) as Pipeline<{}>
  }
  add('price', (now) => now.withStage('price', data, price.kind))
  if (more) add('more', (now) => now.withStage('more', data))
  add('approve', (now) => now.withStage('approve', ask, { dependencies: without.includes('price') ? [] : ['price'] }))
  add('kid', (now) => now.withPipeline('kid', inner, { dependencies: without.includes('price') ? [] : ['price'] }))
  add('again', (now) => now.withPipeline('again', inner, isRepeated ? { repeat: repeatUntil('check') } : {}))
  add('value', (now) => now.withStage('value', asStage(inner.build())))
  const options = { dependencies, join }
  add('each', (now) =>
    each === 'map'
      ? now.withMap('each', { over: () => [1], each: data, ...options })
      : now.withStage('each', data, options),
  )
  return made.build()
}

const all: RunProgress = {
  price: 'settled',
  approve: 'settled',
  kid: 'settled',
  again: 'settled',
  value: 'settled',
  each: 'settled',
}
const other = new Pipeline('other').withStage('read', data).withStage('check', ask, StageKind.GUARD)
const grown = child.withStage('sum', data)
const shrunk = new Pipeline('kid').withStage('check', ask, StageKind.GUARD)

test.each<[what: string, to: Parameters<typeof graphOf>[0], progress: RunProgress, expected: readonly string[]]>([
  ['the same graph', {}, all, []],
  ['a new stage', { more: true }, all, []],
  ['a new pipeline name', { name: 'orders' }, {}, ['it is a run of "order", and the graph is "orders"']],
  ['a stage that is gone', { without: ['again'] }, all, ['the graph has no stage "again", which has settled']],
  [
    'a started stage that is gone',
    { without: ['again'] },
    { again: 'started' },
    ['the graph has no stage "again", which has started'],
  ],
  ['a stage that is gone and had not started', { without: ['again'] }, { price: 'settled' }, []],
  [
    'a stage that is gone, and was read by a settled one',
    { without: ['price'], dependencies: ['approve'] },
    { approve: 'settled', each: 'started' },
    ['stage "approve", which has settled, depended on "price" and now depends on nothing'],
  ],
  [
    'another kind',
    { price: { kind: StageKind.WORK } },
    all,
    ['stage "price", which has settled, had kind "enrich" and now has kind "work"'],
  ],
  [
    'another kind of a started stage',
    { price: { kind: StageKind.WORK } },
    { price: 'started' },
    ['stage "price", which has started, had kind "enrich" and now has kind "work"'],
  ],
  ['another kind of a stage that had not started', { price: { kind: StageKind.WORK } }, {}, []],
  [
    'a new stage that a settled one depends on',
    { more: true, dependencies: ['price', 'approve', 'more'] },
    all,
    ['stage "each", which has settled, depended on "approve", "price" and now depends on "approve", "more", "price"'],
  ],
  ['a new stage that a started one depends on', { more: true, dependencies: ['more'] }, { each: 'started' }, []],
  [
    'another join',
    { join: 'every' },
    all,
    ['stage "each", which has settled, had join {"quorum":1} and now has join "every"'],
  ],
  ['another join of a started stage', { join: 'every' }, { each: 'started' }, []],
  [
    'code instead of a map',
    { each: 'code' },
    { each: 'started' },
    ['stage "each", which has started, was a map, and now is code of its own'],
  ],
  [
    'a child that is repeated no more',
    { isRepeated: false },
    { again: { read: 'settled' } },
    ['stage "again", which has started, was the pipeline "kid", repeated until "check", and now is the pipeline "kid"'],
  ],
  [
    'another child pipeline',
    { inner: other as never },
    { kid: 'settled', value: 'started' },
    [
      'stage "kid", which has settled, was the pipeline "kid", and now is the pipeline "other"',
      'stage "value", which has started, was the pipeline "kid", and now is the pipeline "other"',
    ],
  ],
  [
    'a new stage in child pipelines',
    { inner: grown as never },
    { kid: 'settled', again: { read: 'settled', check: 'started' }, value: 'started' },
    ['stage "kid/sum" is new in a child pipeline that has settled'],
  ],
  [
    'a stage of child pipelines that is gone',
    { inner: shrunk as never },
    { kid: 'settled', again: { read: 'settled', check: 'started' }, value: { check: 'started' } },
    [
      'stage "kid/check", which has settled, depended on "read" and now depends on nothing',
      'the graph has no stage "kid/read", which has settled',
      'the graph has no stage "again/read", which has settled',
    ],
  ],
  [
    'a stage that the fingerprint lacks',
    { more: true },
    { more: 'settled' },
    [`stage "more", which has settled, isn't in the fingerprint of the run`],
  ],
  [
    'everything at once',
    { name: 'orders', without: ['again'], price: { kind: StageKind.WORK }, join: 'settled', inner: other as never },
    all,
    [
      'it is a run of "order", and the graph is "orders"',
      'stage "price", which has settled, had kind "enrich" and now has kind "work"',
      'stage "kid", which has settled, was the pipeline "kid", and now is the pipeline "other"',
      'the graph has no stage "again", which has settled',
      'stage "value", which has settled, was the pipeline "kid", and now is the pipeline "other"',
      'stage "each", which has settled, had join {"quorum":1} and now has join "settled"',
    ],
  ],
])('incompatibilities: %s', (_what, to, progress, expected) => {
  expect(fingerprintOf(graphOf())).toEqual(fingerprintOf(order.build()))
  const kept = JSON.parse(JSON.stringify(fingerprintOf(order.build()))) as GraphFingerprint
  expect(incompatibilities(graphOf(to), kept, progress)).toEqual(expected)
})

test('the progress of a suspended run names its settled and started stages, those of child runs in progress too', async () => {
  const graph = order
    .withMap('asked', { over: () => [1, 2], each: (item, context) => (item === 1 ? data() : ask(context)) })
    .withStage('later', data, { dependencies: ['approve'] })
    .build()
  const first = await graph.run()
  const read = JSON.parse(JSON.stringify(first)) as SuspendedRun
  const inside = { read: 'settled', check: 'started' }
  expect(progressOf(read)).toEqual({
    price: 'settled',
    approve: 'started',
    kid: inside,
    again: inside,
    value: inside,
    each: 'settled',
    asked: 'started',
  })
  expect(progressOf(first as unknown as SuspendedRun)).toEqual(progressOf(read))
  const second = await resumeRun(graph, read, { kid: { check: 1 } })
  expect(progressOf(second as unknown as SuspendedRun)).toMatchObject({ kid: 'settled', again: inside })
})

test('a child run that has not begun has no progress of its own', async () => {
  const gate = {
    name: 'gate',
    onCall: () => (context: StageContext) =>
      context.resumed === undefined ? StageOutput.suspend('may it?') : undefined,
  }
  const graph = new Pipeline('order').withPipeline('kid', child).build({ interceptors: [gate] })
  expect(progressOf((await graph.run()) as unknown as SuspendedRun)).toEqual({ kid: 'started' })
})

test('the open requests are those of stages, child runs and items, each with the keys of its answer', async () => {
  const graph = order
    .withMap('asked', { over: () => [1, 2], each: (item, context) => (item === 1 ? data() : ask(context)) })
    .withPipeline('outer', new Pipeline('outer').withPipeline('inner', child))
    .build()
  const first = (await graph.run()) as unknown as SuspendedRun
  const paths = openRequests(first).map(({ path }) => path)
  expect(paths).toEqual([
    ['approve'],
    ['kid', 'check'],
    ['again', 'check'],
    ['value', 'check'],
    ['asked', '1'],
    ['outer', 'inner', 'check'],
  ])
  expect(openRequests(first).every(({ request }) => request === '?')).toBe(true)
  // An answer for each of them, nested by its path, ends the run.
  const answers: Record<string, unknown> = {}
  for (const path of paths) {
    let at = answers
    for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as typeof at
    at[path.at(-1) as string] = path.join(' ')
  }
  expect(await resumeRun(graph, first, answers as never)).toMatchObject({
    status: 'completed',
    data: {
      asked: { items: [{}, { answer: 'asked 1' }] },
      outer: { inner: { check: { answer: 'outer inner check' } } },
    },
  })
})

test('a request of the code itself stays whole, whatever is in it', async () => {
  const graph = new Pipeline('order')
    .withStage('own', () => StageOutput.suspend({ check: '?' }, { state: { items: ['a'] } }))
    .build()
  const first = (await graph.run()) as unknown as SuspendedRun
  expect(openRequests(first)).toEqual([{ path: ['own'], request: { check: '?' } }])
  expect(progressOf(first)).toEqual({ own: 'started' })
})
