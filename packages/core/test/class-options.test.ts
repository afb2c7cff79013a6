import { describe, expect, test } from 'vitest'
import { resumeRun, resumeSettled, runDurable, startResumed } from '../src/durable.ts'
import type { SuspendedRun } from '../src/durable.ts'
import type { Interceptor } from '../src/index.ts'
import { Pipeline, StageOutput, StageflowError, defineStage } from '../src/index.ts'
import { ArrayExecutor } from './array-executor.ts'
import { clock } from './fresh-clock.ts'

// Options may be an instance of a class. What it gives by getters counts, what it inherits under a known name too.

const deny: Interceptor = { name: 'deny', wrap: () => async () => StageOutput.fail(new Error('denied')) }
const claims: Interceptor = {
  name: 'claims',
  stageOptions: ['limit' as never],
  runOptions: ['token' as never],
  onCall: () => () => undefined,
}

/** An instance of a class with a getter for each of these, and with a method that isn't an option. */
function instanceOf<T extends object>(given: T): T {
  class Config {
    helper(): void {}
  }
  for (const [name, value] of Object.entries(given)) Object.defineProperty(Config.prototype, name, { get: () => value })
  return new Config() as unknown as T
}

class ToolRegistry {
  register(): void {}
}

const pipeline = new Pipeline('app').withStage('a', () => ({ value: 1 }))

test('build() reads interceptors from getters', async () => {
  const result = await pipeline.build(instanceOf({ interceptors: [deny] })).runSettled()
  expect(result.status).toBe('failed')
})

const stageOptions = { dependencies: ['a'], when: () => false, limit: 5 } as never
test.each<[where: string, build: () => unknown]>([
  [
    'withStage()',
    () => pipeline.withStage('b', () => ({}), instanceOf(stageOptions)).build({ interceptors: [claims] }),
  ],
  [
    'withPipeline()',
    () =>
      pipeline
        .withPipeline(
          'b',
          new Pipeline('child').withStage('c', () => ({})),
          instanceOf(stageOptions),
        )
        .build({ interceptors: [claims] }),
  ],
  [
    'withMap()',
    () =>
      (pipeline as any)
        .withMap('b', instanceOf({ ...(stageOptions as object), over: () => [1], each: () => ({}) }))
        .build({ interceptors: [claims] }),
  ],
  [
    'defineStage()',
    () => {
      const a = defineStage({ name: 'a', run: () => ({ value: 1 }) })
      const definition = { name: 'b', after: instanceOf({ a }), run: () => ({}), when: () => false, limit: 5 }
      return new Pipeline('app')
        .withStages([a, defineStage(instanceOf(definition) as never)] as never)
        .build({ interceptors: [claims] } as never)
    },
  ],
])('%s reads its options from getters', async (_, build) => {
  const graph = build() as any
  const { stages } = graph.info
  expect(stages[1].dependencies).toEqual([{ stage: 'a', edge: 'value' }])
  expect(stages[1].options.limit).toBe(5)
  expect(Object.keys(stages[1].options)).not.toContain('helper')
  const result = await graph.run()
  expect(result.outputs.b.status).toBe('skip')
})

test('an option that a class has as a method is read under the name that an interceptor claims', () => {
  class Options {
    limit(): number {
      return 5
    }
  }
  const { info } = pipeline.withStage('b', () => ({}), new Options() as never).build({ interceptors: [claims] })
  expect((info.stages[1] as any).options.limit).toBeTypeOf('function')
})

const suspendable = new Pipeline('ask').withStage(
  'a',
  ({ resumed }: any) => resumed?.answer ?? StageOutput.suspend({ ask: 1 }),
)
const askGraph = suspendable.build({ interceptors: [claims] }) as any
const suspended = async (): Promise<SuspendedRun> => askGraph.run()

const runs: [where: string, run: (options: object) => Promise<unknown> | unknown][] = [
  ['run()', (options) => pipeline.build({ interceptors: [claims] }).run({}, options as never)],
  ['runSettled()', (options) => pipeline.build({ interceptors: [claims] }).runSettled({}, options as never)],
  ['start()', (options) => pipeline.build({ interceptors: [claims] }).start({}, options as never).result],
  [
    'runDurable()',
    (options) => runDurable(pipeline.build({ interceptors: [claims] }), new ArrayExecutor() as never, options as never),
  ],
  ['resumeRun()', async (options) => resumeRun(askGraph, await suspended(), { a: { value: 1 } }, options as never)],
  [
    'resumeSettled()',
    async (options) => resumeSettled(askGraph, await suspended(), { a: { value: 1 } }, options as never),
  ],
  [
    'startResumed()',
    async (options) => (await startResumed(askGraph, await suspended(), { a: { value: 1 } }, options as never)).result,
  ],
  [
    'runChild()',
    (options) =>
      new Pipeline('parent')
        .withStage('a', async (context: any) => {
          await context.runChild(pipeline, {}, options)
          return {}
        })
        .build({ interceptors: [claims] })
        .run(),
  ],
]

describe.each(runs)('%s', (_, run) => {
  test('reads its options from getters', async () => {
    const seen: string[] = []
    const tryEmit = ({ type }: { type: string }) => seen.push(type) > 0
    const sink = { tryEmit, emit: async (event: { type: string }) => void tryEmit(event) }
    await run(instanceOf({ eventSink: sink, token: 'secret' }))
    expect(seen).toContain('pipeline.completed')
  })
  test('refuses a getter whose name is unknown', async () => {
    await expect(async () => run(instanceOf({ graceMs: 5, nope: 1 }))).rejects.toThrow('unknown option "nope"')
  })
  test('refuses an instance without any option', async () => {
    await expect(async () => run(new ToolRegistry())).rejects.toThrow(
      'must be an object, not an instance of ToolRegistry that has none (known: signal, ',
    )
  })
})

test.each<[where: string, build: () => unknown, known: string]>([
  ['build()', () => pipeline.build(new ToolRegistry() as never), 'interceptors'],
  ['withStage()', () => pipeline.withStage('b', () => ({}), new ToolRegistry() as never).build(), 'dependencies'],
  ['defineStage()', () => new Pipeline('app').withStages([defineStage(new ToolRegistry() as never)]).build(), 'name'],
])('%s refuses an instance without any option, and lists them', (_, build, known) => {
  expect(build).toThrow(`not an instance of ToolRegistry that has none (known: ${known}, `)
})

test('unknown getters are refused where a stage or a build gets them', () => {
  expect(() => pipeline.build(instanceOf({ freeze: 'deep', intercepters: [] }) as never)).toThrow(
    'unknown option "intercepters" (did you mean "interceptors"?',
  )
  expect(() =>
    pipeline.withStage('b', () => ({}), instanceOf({ dependencies: ['a'], wehn: 1 }) as never).build(),
  ).toThrow('did you mean "when"?')
})

test('the extras of an output are read from getters', () => {
  const output = StageOutput.fail(new Error('x'), instanceOf({ retryable: true }))
  expect(output.retryable).toBe(true)
})

describe('ports as an instance of a class', () => {
  class Container {
    #made = 0
    get llm(): number {
      return ++this.#made
    }
    made(): number {
      return this.#made
    }
  }
  const reading = (read: (ports: any) => object) =>
    new Pipeline('app').withStage('a', ({ ports }: any) => read(ports)) as any
  const both = reading((ports) => ({ llm: ports.llm, made: ports.made() }))

  test.each<[where: string, run: (container: Container) => Promise<any>]>([
    ['build()', (container) => both.build({ ports: container }).run()],
    ['run()', (container) => both.build().run({}, { ports: container })],
    [
      'run() over those of build()',
      (container) => both.build({ ports: { llm: 0, other: 1 } }).run({}, { ports: container }),
    ],
    [
      'a child',
      (container) =>
        new Pipeline('parent')
          .withPipeline('child', both)
          .build({ ports: container } as never)
          .run(),
    ],
  ])('of %s: a getter runs once a stage reads it, and methods keep their this', async (_, run) => {
    const container = new Container()
    const { data } = await run(container)
    expect(data.a ?? data.child.a).toEqual({ llm: 1, made: 1 })
    expect(container.made()).toBe(1)
  })

  test('ports of a run replace those of a container with the same name', async () => {
    const graph = both.build({ ports: new Container() })
    const { data } = await graph.run({}, { ports: { llm: 'other' } })
    expect(data.a).toEqual({ llm: 'other', made: 0 })
  })
})

test('what an object inherits from an object without a class counts under known names alone', () => {
  expect(() => pipeline.build(Object.create({ freeze: 'no' }) as never)).toThrow('freeze must be')
  expect(() => pipeline.build(Object.create({ nope: 1 }) as never)).toThrow(StageflowError)
})

test('run.with() reads the changes of a class with getters', async () => {
  class Until {
    get deadline() {
      return clock.now() + 100
    }
  }
  const limiting: Interceptor = { name: 'limiting', wrapRun: (next) => (run) => next(run.with(new Until())) }
  const settled = new Pipeline('demo')
    .withStage('a', ({ clock: time, signal }) => time.sleep(1_000, signal))
    .build({ clock, interceptors: [limiting] })
    .runSettled()
  await clock.advance(100)
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }] })
})
