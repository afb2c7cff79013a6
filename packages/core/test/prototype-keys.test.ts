import { afterEach, expect, test } from 'vitest'
import { Pipeline, StageflowError, defineStage } from '../src/index.ts'
import type { RunInput, StageContext } from '../src/index.ts'
import { aroundRun } from './interceptors.ts'

/** An object as JSON.parse makes it, with an own key named __proto__. */
const hostile = (): Record<string, unknown> =>
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as Record<string, unknown>
const TEXT = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'

/** The object has the key as its own, and the prototype of any other object. */
function expectDataOnly(object: unknown): void {
  expect(JSON.stringify(object)).toBe(TEXT)
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  expect((object as Record<string, unknown>)['polluted']).toBe(undefined)
}
afterEach(() => {
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
})

test('a key named __proto__ in the data of a stage stays data and changes no prototype', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', hostile)
    .withStage(
      'b',
      (context) => ({
        saw: JSON.stringify(context.inputs.from('a')),
        get: context.inputs.get('polluted' as never),
        all: JSON.stringify(context.inputs.toJSON()),
      }),
      { dependencies: ['a'] },
    )
    .build()
  const { data } = await graph.run()
  expectDataOnly(data.a)
  expect(data.b).toEqual({ saw: TEXT, get: undefined, all: `{"a":${TEXT}}` })
})

test('stages called constructor, toString and the like are stages like any other', async () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'] as const
  const graph = Pipeline.from(
    'demo',
    names.map((name) => defineStage({ name, run: () => ({ name }) })),
  ).build()
  const { data, outputs, report } = await graph.run()
  for (const name of names) {
    expect((data as Record<string, unknown>)[name]).toEqual({ name })
    expect((outputs as Record<string, unknown>)[name]).toMatchObject({ status: 'ok' })
    expect(report.stages[name]).toMatchObject({ stage: name, status: 'ok' })
  }
})

const PROBLEM = new StageflowError('acme/slow', 'the cache was slow')
test.each<[beside: string, problem: boolean]>([
  ['no problem', false],
  ['a problem of the run', true],
])('notes under the key __proto__ stay data and change no prototype, beside %s', async (_, problem) => {
  const graph = new Pipeline('demo')
    .withStage('a', (context) => {
      context.note('__proto__' as never, hostile() as never)
      context.note('usage', { inputTokens: 1 })
    })
    .build({
      interceptors: [
        aroundRun((next) => (run) => {
          run.note('__proto__' as never, hostile() as never)
          if (problem) run.problem(PROBLEM)
          return next(run)
        }),
      ],
    })
  const { report } = await graph.run()
  const ofStage = report.stages['a']?.notes ?? {}
  expect(Object.keys(ofStage)).toEqual(['__proto__', 'usage'])
  expect(Object.keys(report.notes)).toEqual(['__proto__', ...(problem ? ['core/problems'] : [])])
  for (const notes of [ofStage, report.notes]) {
    expect(Object.getPrototypeOf(notes)).toBe(Object.prototype)
    expectDataOnly(Object.entries(notes)[0]?.[1])
  }
})

test.each<[field: string, input: RunInput]>([
  ['metadata', { metadata: hostile() }],
  ['extensions', { extensions: { acme: hostile() } as never }],
])('a key named __proto__ in the %s of an input stays data, in the run and in its child', async (field, input) => {
  const seen: unknown[] = []
  const look = ({ snapshot }: StageContext<{}>): void => {
    const given = (snapshot as unknown as Record<string, Record<string, unknown>>)[field]
    seen.push(field === 'metadata' ? given : given?.['acme'])
  }
  await new Pipeline('demo')
    .withStage('here', look)
    .withPipeline('inherits', new Pipeline('child').withStage('look', look))
    .withPipeline('given', new Pipeline('child').withStage('look', look), { input: () => input })
    .build()
    .run(input)
  expect(seen).toHaveLength(3)
  for (const one of seen) expectDataOnly(one)
})

test.each<[what: string, input: unknown]>([
  ['an input', JSON.parse('{"__proto__":{"inputText":"hi"}}')],
  ['the identity of an input', JSON.parse('{"runId":{"__proto__":{"userId":"root"}}}')],
])('a key named __proto__ in %s is refused, for a run and for a child (core/snapshot)', async (_, input) => {
  const child = new Pipeline('child').withStage('a', () => ({}))
  await expect(child.build().run(input as RunInput)).rejects.toMatchObject({ code: 'core/snapshot' })
  const parent = new Pipeline('demo').withPipeline('child', child, { input: () => input as RunInput }).build()
  expect(await parent.runSettled()).toMatchObject({ status: 'failed', errors: [{ code: 'core/snapshot' }] })
})

test('a run option named __proto__ is refused (core/illegal-option)', async () => {
  const graph = new Pipeline('demo').withStage('a', () => ({})).build()
  const options = JSON.parse('{"__proto__":{"timeoutMs":5}}') as object
  await expect(graph.run({}, options)).rejects.toMatchObject({ code: 'core/illegal-option' })
})
