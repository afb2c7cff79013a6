import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { call, noArguments, registryOf, weather } from '../../test/weather-registry.ts'
import { defineTool, ToolRegistry } from '../index.ts'
import type { AnyTool, ToolRegistryOptions } from '../index.ts'

const codeOf = (use: () => unknown): string => {
  try {
    use()
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'nothing was thrown'
}

// ---------- the tools

test('registered tools are listed in order and found by name', () => {
  const registry = new ToolRegistry()
  expect(registry.register(weather)).toBe(registry)
  registry.register(noArguments)
  expect(registry.list()).toEqual([weather, noArguments])
  expect(registry.get('list_cities')).toBe(noArguments)
  expect(registry.get('toString')).toBeUndefined()
})

test('an execution mode lists the tools that it may use', () => {
  expect(registryOf().list({ executionMode: 'plan' })).toEqual([weather, noArguments])
  expect(registryOf().list({ executionMode: 'chat' })).toEqual([weather])
})

test.each(['plan', { behavior: 'plan' }, { executionMode: 7 }, null])(
  'list(%j) lists nothing that was not asked for, but is refused (tools/illegal-option)',
  (options) => {
    expect(codeOf(() => registryOf().list(options as unknown as {}))).toContain('tools/illegal-option: list(): ')
  },
)

test('two registries share nothing', () => {
  expect(new ToolRegistry().list()).toEqual([])
})

test('a name that is taken is refused (tools/duplicate-name), and no tool of that call is added', () => {
  const registry = new ToolRegistry({ tools: [weather] })
  const again = codeOf(() => registry.register(noArguments, weather))
  expect(again).toContain('tools/duplicate-name: The registry already has a tool "get_weather"')
  expect(registry.list()).toEqual([weather])
  expect(codeOf(() => new ToolRegistry({ tools: [weather, weather] }))).toContain('tools/duplicate-name')
})

test('an object that defineTool did not make is refused (tools/illegal-option)', () => {
  const copy = { name: 'x', description: 'x', input: weather.input, execute: () => 1 } as unknown as AnyTool
  expect(codeOf(() => new ToolRegistry().register(copy))).toContain('is not a tool; make one with defineTool()')
  // What its handler is could change later.
  expect(codeOf(() => new ToolRegistry().register({ ...weather }))).toContain('make one with defineTool()')
  expect(codeOf(() => new ToolRegistry().register([weather] as unknown as AnyTool))).toContain('register(...tools)')
  expect(codeOf(() => new ToolRegistry().register(null as unknown as AnyTool))).toContain('tools/illegal-option')
})

test.each([
  [{ maxCalls: 0 }, 'maxCalls must be'],
  [{ maxDepth: NaN }, 'maxDepth must be'],
  [{ maxArgumentsLength: '9' }, 'maxArgumentsLength must be'],
  [{ tools: weather }, 'tools must be'],
  [{ executor: null }, 'unknown option "executor"'],
  [{ eventEmitter: {} }, 'eventEmitter must be'],
  [{ createId: 'uuid' }, 'createId must be'],
  [{ colour: 1 }, 'unknown option "colour"'],
])('new ToolRegistry(%o) is refused (tools/illegal-option)', (options, problem) => {
  expect(codeOf(() => new ToolRegistry(options as unknown as ToolRegistryOptions))).toContain(problem)
})

// ---------- calls that resolve

test('case 19: the input that a tool gets is what its schema made of the arguments', async () => {
  const { resolved, unresolved } = await registryOf().parseAndResolve([
    call('get_weather', '{"city":"Rome","mood":"x"}'),
  ])
  expect(unresolved).toEqual([])
  expect(resolved).toHaveLength(1)
  expect(resolved[0]).toMatchObject({ status: 'resolved', callId: 'c1', name: 'get_weather', index: 0 })
  expect(resolved[0]).toMatchObject({ shape: 'openai-chat', arguments: { city: 'Rome', mood: 'x' } })
  expect(resolved[0]?.input).toEqual({ city: 'Rome', days: 1 })
  expect(resolved[0]?.tool).toBe(weather)
  expect(Object.isFrozen(resolved[0])).toBe(true)
})

test.each(['', '  \n', '{}', null, undefined, {}])('arguments %j count as none', async (given) => {
  const { resolved } = await registryOf().parseAndResolve([call('list_cities', given)])
  expect(resolved[0]?.input).toEqual({})
})

test.each([
  null,
  undefined,
  [],
  { role: 'assistant', tool_calls: null },
  { role: 'assistant', content: 'Hello' },
  { object: 'chat.completion', choices: [] },
  { choices: [{ message: { role: 'assistant', content: 'Hello' } }] },
  { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: {} },
  { candidates: [{ finishReason: 'MAX_TOKENS' }] },
])('%j has no calls', async (calls) => {
  const parsed = await registryOf().parseAndResolve(calls)
  expect(parsed).toEqual({ resolved: [], unresolved: [] })
  expect(parsed.calls).toEqual([])
})

test('each call without an id gets its own', async () => {
  const made = await registryOf().parseAndResolve([call('list_cities', '', ''), call('list_cities', '', null)])
  const ids = made.resolved.map(({ callId }) => callId)
  expect(new Set(ids).size).toBe(2)
  for (const id of ids) expect(id).toMatch(/^made-[\da-f-]{36}$/)
  const { resolved } = await registryOf({ createId: () => 'mine' }).parseAndResolve([call('list_cities', '', {})])
  expect(resolved[0]?.callId).toBe('mine')
})

test.each(['', undefined, 7, {}])('a createId that returns %j is refused (tools/illegal-option)', async (id) => {
  const registry = registryOf({ createId: () => id as string })
  await expect(registry.parseAndResolve([call('list_cities', '', null)])).rejects.toMatchObject({
    code: 'tools/illegal-option',
    message: expect.stringContaining('createId returned'),
  })
})

test('an id may have up to 8,192 characters: a longer one is replaced', async () => {
  const { calls } = await registryOf().parseAndResolve(
    [8_192, 8_193].map((length) => call('list_cities', '', 'x'.repeat(length))),
  )
  expect(calls[0]?.callId).toHaveLength(8_192)
  expect(calls[1]?.callId).toMatch(/^made-/)
})

test('numbers are ids too, and each id of a message is unique', async () => {
  const ids = [7, 'a', 'a', 'a_2', 'a', 7]
  const { calls } = await registryOf().parseAndResolve(ids.map((id) => call('list_cities', '', id)))
  expect(calls.map(({ callId }) => callId)).toEqual(['7', 'a', 'a_2', 'a_2_2', 'a_3', '7_2'])
})

test('a call that was parsed before is taken as it is, and cannot be forged', async () => {
  const registry = registryOf()
  const first = await registry.parseAndResolve([call('get_weather', '{"city":"Rome"}'), call('nothing', '', 'c2')])
  const events: string[] = []
  const eventEmitter = (type: string): unknown => events.push(type)
  expect((await registry.parseAndResolve(first, { eventEmitter })).calls).toEqual(first.calls)
  expect((await registry.parseAndResolve(first.calls)).calls[0]).toBe(first.calls[0])
  expect((await registry.parseAndResolve(first.resolved[0])).resolved[0]).toBe(first.resolved[0])
  expect(events).toEqual([])

  const forged = { ...first.resolved[0], input: { city: 42 }, arguments: { city: 42 }, tool: weather }
  expect((await registry.parseAndResolve([forged])).unresolved[0]?.reason).toBe('invalid_input')
  // Nor is another registry's call a way around this one's tools.
  expect((await new ToolRegistry().parseAndResolve(first.resolved)).unresolved[0]?.reason).toBe('unknown_tool')
})

test('a resolved call is written as JSON with its arguments and its input, and without its tool', async () => {
  const { resolved } = await registryOf().parseAndResolve([call('get_weather', '{"city":"Rome"}')])
  expect(JSON.parse(JSON.stringify(resolved))).toEqual([
    {
      status: 'resolved',
      callId: 'c1',
      name: 'get_weather',
      index: 0,
      shape: 'openai-chat',
      arguments: { city: 'Rome' },
      input: { city: 'Rome', days: 1 },
    },
  ])
})

test("the input of a resolved call cannot be changed, not even through the model's response", async () => {
  const given = { city: 'Rome', tags: [{ name: 'a' }] }
  const tagged = defineTool({ name: 'tagged', description: 'x', input: z.looseObject({}), execute: () => 1 })
  const registry = new ToolRegistry({ tools: [tagged] })
  const { resolved } = await registry.parseAndResolve([{ id: 'a', name: 'tagged', arguments: given }])
  const input = resolved[0]?.input as typeof given
  given.city = 'Oslo'
  expect(() => (input.city = 'Oslo')).toThrow(TypeError)
  expect(() => ((input.tags[0] as { name: string }).name = 'b')).toThrow(TypeError)
  expect(input).toEqual({ city: 'Rome', tags: [{ name: 'a' }] })
})
