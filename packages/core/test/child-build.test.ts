import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { asStage, Pipeline } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { childOf } from './interceptors.ts'

const refusedChild = async (stage: (context: StageContext<{}>) => Promise<unknown>) => {
  let refused: unknown
  await new Pipeline('demo')
    .withStage('a', async (context) => {
      refused = await stage(context).catch((error: unknown) => error)
    })
    .build({ clock })
    .run()
  return refused as {
    readonly code: string
    readonly message: string
    readonly problems?: readonly { readonly code: string }[]
  }
}

test("a child given as a pipeline is built with the parent's options; one given as a graph keeps its own", async () => {
  const log: string[] = []
  const logging = (name: string): Interceptor => ({ name, settled: ({ stage }) => void log.push(`${name}: ${stage}`) })
  const ownClock = manualClock({ startAt: 5_000 })
  const child = new Pipeline('child').withStage('inner', (context) => ({
    at: context.clock.now(),
    port: (context.ports as { name?: string }).name,
  }))
  const graph = new Pipeline('demo')
    .withPipeline('pipeline', child)
    .withPipeline(
      'graph',
      child.build({ clock: ownClock, interceptors: [logging('own')], ports: { name: 'own' } as never }),
    )
    .build({ clock, interceptors: [logging('parent')], ports: { name: 'parent' } as never })
  const { data } = await graph.run()
  expect(data).toEqual({ pipeline: { inner: { at: 0, port: 'parent' } }, graph: { inner: { at: 5_000, port: 'own' } } })
  expect(log).toEqual(
    ['parent: inner', 'parent: pipeline', 'own: inner', 'parent: graph'].toSorted(
      (a, b) => log.indexOf(a) - log.indexOf(b),
    ),
  )
})

test('a child pipeline is built once per parent graph, and not for each run', async () => {
  let built = 0
  const counting: Interceptor = {
    name: 'counting',
    wrap: (next, stage) => {
      if (stage.name === 'inner') built++
      return next
    },
  }
  const child = childOf()
  const graph = new Pipeline('demo')
    .withStage('a', async (context) => {
      await context.runChild(child)
      await context.runChild(child)
    })
    .build({ clock, interceptors: [counting] })
  await graph.run()
  await graph.run()
  expect(built).toBe(1)
})

test('runs may be nested five deep, and no deeper (core/child-depth)', async () => {
  const nested = (depth: number): Pipeline<Record<string, never>> => {
    const pipeline = new Pipeline(`level-${depth}`)
    return (
      depth === 0 ? pipeline.withStage('last', () => ({})) : pipeline.withPipeline('next', nested(depth - 1) as never)
    ) as never
  }
  expect((await nested(5).build({ clock }).run()).status).toBe('completed')
  expect(() => nested(6).build({ clock })).toThrow(expect.objectContaining({ code: 'core/build' }))
  expect(() => nested(6).build({ clock })).toThrow('[core/child-depth]')
})

test('graphs that run one another fail at the same depth (core/child-depth)', async () => {
  let graph = new Pipeline('level-0').withStage('last', () => ({})).build({ clock })
  for (let depth = 1; depth <= 6; depth++) {
    graph = new Pipeline(`level-${depth}`).withPipeline('next', graph).build({ clock }) as never
  }
  const tooDeep = await graph.runSettled()
  let error = tooDeep.status === 'failed' ? tooDeep.errors[0] : undefined
  while (error?.cause !== undefined) error = error.cause
  expect(error).toMatchObject({
    code: 'core/child-depth',
    message: expect.stringContaining('starts a child run 6 deep'),
  })
})

test('a pipeline cannot run inside itself, directly or through others (core/child-cycle)', async () => {
  const self: Pipeline<Record<string, never>> = new Pipeline('self').withStage('again', (context) =>
    context.runChild(self as never).then((result) => result.data as object),
  ) as never
  const result = await self.build({ clock }).runSettled()
  expect(result).toMatchObject({
    status: 'failed',
    errors: [{ code: 'core/child-cycle', message: expect.stringContaining('"self"') }],
  })
  const outer: Pipeline<Record<string, never>> = new Pipeline('outer').withStage('a', async (context) => {
    const { status, ...rest } = (await context.runChild(middle as never)) as never as {
      status: string
      errors: readonly { code: string }[]
    }
    return { ended: status, code: rest.errors }
  }) as never
  const middle = new Pipeline('middle').withStage('b', async (context) => void (await context.runChild(outer as never)))
  expect(JSON.stringify(await outer.build({ clock }).runSettled())).toContain('core/child-cycle')
})

test('a value that is not a pipeline is refused by name (core/not-a-pipeline)', async () => {
  for (const wrong of [undefined, {}, 'child', () => ({})]) {
    expect(await refusedChild((context) => context.runChild(wrong as never))).toMatchObject({
      code: 'core/not-a-pipeline',
      message: expect.stringContaining('A child of "demo" must be a built graph or a Pipeline, not '),
    })
  }
  expect(() => new Pipeline('demo').withPipeline('child', 5 as never).build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'core/not-a-pipeline', message: expect.stringContaining('In stage "child"') }),
      ],
    }),
  )
})

test('a child that cannot be built, or a wrong input, rejects', async () => {
  expect(
    await refusedChild((context) => context.runChild(new Pipeline('broken').withStage('a b', () => ({})))),
  ).toMatchObject({ code: 'core/build', problems: [{ code: 'core/illegal-name' }] })
  expect(await refusedChild((context) => context.runChild(childOf(), { nope: 1 } as never))).toMatchObject({
    code: 'core/snapshot',
  })
  expect(await refusedChild((context) => context.runChild(childOf(), null as never))).toMatchObject({
    code: 'core/snapshot',
  })
})

test('the problems of a child pipeline are problems of the build, and name its stage', () => {
  const broken = new Pipeline('broken').withStage('a b', () => ({})).withStage('c', 5 as never)
  expect(() => new Pipeline('demo').withPipeline('child', broken as never).build()).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'core/illegal-name', message: expect.stringMatching(/^In stage "child": /) }),
        expect.objectContaining({ code: 'core/not-a-stage' }),
      ],
    }),
  )
})

test('asStage reports the problems of its child when the graph is built', () => {
  const broken = new Pipeline('broken').withStage('a b', () => ({}))
  const build = () => new Pipeline('demo').withStage('child', asStage(broken)).build({ clock })
  expect(build).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ code: 'core/illegal-name' })] }))
})
