import { manualClock } from '@stageflow/testing'
import { defineTool, ToolRegistry, type ToolEventEmitter } from '@stageflow/tools'
import { resultsFor } from '@stageflow/tools/messages'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'

import { ToolExecutor, type CallerContext } from './index.ts'

const clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
})

const never = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise<never>(() => {}) } } as const
const stuck = defineTool({ name: 'stuck', description: 'x', input: never, execute: () => 1 })
const quick = defineTool({ name: 'quick', description: 'x', input: z.object({}), execute: () => 1 })
const patient = defineTool({
  name: 'patient',
  description: 'x',
  input: z.object({}).refine(async () => clock.sleep(300).then(() => true)),
  timeoutMs: false,
  execute: (_, context) => context.clock.sleep(1_000, context.signal),
})
const registry = new ToolRegistry({ tools: [stuck, quick, patient] })
const executor = new ToolExecutor()
const call = (name: string, args: object = {}, id = name): unknown => ({ id, name, arguments: args })

test('calls that are cancelled during the check of a schema have the results of cancelled calls', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const events: unknown[] = []
  const eventEmitter: ToolEventEmitter = (type, data) =>
    events.push([type, data.callId, 'reason' in data ? data.reason : undefined])
  const before = registry.stats()
  const executing = executor.execute([call('quick'), call('stuck'), call('nobody')], { registry, signal, eventEmitter })
  controller.abort(new Error('enough'))
  const results = await executing
  expect(results.map(({ callId, status }) => [callId, status])).toEqual([
    ['quick', 'cancelled'],
    ['stuck', 'cancelled'],
    ['nobody', 'unresolved'],
  ])
  expect(results[1]).toEqual({
    callId: 'stuck',
    name: 'stuck',
    index: 1,
    status: 'cancelled',
    message: '"stuck" was not called: it was cancelled while its arguments were checked.',
    durationMs: 0,
    attempts: 0,
    partials: [],
    partialsDropped: 0,
    undoable: false,
  })
  expect(resultsFor('anthropic', results)[0]?.content[1]?.is_error).toBe(true)
  expect(events.slice(0, 3)).toEqual([
    ['tools.resolved', 'quick', undefined],
    ['tool.unresolved', 'stuck', 'cancelled'],
    ['tool.unresolved', 'nobody', 'unknown_tool'],
  ])
  expect(registry.stats().unresolved).toBe(before.unresolved + 2)
  // It was over before it began.
  const late = await executor.execute([call('stuck')], { registry, signal })
  expect(late.map(({ status }) => status)).toEqual(['cancelled'])
})

test('the signal of the stage and that of the call both end the wait for schemas', async () => {
  for (const aborted of [0, 1]) {
    const controllers = [new AbortController(), new AbortController()] as const
    const [signal, own] = controllers.map((controller) => controller.signal) as [AbortSignal, AbortSignal]
    const context = { signal, clock, ports: {}, tryEmitEvent: () => true } as unknown as CallerContext
    const executing = executor.execute([call('stuck')], { registry, context, signal: own })
    controllers[aborted]?.abort()
    expect((await executing).map(({ status }) => status)).toEqual(['cancelled'])
  }
})

test('the time for all calls is spent on checks and handlers together', async () => {
  const executing = executor.execute([call('patient'), call('stuck')], { registry, timeoutMs: 500, clock })
  let ended: unknown
  void executing.then((results) => (ended = results))
  await clock.advance(499)
  expect(ended).toBeUndefined()
  await clock.advance(1)
  const results = await executing
  expect(results.map(({ status }) => status)).toEqual(['failed', 'unresolved'])
})
