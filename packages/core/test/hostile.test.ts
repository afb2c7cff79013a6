import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput, StageflowError, createSlot } from '../src/index.ts'
import type { BuildOptions, Interceptor, StageContext } from '../src/index.ts'
import { revoked } from './revoked.ts'
import { passing, passingOn } from './ways.ts'

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

const watching: Interceptor = { name: 'watching', settled: (record) => void JSON.stringify(record) }
const BUILDS: readonly (readonly [how: string, options: () => BuildOptions<{}>])[] = [
  ['bare', () => ({})],
  ['wrapped', () => ({ interceptors: [passingOn('around')] })],
  ['wrapped by a promise and watched', () => ({ interceptors: [passing('around'), watching] })],
  ['with a sink', () => ({ eventSink: recordingSink() })],
]
const CALLS: readonly (readonly [how: string, of: (stage: () => unknown) => () => unknown])[] = [
  ['at once', (stage) => stage],
  ['in a promise', (stage) => async () => stage()],
]

/** Runs a stage, which must fail its run with errors that can be read; returns the code of the failure. */
async function failure(stage: () => unknown, options: BuildOptions<{}>): Promise<string | undefined> {
  const run = new Pipeline('demo')
    .withStage('a', stage as () => object)
    .withStage('other', () => ({ other: true }))
    .build({ clock, ...options })
    .start()
  const result = await run.settled
  if (result.status !== 'failed') throw new Error(`the run ended as ${result.status}`)
  expect(JSON.stringify(result)).toContain('"status":"failed"')
  expect(result.errors[0]?.stage).toBe('a')
  expect(typeof result.errors[0]?.message).toBe('string')
  await expect(run.result).rejects.toThrow(StageflowError)
  return result.errors[0]?.code
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

const throwingOf = (name: string) => (): never => {
  throw THROWN[name]?.()
}

describe.each(BUILDS)('%s,', (_build, options) => {
  describe.each(CALLS)('%s,', (_call, calling) => {
    test.each(Object.keys(THROWN))('a stage that throws %s fails, and the run ends', async (name) => {
      expect(await failure(calling(throwingOf(name)), options())).toBe('core/stage-failed')
    })

    test.each(Object.keys(THROWN))('a stage that fails with %s fails, and the run ends', async (name) => {
      await failure(
        calling(() => StageOutput.fail(THROWN[name]?.())),
        options(),
      )
    })
  })

  test.each(Object.keys(THROWN))('a stopped run whose stage throws %s ends as cancelled', async (name) => {
    const run = new Pipeline('demo')
      .withStage('a', async (context) => {
        await context.clock.sleep(10)
        throw THROWN[name]?.()
      })
      .build({ clock, ...options() })
      .start()
    await clock.settle()
    run.cancel('enough')
    await clock.advance(10)
    expect((await run.settled).status).toBe('cancelled')
  })
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

describe.each(BUILDS)('%s,', (_build, options) => {
  describe.each(CALLS)('%s,', (_call, calling) => {
    test.each(Object.keys(RETURNED))('a stage that returns %s fails, and the run ends', async (name) => {
      const code = await failure(
        calling(() => RETURNED[name]?.()),
        options(),
      )
      expect(code).toMatch(/^core\/(illegal-output|stage-failed)$/)
    })
  })
})

test('a stage that returns a thenable that never calls back is abandoned when the run is stopped', async () => {
  const run = new Pipeline('demo')
    .withStage('a', (() => ({ then: () => {} })) as never)
    .build({ clock })
    .start({}, { graceMs: 10 })
  run.cancel('enough')
  await clock.advance(10)
  expect((await run.settled).report.stages['a']).toMatchObject({ abandoned: true })
})

const HUGE = 'x'.repeat(1_000_000)
test.each<[what: string, stage: () => unknown]>([
  ['a huge string', () => HUGE],
  ['an ambiguous object that holds a huge string', () => ({ status: 'ok', huge: HUGE })],
  ['a function with a huge name', () => Object.defineProperty(() => {}, 'name', { value: HUGE })],
  ['a huge string as data', () => StageOutput.ok(HUGE as never)],
])('the message of a stage that returns %s is short', async (_, stage) => {
  const result = await new Pipeline('demo')
    .withStage('a', stage as () => object)
    .build({ clock })
    .runSettled()
  expect(result.status === 'failed' && result.errors[0]!.message.length).toBeLessThan(500)
})

// ---------- what else comes from outside

const graphOf = (interceptors: readonly Interceptor[] = []) =>
  new Pipeline('demo').withStage('a', () => ({})).build({ clock, interceptors })

test.each<[what: string, input: () => object]>([
  ['with a field that throws when it is read', () => throwing('inputText')],
  ['whose metadata throws when it is read', () => ({ metadata: throwing('x') })],
  ['that is a revoked proxy', revoked],
  ['whose keys cannot be listed', () => trapped('ownKeys')],
])('an input %s is refused with a Stageflow error (core/snapshot)', async (_, input) => {
  await expect(graphOf().run(input() as never)).rejects.toMatchObject({ code: 'core/snapshot' })
})

const TEXTLESS: readonly (readonly [what: string, make: () => unknown])[] = [
  ['an object without a prototype', () => Object.create(null) as unknown],
  ['a symbol', () => Symbol('x')],
  ['a revoked proxy', revoked],
]

test.each(TEXTLESS)(
  '%s as an option of a run is refused like any other value (core/illegal-option)',
  async (_, make) => {
    await expect(graphOf().run({}, { timeoutMs: make() as number })).rejects.toMatchObject({
      code: 'core/illegal-option',
    })
  },
)

test.each(TEXTLESS)('%s as the name of a slot is refused like any other value (core/slot)', (_, make) => {
  expect(() => createSlot(make() as string)).toThrow(expect.objectContaining({ code: 'core/slot' }))
})

const waitingGraph = () =>
  new Pipeline('demo')
    .withStage('a', async (context) => void (await context.clock.sleep(10, context.signal)))
    .build({ clock })

test.each(TEXTLESS)('%s as the reason of a cancel cancels the run', async (_, make) => {
  const run = waitingGraph().start()
  await clock.settle()
  run.cancel(make() as string)
  expect(await run.settled).toMatchObject({ status: 'cancelled', reason: expect.any(String) })
})

test.each(TEXTLESS)('%s as the reason of an aborted signal cancels the run', async (_, make) => {
  const caller = new AbortController()
  const settled = waitingGraph().runSettled({}, { signal: caller.signal })
  caller.abort(make())
  expect(await settled).toMatchObject({ status: 'cancelled', reason: expect.any(String) })
})

describe.each<[what: string, hooks: (hostile: () => never) => Pick<Interceptor, 'wrap' | 'wrapRun'>]>([
  ['wrap', (hostile) => ({ wrap: () => hostile })],
  ['wrapRun', (hostile) => ({ wrapRun: () => hostile })],
])('an interceptor whose %s throws', (_what, hooks) => {
  test.each(Object.keys(THROWN))('%s fails the run, and the error names it (core/interceptor-threw)', async (name) => {
    expect(await graphOf([{ name: 'broken', ...hooks(throwingOf(name)) }]).runSettled()).toMatchObject({
      status: 'failed',
      errors: [{ code: 'core/interceptor-threw', message: expect.stringContaining('"broken"') }],
    })
  })
})

test.each(Object.keys(THROWN))('an observer that throws %s is a problem of the report', async (name) => {
  const observed = await graphOf([{ name: 'broken', settled: throwingOf(name) }]).run()
  expect(observed.report.notes['core/problems']).toMatchObject([{ code: 'core/observer-threw' }])
})

test.each(Object.keys(THROWN))('a sink and a cleanup that throw %s change nothing', async (name) => {
  const hostile = throwingOf(name)
  const result = await new Pipeline('demo')
    .withStage('a', (context: StageContext<{}>) => context.onCleanup(hostile))
    .build({ clock, eventSink: { emit: hostile, tryEmit: hostile } })
    .run()
  expect(result.status).toBe('completed')
  expect(result.report.notes['core/problems']?.map(({ code }) => code).toSorted()).toEqual([
    'core/cleanup-threw',
    'core/sink-threw',
  ])
})

test.each(Object.keys(THROWN))('a condition that throws %s fails its stage (core/when)', async (name) => {
  const graph = new Pipeline('demo').withStage('a', () => ({}), { when: throwingOf(name) }).build({ clock })
  expect(await graph.runSettled()).toMatchObject({ status: 'failed', errors: [{ code: 'core/when' }] })
})

test("a cleanup that isn't a function is reported as one that threw", async () => {
  const { report } = await new Pipeline('demo')
    .withStage('a', (context) => context.onCleanup(5 as never))
    .build({ clock })
    .run()
  expect(report.notes['core/problems']).toMatchObject([{ code: 'core/cleanup-threw' }])
})

test.each<[name: string, value: () => unknown]>([
  ['a code that throws', () => throwing('code', new StageflowError('acme/down', 'down'))],
  ['a trap that throws', () => trapped('has', new StageflowError('acme/down', 'down'))],
  ['a revoked proxy', revoked],
])('StageflowError.is() never throws: %s', (_, value) => {
  expect(StageflowError.is(value(), 'acme/down')).toBe(false)
})
