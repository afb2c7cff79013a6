import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Pipeline, StageKind, StageOutput, StageflowError, after } from './index.ts'
import type { Interceptor } from './index.ts'

const run = (stage: () => unknown) =>
  new Pipeline('demo')
    .withStage('a', stage as () => object)
    .build()
    .runSettled()
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

test('a plain object means ok, and so does nothing', async () => {
  expect((await run(() => ({ a: 1 }))).data).toEqual({ a: { a: 1 } })
  for (const stage of [() => undefined, async () => {}, () => StageOutput.ok()]) {
    const { outputs } = await run(stage)
    expect(outputs.a).toMatchObject({ status: 'ok', data: {} })
  }
  expect((await run(() => Object.create(null) as object)).status).toBe('completed')
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

test('an error that is given as text becomes an error, one that is an error stays the same', () => {
  const error = new TypeError('x')
  expect(StageOutput.fail(error)).toHaveProperty('error', error)
  const { error: made } = StageOutput.fail('broken')
  expect(StageflowError.is(made, 'core/stage-failed') && [made.message, made.cause]).toEqual(['broken', 'broken'])
})

test('what an ok output carries beside its data reaches the result', async () => {
  const { outputs } = await run(() => StageOutput.ok({ a: 1 }, { version: '2', artifacts: [{ file: 'x' }] }))
  expect(outputs.a).toMatchObject({ status: 'ok', version: '2', artifacts: [{ file: 'x' }] })
})

test('a failure by output and by throw look alike in the result', async () => {
  const thrown = new StageflowError('acme/down', 'the store is down')
  for (const stage of [
    () => StageOutput.fail(thrown),
    () => {
      throw thrown
    },
    async () => {
      throw thrown
    },
  ]) {
    expect(await errorOf(stage)).toEqual({ code: 'acme/down', message: 'the store is down', stage: 'a' })
  }
  expect(
    await errorOf(() => {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    }),
  ).toMatchObject({ code: 'ENOENT', message: 'gone' })
  for (const thrown of ['a string', undefined] as unknown[]) {
    const result = await errorOf(() => {
      throw thrown
    })
    expect(result).toMatchObject({ code: 'core/stage-failed', message: String(thrown) })
  }
})

class Profile {
  name = 'Ada'
}
test.each([
  ['null', () => null, 'null'],
  ['a number', () => 5, 'a number (5)'],
  ['a string', () => 'text', 'a string ("text")'],
  ['a boolean', () => true, 'a boolean (true)'],
  ['a bigint', () => 5n, 'a bigint (5)'],
  ['a symbol', () => Symbol('x'), 'a symbol (Symbol(x))'],
  ['an array', () => [1, 2], 'an array'],
  ['a function', () => function later() {}, 'a function (later)'],
  ['a function without a name', () => (() => () => {})(), 'a function (without a name)'],
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
    'a generator (a stage that yields is an async function*)',
  ],
])('%s is refused by name (core/illegal-output), returned, awaited, and as data', async (_, make, described) => {
  const message = `Stage "a" returned ${described}; return a plain object, a StageOutput, or nothing.`
  for (const stage of [make, async () => make(), () => StageOutput.ok(make() as object)]) {
    expect(await errorOf(stage)).toMatchObject({ code: 'core/illegal-output', message })
  }
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
    message: expect.stringContaining('a stage object (it has execute)'),
  })
})

test.each(['ok', 'skip', 'cancel', 'fail', 'retry', 'suspend'])(
  'a plain object with status "%s" might mean an output: it fails (core/ambiguous-output)',
  async (status) => {
    for (const stage of [() => ({ status }), () => StageOutput.ok({ status })]) {
      expect(await errorOf(stage)).toMatchObject({
        code: 'core/ambiguous-output',
        message: expect.stringContaining(`status "${status}"`),
      })
    }
  },
)

test('any other status is data like any other', async () => {
  expect((await run(() => ({ status: 'shipped' }))).data).toEqual({ a: { status: 'shipped' } })
  expect((await run(() => ({ status: 200, then: 'later', execute: 'no' }))).data).toEqual({
    a: { status: 200, then: 'later', execute: 'no' },
  })
})

test('an output is no data', async () => {
  expect((await run(() => StageOutput.ok(StageOutput.ok({})))).status).toBe('failed')
  expect((await run(() => StageOutput.ok(StageOutput.fail('inner')))).status).toBe('failed')
})

test('a thenable of any kind is awaited', async () => {
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

test('outputs cannot be changed', () => {
  'use strict'
  for (const output of [StageOutput.ok({ a: 1 }), StageOutput.fail('x'), StageOutput.skip('x')]) {
    expect(() => Object.assign(output, { status: 'ok' })).toThrow(TypeError)
  }
})

test('the data of an output is frozen when the stage ends, whatever the output', async () => {
  const { outputs } = await run(() => StageOutput.fail('broken', { data: { list: [{}] } }))
  const { data } = outputs.a as { data: { list: readonly object[] } }
  expect([data, data.list, data.list[0]].map(Object.isFrozen)).toEqual([true, true, true])
})

test('reasons that are no text are made text', () => {
  expect(StageOutput.skip(5 as never)).toMatchObject({ reason: '5' })
  expect(StageOutput.cancel(undefined as never)).toMatchObject({ reason: 'undefined' })
})

test('an output is JSON and prints as what it holds', () => {
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

test('a copy without its private fields, such as test runners make to print a difference, reads as empty and never throws', () => {
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

test('the output of a stage that returned nothing is shared by all runs, and an interceptor cannot change it', async () => {
  const changes: ((output: object) => unknown)[] = [
    (output) => Object.assign(output, { meta: 'tenant-1' }),
    (output) => Object.defineProperty(output, 'status', { value: 'cancel' }),
  ]
  for (const change of changes) {
    const evil: Interceptor = { name: 'evil', wrap: (next) => (context) => after(next(context), (o) => (change(o), o)) }
    const changed = await new Pipeline('one')
      .withStage('a', () => {})
      .build({ interceptors: [evil] })
      .runSettled()
    expect(changed).toMatchObject({ status: 'failed', errors: [{ code: 'core/interceptor-threw' }] })
    const { status, outputs } = await run(() => {})
    expect([status, outputs.a?.status, 'meta' in (outputs.a ?? {})]).toEqual(['completed', 'ok', false])
  }
})

test('the output that the parts of an unanswered call are given is shared by all runs, and cannot be changed', async () => {
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
