import { expect, test } from 'vitest'
import { checkedAnswers, resumeRun } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { PipelineResult, StageContext, SuspendedResult } from '../src/index.ts'

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
