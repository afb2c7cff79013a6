import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageKind, defineStage } from '../src/index.ts'
import type { AnyStage, Interceptor, StageInfo } from '../src/index.ts'

const claiming = (...stageOptions: string[]): Interceptor => ({
  name: 'claiming',
  stageOptions: stageOptions as never[],
  settled: () => {},
})

test('the options of a stage are those of interceptors, without those that the engine acts on', () => {
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), {
      dependencies: ['a'],
      join: 'settled',
      when: () => true,
      onFailure: 'skip',
      late: 'finish',
      placement: 'call',
      acme: { limit: 5 },
    } as never)
    .withMap('c', { over: () => [1], each: () => ({}), concurrency: 2, kind: StageKind.WORK })
    .build({ clock, interceptors: [claiming('acme')] })
  const options = Object.fromEntries(graph.info.stages.map((stage) => [stage.name, stage.options]))
  expect(options).toEqual({ a: {}, b: { acme: { limit: 5 } }, c: {} })
  expect(graph.info.stages[1]?.placement).toBe('call')
  expect(JSON.parse(JSON.stringify(graph.info.stages[1]))).toMatchObject({
    placement: 'call',
    options: { acme: { limit: 5 } },
  })
})

test('a stage that an interceptor is asked about, and one in a running stage, have the same options', async () => {
  const seen: object[] = []
  const asking: Interceptor = {
    ...claiming('acme'),
    onCall: ({ options }) => {
      seen.push(options)
      return ({ stage }) => void seen.push(stage.options)
    },
  }
  const graph = new Pipeline('demo')
    .withStage('a', ({ stage }) => void seen.push(stage.options), { when: () => true, acme: 1 } as never)
    .build({ clock, interceptors: [asking] })
  await graph.run()
  expect(seen).toEqual([{ acme: 1 }, { acme: 1 }, { acme: 1 }])
})

test('graph.info survives JSON: names, kinds, edges, joins, maps, children and the options that are JSON', () => {
  class Client {
    secret = 'key'
  }
  const child = new Pipeline('child').withStage('inner', () => ({ n: 1 }), StageKind.AGENT)
  const graph = new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', async function* () {}, {
      dependencies: ['a'],
      when: () => true,
      limits: { tokens: [1, 2] },
      client: new Client(),
      compute: () => 5,
    } as never)
    .withMap('each', { dependencies: ['a'], over: () => [1], each: () => ({}) })
    .withPipeline('sub', child, { dependencies: ['b', 'each'], join: { quorum: 1 } })
    .build({ clock, interceptors: [claiming('limits', 'client', 'compute')] })
  const stage = {
    kind: 'transform',
    dependencies: [],
    join: 'all',
    conditional: false,
    tolerated: false,
    streams: false,
    map: false,
    options: {},
  }
  const edge = (name: string) => ({ stage: name, edge: 'value' })
  expect(JSON.parse(JSON.stringify(graph.info))).toEqual({
    name: 'demo',
    interceptors: ['claiming'],
    stages: [
      { ...stage, name: 'a' },
      {
        ...stage,
        name: 'b',
        dependencies: [edge('a')],
        conditional: true,
        streams: true,
        options: { limits: { tokens: [1, 2] } },
      },
      { ...stage, name: 'each', dependencies: [edge('a')], map: true },
      {
        ...stage,
        name: 'sub',
        dependencies: [edge('b'), edge('each')],
        join: { quorum: 1 },
        child: {
          name: 'child',
          interceptors: ['claiming'],
          stages: [{ ...stage, name: 'inner', kind: 'agent' }],
        },
      },
    ],
  })
})

test('a stage says whether its failure is tolerated, and an item of a map also by the onItemFailure of its map', () => {
  const seen: [stage: string, isItem: boolean, tolerated: boolean][] = []
  const asking: Interceptor = {
    name: 'asking',
    aroundMaps: true,
    onCall: ({ name, itemOf, tolerated }) => void seen.push([name, itemOf !== undefined, tolerated]),
  }
  const map = { over: () => [1], each: () => ({}) }
  new Pipeline('demo')
    .withStage('counts', () => ({}))
    .withStage('skipped', () => ({}), { onFailure: 'skip' })
    .withStage('replaced', () => ({}), { onFailure: { fallback: {} } })
    .withMap('ends', { ...map, onItemFailure: 'fail' })
    .withMap('tolerated', { ...map, onFailure: 'skip' })
    .withMap('leavesOut', { ...map, onItemFailure: 'skip' })
    .withMap('collects', { ...map, onItemFailure: 'collect' })
    .build({ clock, interceptors: [asking] })
  expect(seen).toEqual([
    ['counts', false, false],
    ['skipped', false, true],
    ['replaced', false, true],
    ['ends', false, false],
    ['ends', true, false],
    ['tolerated', false, true],
    ['tolerated', true, true],
    ['leavesOut', false, false],
    ['leavesOut', true, true],
    ['collects', false, false],
    ['collects', true, true],
  ])
})

test('the JSON of stages that were given as values, each after all before it, stays small', () => {
  const stages: AnyStage[] = []
  for (let index = 0; index < 22; index++) {
    const after = Object.fromEntries(stages.map((stage, place) => [`s${place}`, stage]))
    stages.push(defineStage({ name: `s${index}`, after: after as {}, run: () => ({}) }))
  }
  let seen: StageInfo | undefined
  const graph = Pipeline.from('demo', stages as never).build({
    clock,
    interceptors: [{ name: 'acme', onCall: (stage) => void (seen = stage) }],
  }) as unknown as { readonly info: object }
  expect(JSON.stringify(graph.info).length).toBeLessThan(20_000)
  expect(JSON.stringify({ options: seen?.options, stage: seen }).length).toBeLessThan(2_000)
})

test('the source of a stage is the text of its function, and what has none to show has none', () => {
  class Charge {
    execute() {
      return { charged: 1 }
    }
  }
  const plain = () => ({ n: 1 })
  const ownText = Object.assign(() => ({}), { toString: () => 'something else' })
  const inherited = Object.create({ execute: plain }) as { execute: typeof plain }
  const graph = new Pipeline('demo')
    .withStage('function', plain)
    .withStage('ownText', ownText)
    .withStage('class', Charge)
    .withStage('instance', new Charge())
    .withStage('object', inherited)
    .withStage('schema', plain, {
      outputSchema: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as never,
    })
    .withStage('bound', plain.bind(undefined))
    .withStage('native', Math.max as never)
    .withStage('proxy', new Proxy(plain, {}))
    .withStages([defineStage({ name: 'value', run: plain })])
    .withMap('map', { over: () => [1], each: plain })
    .withPipeline('child', new Pipeline('child').withStage('inner', plain))
    .build({ clock })
  const text = '() => ({ n: 1 })'
  const sources = Object.fromEntries(graph.info.stages.map(({ name, source }) => [name, source]))
  expect(sources).toEqual({
    function: text,
    ownText: expect.stringMatching(/^\(\) => \(\{\s*\}\)$/) as string,
    class: expect.stringMatching(/^execute\(\) \{\s+return \{\s*charged: 1\s*\};?\s+\}$/) as string,
    instance: sources['class'],
    object: text,
    schema: text,
    bound: undefined,
    native: undefined,
    proxy: undefined,
    value: text,
    map: text,
    child: undefined,
  })
  expect(JSON.stringify(graph.info)).not.toContain('n: 1')
})
