import { Pipeline } from '@stageflow/core'
import { describe, expect, test } from 'vitest'

import { ask, newPath, open } from '../test/open-runs.ts'
import { problemBySchema } from './answer-by-schema.ts'

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
