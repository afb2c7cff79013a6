import { manualClock } from '@stageflow/testing'
import * as v from 'valibot'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'

import { defineTool, ToolRegistry } from '../index.ts'
import type { ParseOptions } from '../index.ts'

const clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
})

const slow = defineTool({
  name: 'slow',
  description: 'Checked elsewhere.',
  input: v.pipeAsync(
    v.object({ n: v.number(), ms: v.optional(v.number(), 0) }),
    v.checkAsync(async ({ n, ms }) => clock.sleep(ms).then(() => n > 0), 'n is too small'),
  ),
  execute: ({ n }, { clock: { now } }) => [n, now()],
})
const never = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise<never>(() => {}) } } as const
const stuck = defineTool({ name: 'stuck', description: 'x', input: never, execute: () => 1 })
const quick = defineTool({ name: 'quick', description: 'x', input: z.object({}), execute: () => 1 })
const registry = new ToolRegistry({ tools: [slow, stuck, quick] })
const call = (name: string, args: object = {}, id = name): unknown => ({ id, name, arguments: args })

test('a schema may be asynchronous, and the order of the calls is kept', async () => {
  const parsing = registry.parseAndResolve([
    call('slow', { n: 1, ms: 10 }, 'a'),
    call('quick', {}, 'b'),
    call('slow', { n: 0 }, 'c'),
  ])
  await clock.advance(10)
  const parsed = await parsing
  expect(parsed.calls.map(({ callId, status }) => [callId, status])).toEqual([
    ['a', 'resolved'],
    ['b', 'resolved'],
    ['c', 'unresolved'],
  ])
  expect(parsed.unresolved[0]?.issues).toEqual([{ path: '', message: 'n is too small' }])
})

test('while a schema is still checking, the signal ends the wait', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const wait = registry.parseAndResolve([call('stuck')], { signal })
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(wait).rejects.toBe(reason)
  await expect(registry.parseAndResolve([call('stuck')], { signal })).rejects.toBe(reason)
  expect((await registry.parseAndResolve([call('quick')], { signal })).resolved).toHaveLength(1)
})

test('an abort while schemas check leaves no listener on the signal', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const add = vi.spyOn(signal, 'addEventListener')
  const remove = vi.spyOn(signal, 'removeEventListener')
  const parsing = registry.parseAndResolve([call('slow', { n: 1, ms: 5 })], { signal, clock, timeoutMs: 50 })
  await clock.advance(5)
  await parsing
  expect(add).toHaveBeenCalledTimes(1)
  expect(remove).toHaveBeenCalledTimes(1)
})

test('a check that takes longer than timeoutMs leaves its call unresolved, and the others are made', async () => {
  const parsing = registry.parseAndResolve([call('stuck'), call('quick'), call('slow', { n: 1 })], {
    timeoutMs: 500,
    clock,
  })
  await clock.advance(500)
  const { resolved, unresolved } = await parsing
  expect(resolved.map(({ name }) => name)).toEqual(['quick', 'slow'])
  expect(unresolved[0]).toMatchObject({
    reason: 'schema_failed',
    message: '"stuck" was not called: the check of its arguments took longer than 500 ms.',
  })
})

test.each([
  [{ arguments_field: 'input' }, 'unknown option "arguments_field"'],
  [{ timeoutMs: -1 }, 'timeoutMs must be'],
  [{ timeoutMs: NaN }, 'timeoutMs must be'],
  [{ signal: {} }, 'signal must be'],
  [{ clock: Date }, 'clock must be'],
  [{ eventEmitter: 'log' }, 'eventEmitter must be'],
  [{ executionMode: ['plan'] }, 'executionMode must be'],
  [null, 'must be an object, not null'],
])('parseAndResolve(calls, %o) is refused (tools/illegal-option)', async (options, problem) => {
  const parsing = registry.parseAndResolve([], options as unknown as ParseOptions)
  await expect(parsing).rejects.toMatchObject({
    code: 'tools/illegal-option',
    message: expect.stringContaining(problem),
  })
})
