import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { ToolExecutor } from './index.ts'

const echo = defineTool({
  name: 'echo',
  description: 'Says it again.',
  input: z.object({ text: z.string().trim() }),
  execute: ({ text }) => text,
})
const executor = new ToolExecutor()
const call = (name: string, input: unknown, id: string): unknown => ({ type: 'tool_use', id, name, input })

test('each call has a result, in order, also if it cannot be made', async () => {
  const calls = [
    call('echo', { text: ' a ' }, 'c1'),
    call('eco', { text: 'b' }, 'c2'),
    call('echo', { text: 7 }, 'c3'),
    call('echo', { text: 'd' }, 'c4'),
  ]
  const results = await executor.execute(calls, { registry: new ToolRegistry({ tools: [echo] }) })
  expect(results.map(({ callId, status }) => [callId, status])).toEqual([
    ['c1', 'completed'],
    ['c2', 'unresolved'],
    ['c3', 'unresolved'],
    ['c4', 'completed'],
  ])
  expect(results[0]).toMatchObject({ output: 'a' })
})

test('execute takes a whole message, and what parseAndResolve returned', async () => {
  const registry = new ToolRegistry({ tools: [echo] })
  const message = {
    role: 'assistant',
    content: [{ type: 'text', text: 'Hm.' }, call('echo', { text: 'a' }, 'c1'), call('eco', {}, 'c2')],
  }
  const parsed = await registry.parseAndResolve(message)
  for (const calls of [message, parsed, parsed.calls]) {
    const results = await executor.execute(calls, { registry })
    expect(results.map(({ status }) => status)).toEqual(['completed', 'unresolved'])
  }
  expect(await executor.execute(parsed.resolved, { registry })).toHaveLength(1)
})

test('each call has an event before the first one runs, at the emitter of the call, the stage or the registry', async () => {
  const types: string[] = []
  const eventEmitter = (type: string): unknown => types.push(type)
  const calls = [call('echo', { text: 'a' }, 'c1'), call('eco', {}, 'c2')]
  const expected = ['tools.resolved', 'tool.unresolved', 'tool.invoked', 'tool.started', 'tool.completed']

  await executor.execute(calls, { registry: new ToolRegistry({ tools: [echo], eventEmitter }) })
  expect(types.splice(0)).toEqual(expected)

  const registry = new ToolRegistry({ tools: [echo] })
  await executor.execute(calls, { registry, eventEmitter })
  expect(types.splice(0)).toEqual(expected)

  await new Pipeline('chat')
    .withStage('llm', async (context) => ({ results: await executor.execute(calls, { registry, context }) }))
    .build({ clock: manualClock(), eventSink: { emit: () => {}, tryEmit: ({ type }) => (types.push(type), true) } })
    .run()
  expect(types.filter((type) => type.startsWith('tool'))).toEqual(expected)
})

test('messages to the model name no tool that its execution mode may not use', async () => {
  const erase = defineTool({
    name: 'erase',
    description: 'Erases.',
    input: z.object({}),
    executionModes: ['practice'],
    execute: () => 1,
  })
  const registry = new ToolRegistry({ tools: [echo, erase] })
  const told = async (executionMode?: string): Promise<string> => {
    const mode = executionMode === undefined ? {} : { executionMode }
    const [result] = await executor.execute([call('erasee', {}, 'c1')], { registry, ...mode })
    return result?.status === 'unresolved' ? result.message : ''
  }
  expect(await told('practice')).toBe('There is no tool "erasee"; did you mean "erase"? The tools are echo, erase.')
  for (const executionMode of ['chat', undefined])
    expect(await told(executionMode)).toBe('There is no tool "erasee". The tools are echo.')

  // Who only parses may not know the mode.
  const { unresolved } = await registry.parseAndResolve([call('erasee', {}, 'c1')])
  expect(unresolved[0]?.suggestion).toBe('erase')
  const chat = await registry.parseAndResolve([call('erasee', {}, 'c1')], { executionMode: 'chat' })
  expect(chat.unresolved[0]?.suggestion).toBeUndefined()

  await new Pipeline('chat')
    .withStage('llm', async (context) => {
      const [result] = await executor.execute([call('erasee', {}, 'c1')], { registry, context })
      expect(result).toMatchObject({ suggestion: 'erase' })
    })
    .build({ clock: manualClock() })
    .run({ executionMode: 'practice' })
    .then(({ status }) => expect(status).toBe('completed'))
})

test('illegal options are refused before any event and any call (tool-executor/illegal-option)', async () => {
  const types: string[] = []
  const registry = new ToolRegistry({ tools: [echo], eventEmitter: (type) => types.push(type) })
  const calls = [call('echo', { text: 'a' }, 'c1')]
  for (const options of [{ timeoutMs: NaN }, { timeout: 5 }, { signal: 'stop' }])
    await expect(executor.execute(calls, { registry, ...options } as never)).rejects.toMatchObject({
      code: 'tool-executor/illegal-option',
    })
  expect(types).toEqual([])
})

test('options other than an object are refused (tool-executor/illegal-option)', async () => {
  for (const options of [null, 5])
    await expect(executor.execute([], options as never)).rejects.toMatchObject({ code: 'tool-executor/illegal-option' })
})

test('what a model sent needs a registry (tool-executor/illegal-call)', async () => {
  await expect(executor.execute([call('echo', {}, 'c1')] as never)).rejects.toMatchObject({
    code: 'tool-executor/illegal-call',
    message: expect.stringContaining('execute(calls, { registry })') as string,
  })
})

test('an executor without an undo log refuses to undo, and its calls cannot be undone', async () => {
  const book = defineTool({ name: 'book', description: 'x', input: z.object({}), execute: () => 1, undo: () => {} })
  const registry = new ToolRegistry({ tools: [book] })
  expect(await executor.execute([{ name: 'book', arguments: {} }], { registry })).toMatchObject([{ undoable: false }])
  for (const undoing of [executor.undo('call-0', { registry }), executor.compensate('run-1', { registry })])
    await expect(undoing).rejects.toMatchObject({
      code: 'tool-executor/illegal-option',
      message: expect.stringContaining('new ToolExecutor({ undo: undoLog() })') as string,
    })
})
