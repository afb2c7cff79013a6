import { type AnyTool, ToolRegistry } from '@stageflow/tools'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { deferred, tool, trackedBench } from '../test/tool-bench.ts'

const make = trackedBench()

const oldPay = tool('pay', ({ euros }) => `old ${euros}`, { input: z.object({ euros: z.number() }) })
const newPay = tool('pay', ({ cents }) => `new ${cents}`, { input: z.object({ cents: z.number() }) })
const bothPay = tool('pay', ({ euros }) => `new ${euros}`, { input: z.object({ euros: z.number() }) })
const CALLS = [{ id: 'a', name: 'pay', arguments: { euros: 5 } }]

test.each<[change: string, by: (registry: ToolRegistry) => unknown]>([
  ['removed', (registry) => registry.remove('pay')],
  ['replaced', (registry) => registry.replace(newPay)],
])(
  'a call that was resolved before its tool was %s is made with the tool that it was resolved with',
  async (_, change) => {
    const b = make([oldPay])
    const { resolved } = await b.registry.parseAndResolve(CALLS)
    change(b.registry)
    expect(await b.executor.execute(resolved, { clock: b.clock })).toMatchObject([{ output: 'old 5' }])
  },
)

test('with a registry, a resolved call runs the tool that has its name now, or it is unresolved', async () => {
  const b = make([oldPay])
  const { registry, clock } = b
  const parsed = await registry.parseAndResolve(CALLS)
  const execute = () => b.executor.execute(parsed, { registry, clock })
  registry.replace(bothPay)
  expect(await execute()).toMatchObject([{ callId: 'a', output: 'new 5' }])
  registry.replace(newPay)
  expect(await execute()).toMatchObject([{ callId: 'a', status: 'unresolved', reason: 'invalid_input' }])
  registry.remove('pay')
  expect(await execute()).toMatchObject([{ callId: 'a', status: 'unresolved', reason: 'unknown_tool' }])
})

test('a call that runs goes on when its tool is removed, and so do its attempts', async () => {
  const gate = deferred()
  let attempts = 0
  const slow = tool(
    'pay',
    async () => {
      await gate.promise
      if (++attempts === 1) throw new Error('busy')
      return 'paid'
    },
    { retry: { attempts: 2, baseMs: 1, isRetryable: () => true } },
  )
  const b = make([slow])
  const paying = b.executor.execute(CALLS, { registry: b.registry, clock: b.clock })
  await b.clock.settle()
  b.registry.remove('pay')
  gate.resolve()
  await b.clock.advance(10)
  expect(await paying).toMatchObject([{ status: 'completed', output: 'paid', attempts: 2 }])
})

test('a call that waits for its approval is made as it was shown, although its tool was replaced meanwhile', async () => {
  const decision = deferred<boolean>()
  const b = make([oldPay])
  const { registry, clock } = b
  const paying = b.executor.execute(CALLS, { registry, clock, approve: () => decision.promise })
  await clock.settle()
  registry.replace(newPay)
  decision.resolve(true)
  expect(await paying).toMatchObject([{ output: 'old 5' }])
})

test('the limits of a tool are its own: those of its replacement count from the start', async () => {
  const gates: (() => void)[] = []
  const waiting = (): AnyTool =>
    tool('pay', () => new Promise((resolve) => gates.push(() => resolve('paid'))), { concurrency: 1 })
  const b = make([waiting()])
  const { registry, clock } = b
  const first = b.executor.execute(CALLS, { registry, clock })
  await clock.settle()
  const second = b.executor.execute(CALLS, { registry, clock })
  await clock.settle()
  expect(gates).toHaveLength(1)
  registry.replace(waiting())
  const third = b.executor.execute(CALLS, { registry, clock })
  await clock.settle()
  expect(gates).toHaveLength(2)
  for (const open of gates) open()
  await clock.settle()
  gates.at(-1)?.()
  expect((await Promise.all([first, second, third])).flat().map(({ status }) => status)).toEqual(
    Array(3).fill('completed'),
  )
})

test('a tool of a source is called, and so is the one that the source lists in its place', async () => {
  let tools: readonly AnyTool[] = [oldPay]
  const registry = new ToolRegistry({ sources: [{ list: () => tools }] })
  const b = make([])
  const { clock } = b
  expect(await b.executor.execute(CALLS, { registry, clock })).toMatchObject([{ output: 'old 5' }])
  const parsed = await registry.parseAndResolve(CALLS)
  tools = [bothPay]
  expect(await b.executor.execute(parsed, { registry, clock })).toMatchObject([{ output: 'new 5' }])
  tools = []
  expect(await b.executor.execute(parsed, { registry, clock })).toMatchObject([{ reason: 'unknown_tool' }])
})
