import { expect, test } from 'vitest'
import { Pipeline, createSlot } from '../src/index.ts'
import type { Interceptor, Slot } from '../src/index.ts'

const setting = <T>(slot: Slot<T>, value: T): Interceptor => ({
  name: `set-${slot.name}`,
  wrapRun: (next) => (run) => {
    run.set(slot, value)
    return next(run)
  },
})

test("two slots with one name are separate, because the key is the slot's identity", async () => {
  const [one, two] = [createSlot<number>('shared'), createSlot<number>('shared')]
  const graph = new Pipeline('demo')
    .withStage('a', (context) => ({ one: context.get(one), two: context.get(two) }))
    .build({ interceptors: [setting(one, 1)] })
  expect((await graph.run()).data).toEqual({ a: { one: 1, two: undefined } })
})

test('the value of a slot belongs to one run, and its child runs can read it', async () => {
  const id = createSlot<string>('id')
  const perRun: Interceptor = {
    name: 'per-run',
    wrapRun: (next) => (run) => {
      if (run.parent === undefined) run.set(id, run.pipelineRunId)
      return next(run)
    },
  }
  const child = new Pipeline('child').withStage('inner', (context) => ({ id: context.get(id) }))
  const graph = new Pipeline('demo').withPipeline('child', child).build({ interceptors: [perRun] })
  const results = await Promise.all([graph.run({ pipelineRunId: 'one' }), graph.run({ pipelineRunId: 'two' })])
  expect(results.map(({ data }) => data.child?.inner?.id)).toEqual(['one', 'two'])
})

test("a parent doesn't see a value that its child run sets, and undefined is a value", async () => {
  const slot = createSlot<string | undefined>('slot')
  const inside: Interceptor = {
    name: 'inside',
    wrapRun: (next) => (run) => {
      run.set(slot, run.parent === undefined ? 'parent' : undefined)
      return next(run)
    },
  }
  const child = new Pipeline('child').withStage('inner', (context) => ({ slot: String(context.get(slot)) }))
  const graph = new Pipeline('demo')
    .withPipeline('child', child)
    .withStage('after', (context) => ({ slot: String(context.get(slot)) }), { dependencies: ['child'] })
    .build({ interceptors: [inside] })
  const { data } = await graph.run()
  expect(data).toEqual({ child: { inner: { slot: 'undefined' } }, after: { slot: 'parent' } })
})

test('a slot without a name is refused (core/slot)', () => {
  for (const name of ['', undefined, 5, {}])
    expect(() => createSlot(name as string)).toThrow(
      expect.objectContaining({ code: 'core/slot', message: expect.stringContaining("such as 'auth/claims'") }),
    )
  expect(Object.isFrozen(createSlot('x'))).toBe(true)
})
