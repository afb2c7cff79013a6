import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { createSlot, defineStage, Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

class Greet {
  name = 'greet' as const
  kind = StageKind.ENRICH
  async execute(context: StageContext<{}>) {
    return StageOutput.ok({ greeting: `Hello, ${context.snapshot.inputText}` })
  }
}

test('a stage is a class, an object or a function, and is synchronous, asynchronous or an async generator', async () => {
  const graph = new Pipeline('demo')
    .withStage('class', Greet)
    .withStage('object', { execute: () => ({ object: true }) })
    .withStage('function', function () {
      return { function: true }
    })
    .withStage('arrow', async () => ({ arrow: true }))
    .withStage('generator', async function* () {
      yield 1
      return { generator: true }
    })
    .build({ clock })
  expect((await graph.run({ inputText: 'Ada' })).data).toEqual({
    class: { greeting: 'Hello, Ada' },
    object: { object: true },
    function: { function: true },
    arrow: { arrow: true },
    generator: { generator: true },
  })
})

test('a stage class is instantiated once per build, and execute is called with the instance as `this`', async () => {
  let made = 0
  class Counting {
    readonly #secret = ++made
    execute() {
      return { secret: this.#secret }
    }
  }
  const pipeline = new Pipeline('demo').withStage('a', Counting)
  expect(made).toBe(0)
  const graph = pipeline.build({ clock })
  expect([(await graph.run()).data, (await graph.run()).data]).toEqual([{ a: { secret: 1 } }, { a: { secret: 1 } }])
  expect(made).toBe(1)
})

test('the name of a stage may come from the stage, and a given name replaces it', () => {
  const names = (pipeline: { build(): { info: { stages: readonly { name: string }[] } } }) =>
    pipeline.build().info.stages.map(({ name }) => name)
  expect(names(new Pipeline('demo').withStage(Greet))).toEqual(['greet'])
  expect(names(new Pipeline('demo').withStage(new Greet()))).toEqual(['greet'])
  expect(names(new Pipeline('demo').withStage('hello', Greet))).toEqual(['hello'])
})

test('the kind comes from the stage, otherwise from the builder, otherwise it is TRANSFORM', () => {
  const kinds = new Pipeline('demo')
    .withStage(Greet)
    .withStage('given', () => ({}), StageKind.WORK)
    .withStage('same', Greet, StageKind.ENRICH)
    .withStage('none', () => ({}))
    .build()
    .info.stages.map(({ kind }) => kind)
  expect(kinds).toEqual(['enrich', 'work', 'enrich', 'transform'])
})

test('a pipeline without a name is called pipeline', () => {
  expect(new Pipeline().withStage('a', () => ({})).build().name).toBe('pipeline')
  expect(new Pipeline('demo').withStage('a', () => ({})).build().info.name).toBe('demo')
})

test('a pipeline is immutable: every method returns a new one, and several may extend one', () => {
  const base = new Pipeline('demo').withStage('a', () => ({}))
  const names = (pipeline: { stages: readonly { name: string }[] }) => pipeline.stages.map(({ name }) => name)
  const left = base.withStage('b', () => ({}))
  const right = base.withStage('c', () => ({})).withStage('d', () => ({}))
  expect([names(base), names(left), names(right)]).toEqual([['a'], ['a', 'b'], ['a', 'c', 'd']])
  expect(base.stages).toBe(base.stages)
  expect(Object.isFrozen(base.stages)).toBe(true)
})

test('a graph and its info cannot be changed', () => {
  const graph = new Pipeline('demo').withStage('a', () => ({})).build({ interceptors: [{ name: 'x', settled() {} }] })
  expect(
    [
      graph,
      graph.info,
      graph.info.stages,
      graph.info.stages[0],
      graph.info.interceptors,
      graph.info.stages[0]?.options,
    ].map((value) => Object.isFrozen(value)),
  ).toEqual([true, true, true, true, true, true])
})

test('the info of a graph about its stages is frozen, and so are the lists of dependencies and their entries', () => {
  const { stages } = new Pipeline('demo')
    .withStage('a', () => ({}))
    .withStage('b', () => ({}), { dependencies: ['a'], join: { quorum: 1 } })
    .build().info
  const told: readonly unknown[] = stages.flatMap(({ dependencies, dependents, join }) => [
    dependencies,
    ...dependencies,
    dependents,
    join,
  ])
  expect(told).toEqual([
    [],
    ['b'],
    'all',
    [{ stage: 'a', edge: 'value' }],
    { stage: 'a', edge: 'value' },
    [],
    { quorum: 1 },
  ])
  for (const value of told) expect(Object.isFrozen(value)).toBe(true)
  expect(() => (stages[1]?.dependencies as object[]).push({})).toThrow(TypeError)
})

test('compose adds the stages of another pipeline', async () => {
  const first = new Pipeline('first').withStage('a', () => ({ a: 1 }))
  const second = new Pipeline('second').withStage('b', () => ({ b: 1 }))
  const graph = first
    .compose(second)
    .withStage('sum', (context) => ({ sum: context.inputs.from('a').a + context.inputs.from('b').b }), {
      dependencies: ['a', 'b'],
    })
    .build({ clock })
  expect(graph.name).toBe('first')
  expect((await graph.run()).data).toEqual({ a: { a: 1 }, b: { b: 1 }, sum: { sum: 2 } })
})

test("compose refuses a value that isn't a pipeline", () => {
  for (const wrong of [undefined, {}, [], new Pipeline('x').withStage('a', () => ({})).build()])
    expect(() => new Pipeline('demo').compose(wrong as never)).toThrow(
      expect.objectContaining({ code: 'core/not-a-pipeline' }),
    )
})

test('stage values may be in any order, and make the same graph as the fluent builder', async () => {
  const profile = defineStage({ name: 'profile', kind: StageKind.ENRICH, run: () => ({ name: 'Ada' }) })
  const greet = defineStage({
    name: 'greet',
    after: { who: profile },
    run: (context) => ({ text: `Hello, ${context.inputs.from('who').name}` }),
    when: (inputs) => inputs.from('who').name !== '',
  })
  const graph = Pipeline.from('demo', [greet, profile]).build({ clock })
  expect((await graph.run()).data).toEqual({ profile: { name: 'Ada' }, greet: { text: 'Hello, Ada' } })
  expect(
    graph.info.stages.map(({ name, kind, dependencies, conditional }) => [
      name,
      kind,
      dependencies.map(({ stage }) => stage),
      conditional,
    ]),
  ).toEqual([
    ['greet', 'transform', ['profile'], true],
    ['profile', 'enrich', [], false],
  ])
})

test("withStages adds stage values to a pipeline, and `stages` returns a pipeline's stages as values", async () => {
  const late = defineStage({ name: 'late', run: () => ({ late: true }) })
  const graph = new Pipeline('demo')
    .withStage('early', () => ({ early: true }))
    .withStages([late])
    .build({ clock })
  expect((await graph.run()).data).toEqual({ early: { early: true }, late: { late: true } })
  const again = Pipeline.from(
    'again',
    graph === undefined
      ? []
      : ([...new Pipeline('x').withStage('early', () => ({ early: true })).stages, late] as never),
  )
  expect((await again.build({ clock }).run()).data).toEqual({ early: { early: true }, late: { late: true } })
})

test('many stages in any declared order build and run, without recursion', async () => {
  const count = 20_000
  const stages: ReturnType<typeof defineStage>[] = []
  for (let index = 0; index < count; index++) {
    const before = stages[index - 1]
    stages.push(
      defineStage({
        name: `s${index}` as string,
        ...(before === undefined ? {} : { after: { before } }),
        run: (context) => ({
          n: before === undefined ? 0 : (context.inputs.from('before' as never) as { n: number }).n + 1,
        }),
      }) as never,
    )
  }
  const graph = Pipeline.from('chain', [...stages].reverse() as never).build({ clock })
  const { data } = await graph.run()
  expect((data as Record<string, object>)[`s${count - 1}`]).toEqual({ n: count - 1 })
})

test('a thousand withStage calls share the stages before them', async () => {
  let pipeline = new Pipeline('demo')
  for (let index = 0; index < 1_000; index++) pipeline = pipeline.withStage(`s${index}` as 's', () => ({})) as never
  expect(pipeline.stages).toHaveLength(1_000)
  expect((await pipeline.build({ clock }).run()).status).toBe('completed')
})

test("case 11 and 4: concurrent runs of one graph don't see each other", async () => {
  const graph = new Pipeline('demo')
    .withStage('wait', async (context) => {
      await context.clock.sleep(context.snapshot.inputText === 'slow' ? 20 : 10)
      return { text: context.snapshot.inputText, id: context.pipelineRunId }
    })
    .withStage('after', (context) => ({ saw: context.inputs.from('wait').text }), { dependencies: ['wait'] })
    .build({ clock })
  const runs = ['slow', 'fast', 'slow', 'fast'].map((inputText) => graph.run({ inputText }))
  await clock.advance(20)
  const results = await Promise.all(runs)
  expect(results.map(({ data }) => data.after?.saw)).toEqual(['slow', 'fast', 'slow', 'fast'])
  expect(new Set(results.map(({ report }) => report.pipelineRunId)).size).toBe(4)
})

test('a stage that starts while another settles runs in the same turn, so synchronous pipelines settle at once', () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', () => void log.push('a'))
    .withStage('b', () => void log.push('b'), { dependencies: ['a'] })
    .build({ clock })
  void graph.run()
  expect(log).toEqual(['a', 'b'])
})

test('the context has the facts of its stage', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.clock.sleep(5)
      return {
        name: context.stage.name,
        attempt: context.attempt,
        startedAt: context.startedAt,
        now: context.clock.now(),
        aborted: context.signal.aborted,
      }
    })
    .build({ clock })
  const settled = graph.run()
  await clock.advance(5)
  expect((await settled).data.a).toEqual({ name: 'a', attempt: 1, startedAt: 0, now: 5, aborted: false })
})

test('the functions of a context work without the context as `this`', async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage(
      'a',
      async ({
        note,
        get,
        onCleanup,
        heartbeat,
        raiseIfCancelled,
        runChild,
        tryEmitEvent,
        emitEvent,
        inputs: { toJSON },
      }) => {
        note('usage', { inputTokens: 1 })
        onCleanup(() => void log.push('cleaned'))
        heartbeat()
        raiseIfCancelled()
        tryEmitEvent('app.event', {})
        await emitEvent('app.event', {})
        const { status } = await runChild(new Pipeline('child').withStage('inner', () => ({})))
        return { child: status, slot: get(createSlot<string>('x')), own: typeof toJSON }
      },
    )
    .build({ clock })
  const { data, report } = await graph.run()
  expect(data.a).toEqual({ child: 'completed', slot: undefined, own: 'function' })
  expect(report.stages['a']?.notes).toEqual({ usage: { inputTokens: 1 } })
  expect(log).toEqual(['cleaned'])
})

test('a constructor function with `execute` on its prototype is a stage class', async () => {
  function Old(): void {}
  Old.prototype.execute = () => ({ x: 1 })
  const result = await new Pipeline()
    .withStage('a', Old as never)
    .build({ clock })
    .run()
  expect(result.data).toEqual({ a: { x: 1 } })
})
