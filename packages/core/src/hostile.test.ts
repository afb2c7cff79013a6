import { afterEach, expect, test } from 'vitest'
import { manualClock, recordingSink } from '../../testing/src/index.ts'
import { Pipeline, StageOutput, StageflowError, createSlot, defineStage } from './index.ts'
import type { Interceptor, StageContext } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const throwing = (key: string, target: object = {}): object =>
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get: () => {
      throw new Error(`${key} was read`)
    },
  })
const TRAPS = [
  'get',
  'has',
  'getPrototypeOf',
  'ownKeys',
  'getOwnPropertyDescriptor',
  'isExtensible',
  'preventExtensions',
  'defineProperty',
] as const
const trapped = (trap: (typeof TRAPS)[number], target: object = { a: 1 }): object =>
  new Proxy(target, {
    [trap]: () => {
      throw new Error(`${trap} was trapped`)
    },
  })

const passing: Interceptor = { name: 'passing', wrap: (next) => (context) => next(context) }
const waiting: Interceptor = { name: 'waiting', wrap: (next) => async (context) => next(context) }
const watching: Interceptor = { name: 'watching', settled: (record) => void JSON.stringify(record) }
const builds = () => [
  {},
  { interceptors: [passing] },
  { interceptors: [waiting, watching] },
  { eventSink: recordingSink() },
]

/** Runs a stage bare, wrapped and watched, and synchronously or not; each run must end, as failed, with errors that can be read. */
async function failures(stage: () => unknown): Promise<readonly string[]> {
  const codes: string[] = []
  for (const options of builds()) {
    for (const made of [stage, async () => stage()]) {
      const run = new Pipeline('demo')
        .withStage('a', made as () => object)
        .withStage('other', () => ({ other: true }))
        .build({ clock, ...options })
        .start()
      const result = await run.settled
      expect(result.status).toBe('failed')
      if (result.status !== 'failed') continue
      expect(JSON.stringify(result)).toContain('"status":"failed"')
      expect(result.errors[0]?.stage).toBe('a')
      expect(typeof result.errors[0]?.message).toBe('string')
      await expect(run.result).rejects.toThrow(StageflowError)
      codes.push(result.errors[0]?.code ?? '')
    }
  }
  return codes
}

// ---------- what a stage throws

const THROWN: Readonly<Record<string, () => unknown>> = {
  'a revoked proxy': revoked,
  'an error whose message throws': () => throwing('message', new Error('x')),
  'an error whose code throws': () => throwing('code', new Error('x')),
  'an error whose cause throws': () => throwing('cause', new Error('x')),
  'an error whose name throws': () => throwing('name', new Error('')),
  'an error whose message is a symbol': () => Object.assign(new Error('x'), { message: Symbol('m') }),
  'an error whose message is an object': () => Object.assign(new Error('x'), { message: {} }),
  'an error that is its own cause': () => {
    const error = new Error('loop')
    error.cause = error
    return error
  },
  'an error whose cause is a revoked proxy': () => new Error('x', { cause: revoked() }),
  'an object without a prototype': () => Object.create(null) as object,
  undefined: () => undefined,
  'a symbol': () => Symbol('x'),
  ...Object.fromEntries(TRAPS.map((trap) => [`a proxy that traps ${trap}`, () => trapped(trap)])),
  ...Object.fromEntries(
    TRAPS.map((trap) => [`an error behind a proxy that traps ${trap}`, () => trapped(trap, new Error('x'))]),
  ),
}

test.each(Object.keys(THROWN))('a stage that throws %s fails, and the run ends', async (name) => {
  const codes = await failures(() => {
    throw THROWN[name]?.()
  })
  expect(new Set(codes)).toEqual(new Set(['core/stage-failed']))
})

test.each(Object.keys(THROWN))('a stage that fails with %s fails, and the run ends', async (name) => {
  await failures(() => StageOutput.fail(THROWN[name]?.()))
})

test.each(Object.keys(THROWN))('a stopped run whose stage throws %s ends as cancelled', async (name) => {
  for (const options of builds()) {
    const run = new Pipeline('demo')
      .withStage('a', async (context) => {
        await context.clock.sleep(10)
        throw THROWN[name]?.()
      })
      .build({ clock, ...options })
      .start()
    await clock.settle()
    run.cancel('enough')
    await clock.advance(10)
    expect((await run.settled).status).toBe('cancelled')
  }
})

// ---------- what a stage returns

const RETURNED: Readonly<Record<string, () => unknown>> = {
  'a revoked proxy': revoked,
  'an object whose then throws': () => throwing('then'),
  'an object whose status throws': () => throwing('status'),
  'an object whose execute throws': () => throwing('execute'),
  'an object in which something throws when it is read': () => ({ inner: throwing('x') }),
  'an object whose own getter throws': () => throwing('anything'),
  'a proxy that cannot be frozen': () => trapped('preventExtensions'),
  'a proxy that traps getPrototypeOf': () => trapped('getPrototypeOf'),
  'a proxy that traps get': () => trapped('get'),
  'a proxy that traps has': () => trapped('has', new (class Thing {})()),
  'a thenable that throws': () => ({
    then: () => {
      throw new Error('no')
    },
  }),
  'a thenable that rejects with a revoked proxy': () => ({
    then: (_: unknown, fail: (thrown: unknown) => void) => fail(revoked()),
  }),
  'a generator whose next throws': () =>
    Object.assign(
      new (class Chunks {
        [Symbol.asyncIterator](): void {}
      })(),
      {
        next: () => {
          throw new Error('no')
        },
      },
    ),
}

test.each(Object.keys(RETURNED))('a stage that returns %s fails, and the run ends', async (name) => {
  const codes = await failures(() => RETURNED[name]?.())
  expect(codes.filter((code) => code !== 'core/illegal-output' && code !== 'core/stage-failed')).toEqual([])
})

test('a thenable that never calls back is as code that never ends: stopped, it is abandoned', async () => {
  const run = new Pipeline('demo')
    .withStage('a', (() => ({ then: () => {} })) as never)
    .build({ clock })
    .start({}, { graceMs: 10 })
  run.cancel('enough')
  await clock.advance(10)
  expect((await run.settled).report.stages['a']).toMatchObject({ abandoned: true })
})

test('huge strings are shortened in messages', async () => {
  const huge = 'x'.repeat(1_000_000)
  for (const stage of [
    () => huge,
    () => ({ status: 'ok', huge }),
    () => Object.defineProperty(() => {}, 'name', { value: huge }),
    () => StageOutput.ok(huge as never),
  ]) {
    const result = await new Pipeline('demo')
      .withStage('a', stage as () => object)
      .build({ clock })
      .runSettled()
    expect(result.status === 'failed' && result.errors[0]!.message.length).toBeLessThan(500)
  }
})

// ---------- prototype pollution

test('a key named __proto__ in data, as JSON.parse makes it, stays data and changes no prototype', async () => {
  const hostile = () =>
    JSON.parse('{ "__proto__": { "polluted": true }, "constructor": { "prototype": { "polluted": true } } }') as object
  const graph = new Pipeline('demo')
    .withStage('a', hostile)
    .withStage(
      'b',
      (context) => ({
        saw: JSON.stringify(context.inputs.from('a')),
        get: context.inputs.get('polluted' as never),
        all: context.inputs.toJSON(),
      }),
      { dependencies: ['a'] },
    )
    .build({ clock })
  const { data } = await graph.run()
  expect(JSON.stringify(data.a)).toBe('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
  expect(data.b).toMatchObject({ get: undefined })
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
})

test('stages called constructor, toString and the like are stages like any other', async () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'] as const
  const graph = Pipeline.from(
    'demo',
    names.map((name) => defineStage({ name, run: () => ({ name }) })),
  ).build({ clock })
  const { data, outputs, report } = await graph.run()
  for (const name of names) {
    expect((data as Record<string, unknown>)[name]).toEqual({ name })
    expect((outputs as Record<string, unknown>)[name]).toMatchObject({ status: 'ok' })
    expect(report.stages[name]).toMatchObject({ stage: name, status: 'ok' })
  }
})

test('notes and run notes under hostile keys change no prototype', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', (context) => context.note('__proto__' as never, { polluted: true } as never))
    .build({
      clock,
      interceptors: [
        {
          name: 'x',
          wrapRun: (next) => (run) => {
            run.note('__proto__' as never, { polluted: true } as never)
            return next(run)
          },
        },
      ],
    })
  const { report } = await graph.run()
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
  expect(Object.getPrototypeOf(report.notes)).toBe(Object.prototype)
  const notes = report.stages['a']?.notes ?? {}
  expect(Object.getPrototypeOf(notes)).toBe(Object.prototype)
  expect(Object.entries(notes)).toEqual([['__proto__', { polluted: true }]])
})

// ---------- what else comes from outside

test('an input that throws when it is read is refused, not a raw error (core/snapshot)', async () => {
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock })
  for (const input of [throwing('inputText'), { metadata: throwing('x') }, revoked(), trapped('ownKeys')])
    await expect(graph.run(input as never)).rejects.toMatchObject({ code: 'core/snapshot' })
})

test('an option whose value has no text is refused as any other (core/run-option)', async () => {
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ clock })
  for (const value of [Object.create(null), Symbol('x'), revoked()]) {
    await expect(graph.run({}, { timeoutMs: value as number })).rejects.toMatchObject({ code: 'core/run-option' })
    expect(() => createSlot(value as string)).toThrow(expect.objectContaining({ code: 'core/slot' }))
  }
})

test('a reason that has no text cancels all the same', async () => {
  for (const reason of [Object.create(null), Symbol('x'), revoked()]) {
    const run = new Pipeline('demo')
      .withStage('a', async (context) => void (await context.clock.sleep(10, context.signal)))
      .build({ clock })
      .start()
    await clock.settle()
    run.cancel(reason as string)
    expect(await run.settled).toMatchObject({ status: 'cancelled', reason: expect.any(String) })
    const caller = new AbortController()
    const settled = new Pipeline('demo')
      .withStage('a', async (context) => void (await context.clock.sleep(10, context.signal)))
      .build({ clock })
      .runSettled({}, { signal: caller.signal })
    caller.abort(reason)
    expect(await settled).toMatchObject({ status: 'cancelled', reason: expect.any(String) })
  }
})

test('interceptors that throw hostile values are failures that name them (core/interceptor-threw)', async () => {
  for (const name of Object.keys(THROWN)) {
    const hostile = (): never => {
      throw THROWN[name]?.()
    }
    for (const broken of [
      { name: 'broken', wrap: () => hostile },
      { name: 'broken', wrapRun: () => hostile },
    ] as Interceptor[]) {
      const result = await new Pipeline('demo')
        .withStage('a', () => ({}))
        .build({ clock, interceptors: [broken] })
        .runSettled()
      expect(result).toMatchObject({
        status: 'failed',
        errors: [{ code: 'core/interceptor-threw', message: expect.stringContaining('"broken"') }],
      })
    }
    const observed = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: [{ name: 'broken', settled: hostile }] })
      .run()
    expect(observed.report.notes['core/problems']).toMatchObject([{ code: 'core/observer-threw' }])
  }
})

test('sinks and cleanups that throw hostile values change nothing', async () => {
  for (const name of Object.keys(THROWN)) {
    const hostile = (): never => {
      throw THROWN[name]?.()
    }
    const sink = { emit: hostile, tryEmit: hostile }
    const result = await new Pipeline('demo')
      .withStage('a', (context: StageContext<{}>) => context.onCleanup(hostile))
      .build({ clock, eventSink: sink })
      .run()
    expect(result.status).toBe('completed')
    expect(result.report.notes['core/problems']?.map(({ code }) => code).toSorted()).toEqual([
      'core/cleanup-threw',
      'core/sink-threw',
    ])
  }
})

test('a condition that throws a hostile value fails its stage (core/when)', async () => {
  for (const name of Object.keys(THROWN)) {
    const graph = new Pipeline('demo')
      .withStage('a', () => ({}), {
        when: () => {
          throw THROWN[name]?.()
        },
      })
      .build({ clock })
    expect(await graph.runSettled()).toMatchObject({ status: 'failed', errors: [{ code: 'core/when' }] })
  }
})

test('what is no cleanup is reported as one that threw', async () => {
  const { report } = await new Pipeline('demo')
    .withStage('a', (context) => context.onCleanup(5 as never))
    .build({ clock })
    .run()
  expect(report.notes['core/problems']).toMatchObject([{ code: 'core/cleanup-threw' }])
})
