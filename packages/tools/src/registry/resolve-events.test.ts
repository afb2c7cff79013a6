import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { defineTool, ToolRegistry } from '../index.ts'
import type { ToolEventEmitter } from '../index.ts'

const login = defineTool({
  name: 'login',
  description: 'Logs in.',
  input: z.object({ user: z.string(), password: z.string().min(8), pin: z.string().optional() }),
  redaction: { keys: ['pin'] },
  execute: () => true,
})
const silent = defineTool({
  name: 'silent',
  description: 'Tells nothing.',
  input: z.object({ diagnosis: z.enum(['a', 'b']) }),
  data: false,
  execute: () => true,
})

const call = (name: string, args: unknown, id = 'c1'): unknown => ({ type: 'tool_use', id, name, input: args })
const recorder = (): { readonly events: unknown[]; readonly eventEmitter: ToolEventEmitter } => {
  const events: unknown[] = []
  return { events, eventEmitter: (type, data) => events.push([type, data]) }
}

test('each call has an event, in order: tools.resolved with a summary, or tool.unresolved with the reason', async () => {
  const { events, eventEmitter } = recorder()
  const registry = new ToolRegistry({ tools: [login], eventEmitter })
  const given = { user: 'ada', password: 'hunter2hunter2', pin: '1234' }
  await registry.parseAndResolve([call('login', given), call('log_in', {}, 'c2'), 7])
  expect(events).toEqual([
    [
      'tools.resolved',
      {
        toolName: 'login',
        callId: 'c1',
        index: 0,
        payloadSummary: { user: 'ada', password: '[redacted]', pin: '[redacted]' },
      },
    ],
    [
      'tool.unresolved',
      {
        toolName: 'log_in',
        callId: 'c2',
        index: 1,
        reason: 'unknown_tool',
        message: 'There is no tool "log_in"; did you mean "login"? The tools are login.',
        suggestion: 'login',
        position: undefined,
        issues: [],
      },
    ],
    [
      'tool.unresolved',
      {
        toolName: undefined,
        callId: expect.stringMatching(/^made-/),
        index: 2,
        reason: 'malformed_call',
        message: 'This tool call cannot be read: it is of type number, not an object.',
        suggestion: undefined,
        position: undefined,
        issues: [],
      },
    ],
  ])
})

test('events leave out a secret that a schema quotes, and everything that a tool hides', async () => {
  const { events, eventEmitter } = recorder()
  const quoting = defineTool({
    name: 'quoting',
    description: 'x',
    input: z
      .object({ password: z.string() })
      .refine(() => false, { error: ({ input }) => `bad: ${JSON.stringify(input)}` }),
    execute: () => 1,
  })
  const registry = new ToolRegistry({ tools: [quoting, silent], eventEmitter })
  await registry.parseAndResolve([
    call('quoting', { password: 'hunter2hunter2' }),
    call('silent', { diagnosis: 'flu' }),
  ])
  expect(JSON.stringify(events)).not.toContain('hunter2')
  expect(JSON.stringify(events)).not.toContain('flu')
  expect(events[1]).toMatchObject(['tool.unresolved', { message: '[redacted]', issues: [{ path: '[redacted]' }] }])
})

test('paths leave out secret keys, and all keys if a tool hides everything', async () => {
  const { events, eventEmitter } = recorder()
  const input = z.object({ levels: z.record(z.string(), z.number()) })
  const hidden = defineTool({ name: 'hidden', description: 'x', input, data: false, execute: () => 1 })
  const shown = defineTool({ name: 'shown', description: 'x', input, execute: () => 1 })
  const registry = new ToolRegistry({ tools: [hidden, shown], eventEmitter })
  await registry.parseAndResolve([
    call('hidden', { levels: { 'Ada Lovelace': 'high' } }),
    call('shown', { levels: { 'sk-proj-zqZQ567890abcdef': 'high' } }),
  ])
  expect(JSON.stringify(events)).not.toContain('Lovelace')
  expect(JSON.stringify(events)).not.toContain('zqZQ')
})

test('within a stage the events belong to its run', async () => {
  const registry = new ToolRegistry({ tools: [login] })
  const types: string[] = []
  await new Pipeline('chat')
    .withStage('llm', async (context) => {
      await registry.parseAndResolve([call('nobody', {})], { eventEmitter: context.tryEmitEvent })
      return {}
    })
    .build({
      clock: manualClock(),
      eventSink: { emit: () => {}, tryEmit: ({ type, stage }) => (types.push(`${stage}: ${type}`), true) },
    })
    .run()
  expect(types).toContain('llm: tool.unresolved')
})

test('an emitter that throws or rejects changes nothing, and is counted', async () => {
  const error = new Error('the sink is gone')
  // A promise of another library is one too.
  const foreign = { then: (_: unknown, reject: (error: unknown) => void) => reject(error) }
  const emitters = [() => { throw error }, () => Promise.reject(error), () => foreign] // prettier-ignore
  const registry = new ToolRegistry({ tools: [login] })
  expect(registry.stats()).toMatchObject({ resolved: 0, unresolved: 0, emitterErrors: 0, lastEmitterError: undefined })
  for (const eventEmitter of emitters) {
    const { resolved } = await registry.parseAndResolve([call('login', { user: 'a', password: 'b'.repeat(8) })], {
      eventEmitter,
    })
    expect(resolved).toHaveLength(1)
  }
  const parsed = await registry.parseAndResolve([call('nobody', {})])
  // What was parsed before is not counted twice.
  await registry.parseAndResolve(parsed)
  expect(registry.stats()).toMatchObject({ resolved: 3, unresolved: 1, emitterErrors: 3, lastEmitterError: error })
})

test('without an emitter no event is made, and its data is not read', async () => {
  let reads = 0
  // What an event shows of a call depends on its tool.
  const watched: typeof login = Object.freeze(Object.create(login, { data: { get: () => ++reads > 0 } }))
  const calls = [call('login', { user: 'ada', password: 'b'.repeat(8) })]
  await new ToolRegistry({ tools: [watched] }).parseAndResolve(calls)
  expect(reads).toBe(0)
  await new ToolRegistry({ tools: [watched], eventEmitter: recorder().eventEmitter }).parseAndResolve(calls)
  expect(reads).toBeGreaterThan(0)
})
