import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Pipeline, StageKind, StageOutput, StageflowError, after } from '../src/index.ts'
import type { Interceptor } from '../src/index.ts'

const run = (stage: () => unknown) =>
  new Pipeline('demo')
    .withStage('a', stage as () => object)
    .build()
    .runSettled()
function thrownBy(value: unknown): never {
  throw value
}
const errorOf = async (stage: () => unknown) => {
  const result = await run(stage)
  return result.status === 'failed' ? result.errors[0] : undefined
}

test('the kinds are lower-case words', () => {
  expect(StageKind).toEqual({
    TRANSFORM: 'transform',
    ENRICH: 'enrich',
    ROUTE: 'route',
    GUARD: 'guard',
    WORK: 'work',
    AGENT: 'agent',
  })
  expect(Object.isFrozen(StageKind)).toBe(true)
})

test.each<[what: string, stage: () => unknown, data: object]>([
  ['a plain object', () => ({ a: 1 }), { a: 1 }],
  ['an object without a prototype', () => Object.create(null) as object, {}],
  ['undefined', () => undefined, {}],
  ['a promise of nothing', async () => {}, {}],
  ['StageOutput.ok()', () => StageOutput.ok(), {}],
])('a stage that returns %s is ok', async (_, stage, data) => {
  const { status, outputs } = await run(stage)
  expect(status).toBe('completed')
  expect(outputs.a).toMatchObject({ status: 'ok', data })
})

test('each constructor makes an output of its status', () => {
  expect(
    StageOutput.ok({ a: 1 }, { version: '2', artifacts: [{ file: 'x' }], events: [{ type: 'a.b', data: {} }] }),
  ).toMatchObject({
    status: 'ok',
    data: { a: 1 },
    version: '2',
    artifacts: [{ file: 'x' }],
    events: [{ type: 'a.b', data: {} }],
  })
  expect(StageOutput.skip('not now')).toMatchObject({ status: 'skip', reason: 'not now' })
  expect(StageOutput.cancel('not allowed')).toMatchObject({ status: 'cancel', reason: 'not allowed' })
  expect(StageOutput.fail('broken', { retryable: true, data: { a: 1 } })).toMatchObject({
    status: 'fail',
    retryable: true,
    data: { a: 1 },
  })
  expect(StageOutput.retry(new Error('busy'), { afterMs: 50 })).toMatchObject({
    status: 'retry',
    afterMs: 50,
    error: { message: 'busy' },
  })
})

test('a string that is given as an error becomes an error, and an error stays the same', () => {
  const error = new TypeError('x')
  expect(StageOutput.fail(error)).toHaveProperty('error', error)
  const { error: made } = StageOutput.fail('broken')
  expect(StageflowError.is(made, 'core/stage-failed') && [made.message, made.cause]).toEqual(['broken', 'broken'])
})

test('the version and artifacts of an ok output reach the result', async () => {
  const { outputs } = await run(() => StageOutput.ok({ a: 1 }, { version: '2', artifacts: [{ file: 'x' }] }))
  expect(outputs.a).toMatchObject({ status: 'ok', version: '2', artifacts: [{ file: 'x' }] })
})

const DOWN = new StageflowError('acme/down', 'the store is down')
test.each<[how: string, stage: () => unknown]>([
  ['returned in an output', () => StageOutput.fail(DOWN)],
  ['thrown', () => thrownBy(DOWN)],
  ['thrown after a promise', async () => thrownBy(DOWN)],
])('an error that is %s looks the same in the result', async (_, stage) => {
  expect(await errorOf(stage)).toEqual({ code: 'acme/down', message: 'the store is down', stage: 'a' })
})

test.each<[what: string, thrown: unknown, record: object]>([
  ['an error with a code', Object.assign(new Error('gone'), { code: 'ENOENT' }), { code: 'ENOENT', message: 'gone' }],
  ['a string', 'a string', { code: 'core/stage-failed', message: 'a string' }],
  ['undefined', undefined, { code: 'core/stage-failed', message: 'undefined' }],
])('%s that a stage throws is in the errors of the result', async (_, thrown, record) => {
  expect(await errorOf(() => thrownBy(thrown))).toMatchObject(record)
})

class Profile {
  name = 'Ada'
}
const ILLEGAL = [
  ['null', () => null, 'null'],
  ['a number', () => 5, '5'],
  ['a string', () => 'text', '"text"'],
  ['a boolean', () => true, 'true'],
  ['a bigint', () => 5n, '5n'],
  ['a symbol', () => Symbol('x'), 'Symbol(x)'],
  ['an array', () => [1, 2], 'an array'],
  ['a function', () => function later() {}, 'a function'],
  ['a function without a name', () => (() => () => {})(), 'a function'],
  ['an Error', () => new Error('x'), 'an Error (throw it, or return StageOutput.fail(error))'],
  ['a class instance', () => new Profile(), 'an instance of Profile'],
  ['a Map', () => new Map(), 'an instance of Map'],
  ['a Date', () => new Date(0), 'an instance of Date'],
  ['a typed array', () => new Uint8Array(2), 'an instance of Uint8Array'],
  [
    'a plain generator',
    function* () {
      yield 1
    },
    'a generator (make the stage async function*)',
  ],
] as const satisfies readonly (readonly [what: string, make: () => unknown, described: string])[]
describe.each<[how: string, stageOf: (make: () => unknown) => () => unknown]>([
  ['returns', (make) => make],
  ['resolves with', (make) => async () => make()],
  ['returns as the data of an output', (make) => () => StageOutput.ok(make() as object)],
])('a stage that %s', (_how, stageOf) => {
  test.each(ILLEGAL)('%s fails, and the error names the value (core/illegal-output)', async (_, make, described) => {
    const message = `Stage "a" returned ${described}; return a plain object, a StageOutput, or nothing.`
    expect(await errorOf(stageOf(make))).toMatchObject({ code: 'core/illegal-output', message })
  })

  test.each(['ok', 'skip', 'cancel', 'fail', 'retry', 'suspend'])(
    'a plain object with status "%s" fails, because it might mean an output (core/ambiguous-output)',
    async (status) => {
      expect(await errorOf(stageOf(() => ({ status })))).toMatchObject({
        code: 'core/ambiguous-output',
        message: expect.stringContaining(`status "${status}"`),
      })
    },
  )
})

test('an Error that is returned is the cause of the refusal', async () => {
  expect(await errorOf(() => new Error('the real reason'))).toMatchObject({
    code: 'core/illegal-output',
    cause: { message: 'the real reason' },
  })
})

test('a stage object that is returned instead of run is refused by name (core/illegal-output)', async () => {
  expect(await errorOf(() => ({ name: 'inner', execute: () => ({}) }))).toMatchObject({
    code: 'core/illegal-output',
    message: expect.stringContaining('a stage (it has execute)'),
  })
})

test('a plain object with any other status is data', async () => {
  expect((await run(() => ({ status: 'shipped' }))).data).toEqual({ a: { status: 'shipped' } })
  expect((await run(() => ({ status: 200, then: 'later', execute: 'no' }))).data).toEqual({
    a: { status: 200, then: 'later', execute: 'no' },
  })
})

test('an output as the data of an output fails its stage', async () => {
  expect((await run(() => StageOutput.ok(StageOutput.ok({})))).status).toBe('failed')
  expect((await run(() => StageOutput.ok(StageOutput.fail('inner')))).status).toBe('failed')
})

test("a thenable that isn't a Promise is awaited", async () => {
  const thenable = { then: (use: (value: object) => void) => use({ a: 1 }) }
  expect((await run(() => thenable)).data).toEqual({ a: { a: 1 } })
  expect(
    await errorOf(() => ({ then: (_: unknown, fail: (error: Error) => void) => fail(new Error('x')) })),
  ).toMatchObject({ message: 'x' })
  const twice = {
    then: (use: (value: object) => void) => {
      use({ first: 1 })
      use({ second: 2 })
      throw new Error('unheard')
    },
  }
  expect((await run(() => twice)).data).toEqual({ a: { first: 1 } })
})

test.each([
  ['ok', StageOutput.ok({ a: 1 })],
  ['fail', StageOutput.fail('x')],
  ['skip', StageOutput.skip('x')],
])('an output with status %s cannot be changed', (_, output) => {
  expect(() => Object.assign(output, { status: 'ok' })).toThrow(TypeError)
})

test('the data of an output with any status is frozen when the stage ends', async () => {
  const { outputs } = await run(() => StageOutput.fail('broken', { data: { list: [{}] } }))
  const { data } = outputs.a as { data: { list: readonly object[] } }
  expect([data, data.list, data.list[0]].map(Object.isFrozen)).toEqual([true, true, true])
})

test("a reason that isn't a string becomes one", () => {
  expect(StageOutput.skip(5 as never)).toMatchObject({ reason: '5' })
  expect(StageOutput.cancel(undefined as never)).toMatchObject({ reason: 'undefined' })
})

test('an output has a JSON form, and prints its fields', () => {
  expect(JSON.parse(JSON.stringify(StageOutput.ok({ a: 1 }, { version: '2' })))).toEqual({
    status: 'ok',
    data: { a: 1 },
    version: '2',
  })
  expect(JSON.parse(JSON.stringify(StageOutput.skip('x')))).toEqual({ status: 'skip', reason: 'x' })
  expect(JSON.parse(JSON.stringify(StageOutput.fail(new TypeError('x'), { retryable: true })))).toEqual({
    status: 'fail',
    error: { code: 'core/stage-failed', message: 'x' },
    retryable: true,
  })
  expect(inspect(StageOutput.cancel('not allowed'))).toBe("{ status: 'cancel', reason: 'not allowed' }")
  expect(inspect(StageOutput.fail(new Error('boom')))).toContain('boom')
})

test('artifacts and events of an output are frozen with its data', async () => {
  const artifacts = [{ file: { name: 'x' } }]
  const events = [{ type: 'a.b', data: { list: [] } }]
  await run(() => StageOutput.ok({ a: 1 }, { artifacts, events }))
  expect([artifacts, artifacts[0]?.file, events, events[0]?.data.list].map((value) => Object.isFrozen(value))).toEqual([
    true,
    true,
    true,
    true,
  ])
})

test('a copy of an output without its private fields, as test runners make for a diff, reads as empty and never throws', () => {
  const output = StageOutput.fail('down', { data: { a: 1 } })
  const copy = Object.create(Object.getPrototypeOf(output) as object) as typeof output
  expect([copy.status, copy.error, copy.retryable, copy.data, JSON.stringify(copy)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    '{}',
  ])
  expect(() => expect(StageOutput.ok({ a: 1 })).toMatchObject({ data: { a: 2 } })).toThrow('to match object')
})

test.each<[what: string, change: (output: object) => unknown]>([
  ['add a property to', (output) => Object.assign(output, { meta: 'tenant-1' })],
  ['replace the status of', (output) => Object.defineProperty(output, 'status', { value: 'cancel' })],
])('an interceptor cannot %s the output that all runs share for stages that return nothing', async (_, change) => {
  const evil: Interceptor = { name: 'evil', wrap: (next) => (context) => after(next(context), (o) => (change(o), o)) }
  const changed = await new Pipeline('one')
    .withStage('a', () => {})
    .build({ interceptors: [evil] })
    .runSettled()
  expect(changed).toMatchObject({ status: 'failed', errors: [{ code: 'core/interceptor-threw' }] })
  const { status, outputs } = await run(() => {})
  expect([status, outputs.a?.status, 'meta' in (outputs.a ?? {})]).toEqual(['completed', 'ok', false])
})

test('a part cannot change the output that all runs share for calls that were never answered', async () => {
  const seen: unknown[] = []
  const evil: Interceptor = {
    name: 'evil',
    onCall: () => () => ({
      ended: (output) => {
        seen.push(output.status)
        Object.assign(output, { meta: 'tenant-1' })
      },
    }),
  }
  for (let runs = 0; runs < 2; runs++) {
    const result = await new Pipeline('demo')
      .withStage('deaf', () => new Promise<object>(() => {}))
      .withStage('fails', () => StageOutput.fail('no'))
      .build({ interceptors: [evil] })
      .runSettled({}, { graceMs: 0 })
    const problems = result.report.notes['core/problems'] as readonly { readonly message: string }[]
    expect(problems[0]?.message).toMatch(/not extensible/)
  }
  expect(seen.filter((status) => status === 'cancel')).toHaveLength(2)
})

test('options of an output that it does not have are refused, with the error of the output as cause (core/illegal-option)', () => {
  const error = new Error('broken')
  const cases: [() => unknown, string, unknown?][] = [
    [
      () => StageOutput.ok({}, { artifact: [] } as never),
      'StageOutput.ok(): unknown option "artifact" (did you mean "artifacts"?',
    ],
    [
      () => StageOutput.fail(error, { retriable: true } as never),
      'StageOutput.fail(): unknown option "retriable"',
      error,
    ],
    [() => StageOutput.fail(error, { retryable: 'no' } as never), 'retryable must be true or false, not "no"', error],
    [() => StageOutput.retry(error, { after: 5 } as never), 'StageOutput.retry(): unknown option "after"', error],
    [() => StageOutput.suspend({}, { states: 1 } as never), 'StageOutput.suspend(): unknown option "states"'],
    [() => StageOutput.suspend({}, 5 as never), 'the options must be an object, not 5'],
  ]
  for (const [make, message, cause] of cases)
    expect(make).toThrow(
      expect.objectContaining({ code: 'core/illegal-option', message: expect.stringContaining(message), cause }),
    )
})

test('options of an output may be an instance of a class', () => {
  class Later {
    get afterMs() {
      return 5
    }
  }
  expect(StageOutput.retry('busy', new Later())).toMatchObject({ status: 'retry', afterMs: 5 })
})

test('an unknown key beside a fallback is refused (core/illegal-option)', () => {
  expect(() =>
    new Pipeline('demo').withStage('a', () => ({}), { onFailure: { fallback: {}, when: 'always' } as never }).build(),
  ).toThrow("onFailure must be 'skip' or { fallback: { … } }")
})
