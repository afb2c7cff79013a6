import { Pipeline, StageOutput } from '@stageflow/core'
import { afterAll, describe, expect, test } from 'vitest'

import { newPlace } from '../test/place.ts'

const place = newPlace()
const path = place.newPath()
const durable = place.open(path, {})
afterAll(async () => {
  await durable.close()
  await place.close()
})

/** Refuses every answer that isn't a number, and quotes what it was given, like many schemas. */
const quoting = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'number'
        ? { value }
        : {
            issues: [
              {
                message: `not a number: ${JSON.stringify(value)}`,
                path: typeof value === 'object' ? Object.keys(value as object) : [],
              },
            ],
          },
  },
} as const
const ask = ({ resumed }: { readonly resumed?: unknown }): StageOutput =>
  resumed === undefined ? StageOutput.suspend('why?') : StageOutput.ok({})
const kid = new Pipeline('kid').withStage('check', ask as never).build()
const graph = new Pipeline('asks')
  .withStage('q', ask as never)
  .withStage('checked', ask as never, { answerSchema: quoting })
  .withPipeline('kid', kid)
  .build()
const fails = new Pipeline('fails')
  .withStage('a', () => {
    throw new Error('no')
  })
  .build()

/** Methods that are called with what the compiler refuses. */
type Calls = Readonly<Record<'answer' | 'resume' | 'cancel' | 'retryFailed', (...args: unknown[]) => Promise<unknown>>>
const runs = durable as unknown as Calls
const system = durable.as('test') as unknown as Calls

const LONG = 'x'.repeat(3_000_000)
const FORGED = 'a\n2026 ERROR forged\r\u0085\u2028\u2029\u001b[2K\u202e'
const many = (value: unknown): object =>
  Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`unknown ${index}`, value]))

/** Everything that a message may say: some names and problems, each short. */
const MOST = 16_000
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

async function messageOf(call: () => Promise<unknown>): Promise<string> {
  const error = await call().then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  )
  expect(error).toMatchObject({ code: expect.any(String) as string })
  return (error as Error).message
}

describe.each<[what: string, text: string]>([
  ['3 million characters', LONG],
  ['line breaks and control characters', FORGED],
])('a message stays short and on one line if a caller passes %s', (what, text) => {
  test.each<[where: string, answers: object, options?: object]>([
    ['as the name of a stage', { [text]: 1 }],
    ['as the name of a stage of a child pipeline', { kid: { [text]: 1 } }],
    ['as the answers for a child pipeline', { kid: text }],
    ['as the question that is answered', { q: 1 }, { question: text }],
    ['as the question of an answer to a child pipeline', { kid: { check: 1 } }, { question: text }],
    ['as an answer that its schema quotes', { checked: text }],
    ['as a field that a schema names', { checked: { [text]: 1 } }],
    ['as a field that JSON cannot hold', { q: { [text]: 1n } }],
    ['as a field of an array', { q: Object.assign([1], { [text]: 1 }) }],
    ['as a field around too many levels', { q: { [text]: nested(600) } }],
  ])('%s', async (where, answers, options) => {
    const runId = `${what} ${where}`
    await durable.run(graph, {}, { runId })
    for (const call of [
      () => runs.answer(graph, runId, answers, options),
      () => runs.resume(graph, runId, answers, options),
      ...(options === undefined
        ? [() => system.answer(runId, answers), () => system.resume(graph, runId, answers)]
        : []),
    ]) {
      // The name of a part of the app needs no graph, so no schema that isn't JSON looks at its answer.
      if ('checked' in answers && call.toString().includes('system.answer')) continue
      const message = await messageOf(call)
      expect(message.length).toBeLessThan(MOST)
      expect(message).not.toMatch(UNSAFE)
    }
  })

  test('as a stage that runs again', async () => {
    const runId = `${what} again`
    await expect(durable.run(fails, {}, { runId })).rejects.toThrow('no')
    for (const again of [[text], Array.from({ length: 20_000 }, (_, index) => `${index} ${text.slice(0, 50)}`)])
      for (const call of [
        () => runs.retryFailed(fails, runId, { again }),
        () => system.retryFailed(fails, runId, { again }),
      ]) {
        const message = await messageOf(call)
        expect(message.length).toBeLessThan(MOST)
        expect(message).not.toMatch(UNSAFE)
      }
  })
})

function nested(levels: number): object {
  let value = {}
  for (let level = 0; level < levels; level++) value = { a: value }
  return value
}

test.each<[what: string, answers: object]>([
  ['stages', many(1)],
  ['stages of a child pipeline', { kid: many(1) }],
])('of 20,000 unknown %s a message names the first few, and says how many more there are', async (what, answers) => {
  await durable.run(graph, {}, { runId: what })
  const message = await messageOf(() => runs.answer(graph, what, answers))
  expect(message.length).toBeLessThan(MOST)
  expect(message).toContain('"unknown 0"')
  expect(message).toContain('and 19988 more')
})

test('of 20,000 stages to run again a message names the first few, and says how many more there are', async () => {
  await expect(durable.run(fails, {}, { runId: 'again' })).rejects.toThrow('no')
  const again = Array.from({ length: 20_000 }, (_, index) => `stage ${index}`)
  const message = await messageOf(() => runs.retryFailed(fails, 'again', { again }))
  expect(message).toContain('"stage 11" and 19988 more')
})

test('an answer that its JSON Schema refuses is quoted on one line and cut', async () => {
  const answerSchema = { type: 'object', properties: {}, additionalProperties: false }
  const byJson = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => answerSchema },
    },
  }
  const asks = new Pipeline('json').withStage('q', ask as never, { answerSchema: byJson as never }).build()
  await durable.run(asks, {}, { runId: 'json' })
  for (const text of [LONG, FORGED]) {
    const message = await messageOf(() => system.answer('json', { q: { [text]: 1 } }))
    expect(message).toContain('was refused')
    expect(message.length).toBeLessThan(MOST)
    expect(message).not.toMatch(UNSAFE)
  }
})

describe('a reason to cancel', () => {
  const small = place.open(place.newPath(), { maxFactLength: 1_024 })
  afterAll(() => small.close())

  test('that is longer than maxFactLength as JSON is refused, and the run goes on', async () => {
    await small.run(graph, {}, { runId: 'r' })
    const refused = { code: 'durable-engine/too-large', message: expect.stringContaining('1025') as string }
    const reason = 'x'.repeat(1_023)
    await expect(small.cancel('r', reason)).rejects.toMatchObject(refused)
    await expect(small.cancel(graph, 'r', reason)).rejects.toMatchObject(refused)
    await expect(small.as('month end').cancel('r', reason)).rejects.toMatchObject(refused)
    expect((await small.get('r'))?.status).toBe('suspended')
  })

  test('of exactly maxFactLength is kept', async () => {
    await small.run(graph, {}, { runId: 'fits' })
    const reason = 'x'.repeat(1_022)
    expect(await small.cancel('fits', reason)).toBe(true)
    expect((await small.get('fits'))?.result).toMatchObject({ status: 'cancelled', reason })
  })
})

describe('the name of a part of the app', () => {
  test.each([' ', '\t', 'a\nb', 'a\rb', 'a\u0085b', 'a\u2028b', 'a\0b', 'a\ud800', 'n'.repeat(513), 'n'.repeat(20e6)])(
    'is refused: case %#',
    (name) => {
      expect(() => durable.as(name)).toThrow(
        expect.objectContaining({
          code: 'durable-engine/illegal-option',
          message: expect.stringMatching(/^as\(\) was given the name "[^\n]{0,100}; pass /) as string,
        }),
      )
    },
  )

  test.each(['month end', 'Größe 😀', 'n'.repeat(512)])('may be: case %#', (name) => {
    expect(() => durable.as(name)).not.toThrow()
  })
})
