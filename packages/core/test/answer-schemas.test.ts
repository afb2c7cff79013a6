import { expect, test } from 'vitest'
import { checkedAnswers, openRequests, resumeRun, runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { PipelineResult, StageContext, SuspendedResult } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('How much?') : { answer: resumed.answer }
/** A Standard Schema of a function that returns what it makes of a value, or throws what is wrong with it. */
const schema = (read: (value: never) => unknown, path: readonly string[] = []) => ({
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => {
      try {
        return { value: read(value as never) }
      } catch (error) {
        return { issues: [{ message: (error as Error).message, path }] }
      }
    },
  },
})
const amount = schema(
  (value: { readonly amount: unknown }) => {
    if (typeof value.amount !== 'number' || value.amount > 900) throw new Error('must be a number up to 900')
    return value
  },
  ['amount'],
)
const number = schema((value: string) => {
  if (Number.isNaN(Number(value))) throw new Error('must be a number')
  return Number(value)
})
const upper = schema((value: string) => value.toUpperCase())

function suspended<Stages>(result: PipelineResult<Stages>): SuspendedResult<Stages> {
  if (result.status !== 'suspended') throw new Error(`the run is ${result.status}`)
  return result
}

test('an answer that the answerSchema refuses is not kept: the question stays open, and the right one counts', async () => {
  const graph = new Pipeline('order').withStage('boss', ask, { answerSchema: amount }).build()
  const run = suspended(await graph.run())
  await expect(resumeRun(graph, run, { boss: { amount: '5' } })).rejects.toMatchObject({
    code: 'core/answer',
    message: expect.stringMatching(
      /^An answer was refused, so none was kept, and the questions stay open: "boss": amount: /,
    ),
  })
  await expect(resumeRun(graph, run, { boss: { amount: 901 } })).rejects.toMatchObject({ code: 'core/answer' })
  expect((await resumeRun(graph, run, { boss: { amount: 900 } })).data).toEqual({ boss: { answer: { amount: 900 } } })
})

test('the stage gets what the schema made of the answer, and all problems come at once', async () => {
  const kid = new Pipeline('kid').withStage('check', ask, { answerSchema: number })
  const graph = new Pipeline('order')
    .withPipeline('kid', kid)
    .withMap('letters', {
      over: () => ['a', 'b'],
      each: (_letter, context) => ask(context),
      answerSchema: upper,
    })
    .withStage('free', ask)
    .build()
  expect(await checkedAnswers(graph, { kid: { check: '7' }, letters: { 1: 'x' }, free: { any: 1 }, gone: 1 })).toEqual({
    kid: { check: 7 },
    letters: { 1: 'X' },
    free: { any: 1 },
    gone: 1,
  })
  await expect(checkedAnswers(graph, { kid: { check: 'x' }, letters: { 0: 1, 1: 2 } })).rejects.toThrow(
    /"kid\/check": .*; "letters#0": .*; "letters#1": /,
  )
})

test.each([undefined, null, 'yes', 7])(
  "what isn't an object of answers (%j) is left to the check of what is waited for",
  async (answers) => {
    const graph = new Pipeline('order').withStage('boss', ask, { answerSchema: amount }).build()
    expect(await checkedAnswers(graph, answers)).toBe(answers)
  },
)

test('a schema that throws, or returns neither a value nor issues, refuses the answer', async () => {
  const graph = (validate: () => unknown) => {
    const answerSchema = { '~standard': { version: 1 as const, vendor: 'test', validate } }
    return new Pipeline('order').withStage('boss', ask, { answerSchema }).build()
  }
  const throwing = graph(() => {
    throw new Error('no database')
  })
  await expect(checkedAnswers(throwing, { boss: 1 })).rejects.toThrow('"boss": its answerSchema threw: no database')
  await expect(
    checkedAnswers(
      graph(() => ({})),
      { boss: 1 },
    ),
  ).rejects.toThrow('neither a value nor issues')
  await expect(
    checkedAnswers(
      graph(async () => ({ value: 2 })),
      { boss: 1 },
    ),
  ).resolves.toEqual({ boss: 2 })
})

test("an answerSchema that isn't a schema does not build", () => {
  expect(() => new Pipeline('order').withStage('boss', ask, { answerSchema: {} as never }).build()).toThrow(
    /answerSchema must be a Standard Schema/,
  )
})

/** A schema that also says as JSON Schema what it takes. */
const withJson = (input: (options: unknown) => unknown) => {
  const { '~standard': standard } = schema((value) => value)
  return { '~standard': { ...standard, jsonSchema: { input, output: () => ({ type: 'never read' }) } } }
}
const flag = withJson(() => ({ type: 'boolean' }))

/** A stage, a stage of a child pipeline, and two items of a map that ask. */
const asking = () => {
  const kid = new Pipeline('kid').withStage('check', ask, { answerSchema: flag })
  const each = (_letter: string, context: StageContext) => ask(context)
  return new Pipeline('order')
    .withStage('boss', ({ resumed }) => (resumed ? {} : StageOutput.suspend('Pay?', { forMs: 86_400_000, state: 1 })), {
      answerSchema: withJson((options) => ({ type: 'object', options })),
    })
    .withPipeline('kid', kid)
    .withMap('letters', { over: () => ['a', 'b'], each, answerSchema: flag })
    .withStage('free', ask)
    .build()
}

test('a question carries the JSON Schema of its answer, also in a child pipeline and for each item of a map', async () => {
  const run = suspended(await asking().run())
  const schemas = (requests: ReturnType<typeof openRequests>) =>
    Object.fromEntries(requests.map(({ path, answerSchema }) => [path.join('/'), answerSchema]))
  const expected = {
    boss: { type: 'object', options: { target: 'draft-2020-12' } },
    'kid/check': { type: 'boolean' },
    'letters/0': { type: 'boolean' },
    'letters/1': { type: 'boolean' },
    free: undefined,
  }
  expect(schemas(openRequests(run))).toEqual(expected)
  expect(run.outputs.kid).not.toHaveProperty('answerSchema', expect.anything())
  expect(run.outputs.letters).not.toHaveProperty('answerSchema', expect.anything())
  // A leg that gives no answer to it leaves it as it is.
  const later = suspended(await resumeRun(asking(), JSON.parse(JSON.stringify(run)), { free: 1 }))
  const { free: _, ...open } = expected
  expect(schemas(openRequests(later))).toEqual(open)
})

test('in a durable run, the fact of a question has the JSON Schema of its answer', async () => {
  const executor = new ArrayExecutor()
  await runDurable(asking(), executor)
  const schemas = executor.facts.flatMap((fact) =>
    fact.kind === 'call' ? [[fact.key, fact.facts.answerSchema] as const] : [],
  )
  expect(Object.fromEntries(schemas)).toEqual({
    boss: { type: 'object', options: { target: 'draft-2020-12' } },
    'kid/check': { type: 'boolean' },
    'letters#0': { type: 'boolean' },
    'letters#1': { type: 'boolean' },
    free: undefined,
  })
  expect(executor.facts.find(({ key }) => key === 'boss')).toMatchObject({
    facts: { state: 1, until: expect.any(Number) },
  })
})

test.each([
  ['none', undefined],
  [
    'one that throws',
    withJson(() => {
      throw new Error('a Date cannot be JSON Schema')
    }),
  ],
  ['true', withJson(() => true)],
  ['an array', withJson(() => [])],
  ['nothing', withJson(() => undefined)],
  [
    'one that contains itself',
    withJson(() => {
      const self: { self?: object } = {}
      self.self = self
      return self
    }),
  ],
])('a schema whose JSON Schema is %s leaves the question without one', async (_what, answerSchema) => {
  const options = answerSchema === undefined ? {} : { answerSchema }
  const run = suspended(await new Pipeline('order').withStage('boss', ask, options).build().run())
  expect(openRequests(run)).toEqual([{ path: ['boss'], request: 'How much?' }])
})

test('the JSON Schema of a question is made once, and is frozen', async () => {
  let made = 0
  const answerSchema = withJson(() => ({ type: 'object', properties: { made: { const: ++made } } }))
  const graph = new Pipeline('order').withStage('boss', ask, { answerSchema }).build()
  for (let run = 0; run < 2; run++) {
    const [open] = openRequests(suspended(await graph.run()))
    expect(open?.answerSchema).toEqual({ type: 'object', properties: { made: { const: 1 } } })
    expect(Object.isFrozen((open?.answerSchema as { properties: object }).properties)).toBe(true)
  }
})

test('an answerSchema around a child pipeline does not build: the stages inside it ask, and it would check none of them', () => {
  const kid = new Pipeline('kid').withStage('check', ask)
  const around = new Pipeline('order').withPipeline('kid', kid, { answerSchema: amount })
  expect(() => around.build()).toThrow(
    'Stage "kid" has an answerSchema, but the stages of "kid" ask. Give it to those stages.',
  )
})
