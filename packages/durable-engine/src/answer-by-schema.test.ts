import { Pipeline } from '@stageflow/core'
import { describe, expect, test } from 'vitest'

import { ask, openRuns, until } from '../test/open-runs.ts'
import { problemBySchema } from './answer-by-schema.ts'

const { newPath, open, change } = openRuns()

const DECISION = {
  type: 'object',
  properties: { ok: { type: 'boolean' }, euros: { type: 'integer', minimum: 1 } },
  required: ['ok'],
  additionalProperties: false,
}

describe('an answer by its JSON Schema', () => {
  test.each<[answer: unknown, schema: object, problem: RegExp | undefined]>([
    [{ ok: true, euros: 5 }, DECISION, undefined],
    [{ ok: 'yes' }, DECISION, /#\/ok: .*string.*boolean/],
    [{ ok: true, euros: 0 }, DECISION, /#\/euros: /],
    [{}, DECISION, /required property "ok"/],
    [{ ok: true, more: 1 }, DECISION, /#\/more/],
    [null, { $ref: '#/$defs/d', $defs: { d: { const: 1 } } }, /#: /],
    [1, { $ref: '#/$defs/d', $defs: { d: { const: 1 } } }, undefined],
    [{ $ref: 'https://example.com' }, { const: { $ref: '#' } }, /#: /],
  ])('%j by %j', (answer, schema, problem) => {
    const found = problemBySchema(answer, schema)
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(problem)
  })

  test.each<[what: string, schema: object]>([
    ['refers to the outside', { $ref: 'https://example.com/schema.json' }],
    ['refers to the outside inside', { type: 'object', properties: { a: { anyOf: [{ $ref: 'other.json#/a' }] } } }],
    ['refers to nothing', { $ref: '#/$defs/missing' }],
    ['refers to itself', { $ref: '#' }],
    ['has a broken pattern', { type: 'string', pattern: '(' }],
    ['has two of one name', { properties: { a: { $anchor: 'x' }, b: { $id: '#x' } }, allOf: [{ $ref: '#nowhere' }] }],
    ['is too long', { enum: Array.from({ length: 20_000 }, (_, n) => `${n}`) }],
  ])('a schema that %s decides nothing', (_what, schema) => {
    expect(problemBySchema('answer', schema)).toBeUndefined()
  })

  test('the schema stays as it is, and one that inherits from Object.prototype changes nothing', () => {
    const schema = structuredClone(DECISION)
    problemBySchema({ ok: 1 }, schema)
    expect(Reflect.ownKeys(schema)).toEqual(Reflect.ownKeys(DECISION))
    expect(problemBySchema(JSON.parse('{"ok":true,"__proto__":{"ok":1}}'), DECISION)).toMatch(/#\/__proto__/)
  })
})

test('who answers by name without the graph is held to the schema of the question, and nothing is kept of a wrong answer', async () => {
  const path = newPath()
  const answerSchema = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) => ({ value: value as { ok: boolean } }),
      jsonSchema: { input: () => DECISION, output: () => DECISION },
    },
  }
  const graph = new Pipeline('p').withStage('boss', ask, { answerSchema }).withStage('free', ask).build()
  await open(path).run(graph, {}, { runId: 'a' })
  const console_ = open(path).as('console')
  await expect(console_.answer('a', { free: 1, boss: { ok: 'yes' } })).rejects.toMatchObject({
    code: 'durable-engine/answer',
    message: expect.stringMatching(/questions stay open: "boss": #\/ok: .*get\(runId\)/) as string,
  })
  expect((await open(path).get('a'))?.requests).toMatchObject([
    { path: ['boss'], answerSchema: DECISION },
    { path: ['free'] },
  ])
  await console_.answer('a', { free: 1, boss: { ok: true } })
  const [run] = await open(path).recover(graph)
  expect(run).toMatchObject({ runId: 'a', status: 'completed' })
})

/** A schema without JSON Schema, such as one with a rule in code. It makes a number of what it takes. */
const even = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) =>
      Number(value) % 2 === 0 ? { value: Number(value) } : { issues: [{ message: 'must be even' }] },
  },
}

test('the leg that takes an answer by name has the stage check it: refused, the question stays open for the right one', async () => {
  const path = newPath()
  const graph = new Pipeline('p').withStage('boss', ask, { answerSchema: even }).build()
  await open(path).run(graph, {}, { runId: 'a' })
  const console_ = open(path).as('console')
  await console_.answer('a', { boss: '3' })
  const first = open(path)
  expect(await first.recover(graph)).toMatchObject([{ runId: 'a', status: 'suspended' }])
  expect(await first.get('a')).toMatchObject({ requests: [{ path: ['boss'] }] })
  expect(await change(path, 'SELECT kind, key FROM inbox')).toMatchObject([{ kind: 'refused' }])
  await first.close()
  await console_.answer('a', { boss: '4' })
  const second = open(path)
  expect(await second.recover(graph)).toMatchObject([{ runId: 'a', status: 'completed' }])
  // As the schema made it, and by whom.
  expect(await second.get('a')).toMatchObject({ result: { data: { boss: { answer: 4 } } } })
  const answers = (await second.get('a'))?.timeline.filter(({ kind }) => kind === 'answer')
  expect(answers).toMatchObject([
    { key: 'boss', by: { system: 'console' } },
    { key: 'boss', by: { system: 'console' }, taken: false, refused: true },
  ])
})

test('early answers by name are checked too, in child pipelines and while others of the run go on', async () => {
  const path = newPath()
  const gate = Promise.withResolvers<void>()
  const child = new Pipeline('kid').withStage('check', ask, { answerSchema: even })
  const graph = new Pipeline('p')
    .withStage('slow', async () => (await gate.promise, {}))
    .withPipeline('kid', child, { dependencies: ['slow'] })
    .withStage('late', ask, { dependencies: ['slow'], answerSchema: even })
    .build()
  const durable = open(path)
  const running = durable.run(graph, {}, { runId: 'a' })
  await until(async () => (await durable.get('a')) !== undefined)
  await durable.as('console').answer('a', { kid: { check: '2' }, late: '3' })
  gate.resolve()
  expect((await running).status).toBe('suspended')
  expect((await durable.get('a'))?.requests.map((request) => request.path)).toEqual([['late']])
  const { data } = await durable.resume(graph, 'a', { late: '6' } as never)
  expect(data).toMatchObject({ kid: { check: { answer: 2 } }, late: { answer: 6 } })
})

test('a wrong answer by name is out of the way as soon as its leg refuses it, and stays in view', async () => {
  const path = newPath()
  const gate = Promise.withResolvers<void>()
  const graph = new Pipeline('p')
    .withStage('boss', ask, { answerSchema: even })
    .withStage('slow', async () => (await gate.promise, {}))
    .build()
  const here = open(path)
  const there = open(path)
  const running = here.run(graph, {}, { runId: 'a' })
  const answersOf = async () =>
    ((await there.get('a', { facts: true }))?.facts ?? []).filter(({ kind }) => kind === 'answer')
  await until(async () => (await there.get('a'))?.requests.length === 1)
  for (const wrong of ['3', '5']) {
    await there.as('console').answer('a', { boss: wrong })
    // The leg is in progress, and the question is open again.
    await until(async () => (await there.get('a'))?.requests.length === 1)
  }
  await there.as('console').answer('a', { boss: '4' })
  await until(async () => (await answersOf()).some(({ taken }) => taken === undefined))
  gate.resolve()
  expect(await running).toMatchObject({ status: 'completed', data: { boss: { answer: 4 } } })
  // The wrong answers are in view after the end too, with who gave them.
  expect(await answersOf()).toMatchObject([
    { key: 'boss', value: { answer: 4 } },
    { key: 'boss', taken: false, refused: true, value: { answer: '3', by: { system: 'console' } } },
    { key: 'boss', taken: false, refused: true, value: { answer: '5', by: { system: 'console' } } },
  ])
  expect(await there.recover(graph)).toEqual([])
})
