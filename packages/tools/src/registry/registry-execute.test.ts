import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { defineTool, ToolExecutor, ToolRegistry } from '../index.ts'

const echo = defineTool({
  name: 'echo',
  description: 'Says it again.',
  input: z.object({ text: z.string().trim() }),
  execute: ({ text }) => text,
})
const call = (name: string, input: unknown, id: string): unknown => ({ type: 'tool_use', id, name, input })

test('each call has a result, in order, also if it cannot be made', async () => {
  const results = await new ToolRegistry({ tools: [echo] }).execute([
    call('echo', { text: ' a ' }, 'c1'),
    call('eco', { text: 'b' }, 'c2'),
    call('echo', { text: 7 }, 'c3'),
    call('echo', { text: 'd' }, 'c4'),
  ])
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
    const results = await registry.execute(calls)
    expect(results.map(({ status }) => status)).toEqual(['completed', 'unresolved'])
  }
  expect(await registry.execute(parsed.resolved)).toHaveLength(1)
})

test('each call has an event before the first one runs, at the emitter of the call, the stage or the registry', async () => {
  const types: string[] = []
  const eventEmitter = (type: string): unknown => types.push(type)
  const calls = [call('echo', { text: 'a' }, 'c1'), call('eco', {}, 'c2')]
  const expected = ['tools.resolved', 'tool.unresolved', 'tool.invoked', 'tool.started', 'tool.completed']

  await new ToolRegistry({ tools: [echo], eventEmitter }).execute(calls)
  expect(types.splice(0)).toEqual(expected)

  const registry = new ToolRegistry({ tools: [echo] })
  await registry.execute(calls, { eventEmitter })
  expect(types.splice(0)).toEqual(expected)

  await new Pipeline('chat')
    .withStage('llm', async (context) => ({ results: await registry.execute(calls, { context }) }))
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
    const [result] = await registry.execute(
      [call('erasee', {}, 'c1')],
      executionMode === undefined ? {} : { executionMode },
    )
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
      const [result] = await registry.execute([call('erasee', {}, 'c1')], { context })
      expect(result).toMatchObject({ suggestion: 'erase' })
    })
    .build({ clock: manualClock() })
    .run({ executionMode: 'practice' })
    .then(({ status }) => expect(status).toBe('completed'))
})

test('the executor can be passed in, and undoes calls', () => {
  const executor = new ToolExecutor()
  expect(new ToolRegistry({ executor }).executor).toBe(executor)
  expect(new ToolRegistry().executor).toBeInstanceOf(ToolExecutor)
})

test('illegal options are refused before any event and any call (tools/illegal-option)', async () => {
  const types: string[] = []
  const registry = new ToolRegistry({ tools: [echo], eventEmitter: (type) => types.push(type) })
  const calls = [call('echo', { text: 'a' }, 'c1')]
  for (const options of [{ timeoutMs: NaN }, { timeout: 5 }, null, 5, { signal: 'stop' }])
    await expect(registry.execute(calls, options as {})).rejects.toMatchObject({ code: 'tools/illegal-option' })
  expect(types).toEqual([])
})
