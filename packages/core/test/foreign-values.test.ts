import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput, after } from '../src/index.ts'
import type { EventSink, Interceptor, StageContext } from '../src/index.ts'

// Values that other code makes: in the realm of a `vm` context, as under Jest, or after the global `Promise` was replaced.

const realm = createContext({})
const inRealm = <T>(code: string): T => runInContext(code, realm) as T
const promiseOfRealm = inRealm<(value: unknown) => Promise<unknown>>('(value) => Promise.resolve(value)')
const rejectionOfRealm = inRealm<(cause: unknown) => Promise<unknown>>('(cause) => Promise.reject(cause)')

/** An object that only has `then`. */
const thenable = (value: unknown): PromiseLike<unknown> =>
  ({ then: (resolve: (value: unknown) => void) => resolve(value) }) as PromiseLike<unknown>
const failingThenable = (cause: unknown): PromiseLike<unknown> =>
  ({ then: (_: unknown, reject: (cause: unknown) => void) => reject(cause) }) as PromiseLike<unknown>
/** Has the prototype of a promise, but isn't one: its `then` throws. */
const fakePromise = (): unknown => Object.create(Promise.prototype)

class OtherPromise<T> extends Promise<T> {}

const promises: [string, (value: unknown) => unknown, (cause: unknown) => unknown][] = [
  ['a promise of another realm', promiseOfRealm, rejectionOfRealm],
  ['an object that only has then', thenable, failingThenable],
  ['a promise of a subclass', (value) => OtherPromise.resolve(value), (cause) => OtherPromise.reject(cause)],
]

describe.each(promises)('%s', (_, promise, rejection) => {
  const iterator = (steps: readonly IteratorResult<unknown, unknown>[]): object => {
    let at = 0
    return {
      next: () => promise(steps[at++]),
      return: () => promise({ done: true, value: undefined }),
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }
  const steps = [
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: { end: true } },
  ]

  test('is awaited as the value of a stage', async () => {
    const { data } = await new Pipeline('demo')
      .withStage('a', () => promise({ n: 1 }) as { n: number })
      .build({ clock })
      .run()
    expect(data).toEqual({ a: { n: 1 } })
  })

  test('is awaited in the steps of a stage that streams', async () => {
    const run = new Pipeline('demo')
      .withStage('a', () => iterator(steps) as {})
      .build({ clock })
      .start()
    const chunks: unknown[] = []
    for await (const event of run) if (event.type === 'stage.a.chunk') chunks.push(event.data.chunk)
    expect([chunks, (await run.result).data]).toEqual([[1, 2], { a: { end: true } }])
  })

  test('is awaited in the steps of the source of a map', async () => {
    const graph = new Pipeline('demo')
      .withMap('each', { over: () => iterator(steps) as AsyncIterable<number>, each: (item) => ({ item }) })
      .build({ clock })
    expect((await graph.run()).data.each).toEqual({ items: [{ item: 1 }, { item: 2 }] })
  })

  test('is awaited as the value of an item of a map', async () => {
    const graph = new Pipeline('demo')
      .withMap('each', { over: () => [1], each: (item) => promise({ item }) as { item: number } })
      .build({ clock })
    expect((await graph.run()).data.each).toEqual({ items: [{ item: 1 }] })
  })

  test('is awaited as the answer of an interceptor', async () => {
    const wrap: Interceptor = {
      name: 'wrap',
      wrap: (next) => (context) => promise(next(context)) as Promise<StageOutput>,
      wrapRun: (next) => (run) => promise(next(run)) as ReturnType<typeof next>,
    }
    const graph = new Pipeline('demo').withStage('a', async () => ({ n: 1 })).build({ clock, interceptors: [wrap] })
    expect((await graph.run()).data).toEqual({ a: { n: 1 } })
  })

  test('is awaited by after()', async () => {
    expect(await after(promise(1) as Promise<number>, (n) => n + 1)).toBe(2)
  })

  test('is awaited in outputSchema', async () => {
    const outputSchema = {
      '~standard': { version: 1, vendor: 'acme', validate: (value: unknown) => promise({ value }) },
    }
    const graph = new Pipeline('demo')
      .withStage('a', () => ({ n: 1 }), { outputSchema: outputSchema as never })
      .build({ clock })
    expect((await graph.run()).data).toEqual({ a: { n: 1 } })
  })

  test('is refused as the answer of `when`, and its rejection ends nothing', async () => {
    for (const answer of [promise(true), rejection(new Error('no'))]) {
      const { report } = await new Pipeline('demo')
        .withStage('a', () => ({}), { when: () => answer as boolean })
        .build({ clock })
        .runSettled()
      expect(report.stages['a']?.error).toMatchObject({
        code: 'core/when',
        message: expect.stringContaining('at once, not an ') as string,
      })
    }
  })

  const watching: [string, Interceptor][] = [
    ['settled', { name: 'watch', settled: () => rejection(new Error('gone')) as undefined }],
    ['onRun', { name: 'watch', onRun: () => ({ ended: () => rejection(new Error('gone')) as undefined }) }],
    ['onCall', { name: 'watch', onCall: () => () => ({ ended: () => rejection(new Error('gone')) as undefined }) }],
    [
      'enter',
      {
        name: 'watch',
        onCall: () => () => ({
          enter: (next) => {
            next()
            return rejection(new Error('gone')) as undefined
          },
        }),
      },
    ],
  ]
  test.each(watching)('that rejects in `%s` of an interceptor is reported', async (_hook, interceptor) => {
    const result = await new Pipeline('demo')
      .withStage('a', async () => ({}))
      .build({ clock, interceptors: [interceptor] })
      .run()
    await new Promise((resolve) => setImmediate(resolve))
    expect(result.report.notes['core/problems']).toMatchObject([
      { code: 'core/observer-threw', message: expect.stringContaining('gone') as string },
    ])
  })

  test('that rejects in a sink is reported', async () => {
    const eventSink: EventSink = {
      emit: () => rejection(new Error('gone')) as Promise<void>,
      tryEmit: () => rejection(new Error('gone')) as undefined,
    }
    const result = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, eventSink })
      .run()
    await new Promise((resolve) => setImmediate(resolve))
    expect(JSON.stringify(result.report.notes['core/problems'])).toContain('core/sink-threw')
  })
})

test('an object that only has the prototype of a promise fails its stage', async () => {
  const { report } = await new Pipeline('demo')
    .withStage('a', fakePromise as () => {})
    .build({ clock })
    .runSettled()
  expect(report.stages['a']?.status).toBe('fail')
})

describe('after the global Promise was replaced', () => {
  /** Runs `code` while the global is a class that the promises of async functions aren't instances of. */
  const replaced = async <T>(code: () => Promise<T>): Promise<T> => {
    const own = globalThis.Promise
    globalThis.Promise = OtherPromise as unknown as PromiseConstructor
    try {
      return await code()
    } finally {
      globalThis.Promise = own
    }
  }
  const stages: [string, (context: StageContext<{}>) => unknown][] = [
    ['an async function', async () => ({ n: 1 })],
    [
      'an async generator',
      async function* () {
        yield 1
        return { n: 1 }
      },
    ],
  ]
  const layers: [string, Interceptor[]][] = [
    ['bare', []],
    ['with a part', [{ name: 'part', onCall: () => () => ({ ended: () => {} }) }]],
    ['in a wrap', [{ name: 'wrap', wrap: (next) => async (context) => await next(context) }]],
    [
      'with a part in a wrap',
      [
        { name: 'wrap', wrap: (next) => (context) => next(context) },
        { name: 'part', onCall: () => () => ({ ended: () => {} }) },
      ],
    ],
    [
      'called twice at once',
      [
        {
          name: 'twice',
          wrap: (next) => async (context) => {
            const [first] = [next(context), next(context)]
            return await first
          },
        },
      ],
    ],
  ]
  const cases = stages.flatMap(([kind, stage]) => layers.map(([how, list]) => [kind, how, stage, list] as const))
  test.each(cases)('%s completes %s', async (_kind, _how, stage, interceptors) => {
    const graph = new Pipeline('demo').withStage('a', stage as () => {}).build({ clock, interceptors })
    expect(await replaced(async () => (await graph.run()).data)).toEqual({ a: { n: 1 } })
  })

  test('a map over an async generator ends', async () => {
    const graph = new Pipeline('demo')
      .withMap('each', {
        over: async function* () {
          yield 1
          yield 2
        },
        each: async (item: number) => ({ item }),
      })
      .build({ clock })
    expect(await replaced(async () => (await graph.run()).data)).toEqual({
      each: { items: [{ item: 1 }, { item: 2 }] },
    })
  })
})

describe('an error of another realm', () => {
  const cause = inRealm<Error>(
    `Object.assign(new TypeError('no such file', { cause: Object.assign(new Error('disk'), { code: 'EIO' }) }), { code: 'ENOENT' })`,
  )
  const record = {
    code: 'ENOENT',
    message: 'no such file',
    cause: { code: 'EIO', message: 'disk' },
  }
  const throwing = async (): Promise<never> => {
    throw cause
  }

  test('that a stage throws keeps its message, code and cause', async () => {
    const { report, errors } = (await new Pipeline('demo')
      .withStage('a', throwing)
      .build({ clock })
      .runSettled()) as unknown as { report: { stages: Record<string, { error?: unknown }> }; errors: unknown[] }
    expect(report.stages['a']?.error).toMatchObject(record)
    expect(errors[0]).toMatchObject(record)
  })

  test('is the error of the output itself', () => {
    expect(StageOutput.fail(cause).error).toBe(cause)
    expect(StageOutput.retry(cause).error).toBe(cause)
  })

  test('that a stage returns is named as an error', async () => {
    const { report } = await new Pipeline('demo')
      .withStage('a', (() => cause) as () => {})
      .build({ clock })
      .runSettled()
    expect(report.stages['a']?.error).toMatchObject({
      code: 'core/illegal-output',
      message: expect.stringContaining('returned an Error') as string,
      cause: record,
    })
  })

  const throwers: [string, Interceptor][] = [
    ['wrap', { name: 'acme', wrap: () => throwing }],
    [
      'onCall',
      {
        name: 'acme',
        onCall: () => () => {
          throw cause
        },
      },
    ],
    ['wrapRun', { name: 'acme', wrapRun: () => throwing }],
  ]
  test.each(throwers)('that `%s` throws keeps its message and cause', async (_hook, interceptor) => {
    const result = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: [interceptor] })
      .runSettled()
    expect(result).toMatchObject({
      status: 'failed',
      errors: [{ message: expect.stringContaining('no such file') as string, cause: record }],
    })
  })

  test('that ends an item of a map or a child keeps its message and code', async () => {
    const child = new Pipeline('child').withStage('inner', throwing)
    for (const pipeline of [
      new Pipeline('demo').withPipeline('a', child),
      new Pipeline('demo').withMap('a', { over: () => [1], each: throwing }),
    ]) {
      const result = await pipeline.build({ clock }).runSettled()
      expect(JSON.stringify(result.report.stages['a']?.error)).toContain('"message":"no such file"')
    }
  })

  test('as the reason of a signal or of fork.abort() says why the run was cancelled', async () => {
    const result = await new Pipeline('demo')
      .withStage('a', async ({ signal }) => {
        signal.throwIfAborted()
        return {}
      })
      .build({ clock })
      .run({}, { signal: AbortSignal.abort(cause) })
    expect(result).toMatchObject({ status: 'cancelled', reason: 'no such file' })
  })
})
