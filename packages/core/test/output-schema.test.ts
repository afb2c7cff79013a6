import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { OutputSchema } from '../src/index.ts'
import { retryOnce } from './interceptors.ts'

const schema = (validate: (value: { readonly [key: string]: unknown }) => unknown): OutputSchema => ({
  '~standard': { version: 1, vendor: 'test', validate: validate as (value: unknown) => unknown },
})
/** Refuses data without a number called `n`, and doubles it. */
const doubling = schema(({ n }) =>
  typeof n === 'number'
    ? { value: { n: n * 2 } }
    : {
        issues: [
          { message: 'must be a number', path: ['n'] },
          { message: 'and that is that', path: [{ key: 'a' }, 0] },
          { message: 'without a path' },
        ],
      },
)
const run = (stage: () => unknown, outputSchema: OutputSchema) =>
  new Pipeline('demo')
    .withStage('a', stage as () => object, { outputSchema })
    .build({ clock })
    .runSettled()

class Query {
  then(use: (value: object) => void): void {
    use({ n: 1 })
  }
}
test.each<[how: string, stage: () => unknown]>([
  ['returns data', () => ({ n: 1 })],
  ['resolves with data', async () => ({ n: 1 })],
  ['returns an output', () => StageOutput.ok({ n: 1 })],
  [
    'yields chunks and returns data',
    async function* () {
      yield 'chunk'
      return { n: 1 }
    },
  ],
  ['returns an object with a then', () => ({ then: (use: (value: object) => void) => use({ n: 1 }) })],
  ['returns an instance of a class with a then', () => new Query()],
])('a schema gets the data of a stage that %s, and may change it', async (_, stage) => {
  expect((await run(stage, doubling)).data).toEqual({ a: { n: 2 } })
})

test('a schema changes the data of an output and keeps its version', async () => {
  expect((await run(() => StageOutput.ok({ n: 1 }, { version: '7' }), doubling)).outputs.a).toMatchObject({
    data: { n: 2 },
    version: '7',
  })
})

test('data that the schema refuses fails the stage, with every issue and its path (core/output-schema)', async () => {
  expect(await run(() => ({ n: 'one' }), doubling)).toMatchObject({
    status: 'failed',
    errors: [
      {
        code: 'core/output-schema',
        stage: 'a',
        message:
          'Stage "a" returned data that its outputSchema refuses: n: must be a number; a.0: and that is that; without a path.',
      },
    ],
  })
})

test('at most ten issues are shown', async () => {
  const result = await run(
    () => ({}),
    schema(() => ({ issues: Array.from({ length: 50 }, (_, index) => ({ message: `issue ${index}` })) })),
  )
  expect(result.status === 'failed' && result.errors[0]?.message.match(/issue/g)).toHaveLength(10)
})

test('an asynchronous schema is awaited', async () => {
  const slow = schema(async (value) => {
    await clock.sleep(10)
    return { value: { ...value, checked: true } }
  })
  const settled = run(() => ({ n: 1 }), slow)
  await clock.advance(10)
  expect((await settled).data).toEqual({ a: { n: 1, checked: true } })
})

test("a schema isn't called for an output that isn't ok", async () => {
  const never = schema(() => {
    throw new Error('asked')
  })
  expect((await run(() => StageOutput.skip('x'), never)).outputs.a).toMatchObject({ status: 'skip' })
  expect(await run(() => StageOutput.fail('x'), never)).toMatchObject({ errors: [{ message: 'x' }] })
  expect(await run(() => 5, never)).toMatchObject({ errors: [{ code: 'core/illegal-output' }] })
})

const broken = (): never => {
  throw new Error('a bug')
}
test.each<[how: string, validate: () => unknown]>([
  ['throws', broken],
  ['rejects', async () => broken()],
])('a schema that %s fails the stage, and the error names it (core/output-schema)', async (_, validate) => {
  expect(await run(() => ({}), schema(validate))).toMatchObject({
    errors: [
      {
        code: 'core/output-schema',
        message: 'The outputSchema of stage "a" threw: a bug',
        cause: { message: 'a bug' },
      },
    ],
  })
})

test.each([['nothing'], [null], [{}], [{ value: undefined }], [{ value: 5 }], [{ value: [1] }]])(
  'a schema that returns %o fails the stage',
  async (result) => {
    const { status } = await run(
      () => ({ n: 1 }),
      schema(() => (result === 'nothing' ? undefined : result)),
    )
    expect(status).toBe('failed')
  },
)

test('the schema stands inside the interceptors: a retry runs again a stage whose data the schema refused', async () => {
  let calls = 0
  const graph = new Pipeline('demo')
    .withStage('a', () => ({ n: ++calls > 1 ? calls : 'one' }), { outputSchema: doubling })
    .build({
      clock,
      interceptors: [retryOnce],
    })
  const { data, report } = await graph.run()
  expect(data).toEqual({ a: { n: 4 } })
  expect(report.stages['a']?.attempts).toMatchObject([
    { status: 'fail', error: { code: 'core/output-schema' } },
    { status: 'ok' },
  ])
})
