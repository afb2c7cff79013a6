import { StageflowError } from '@stageflow/core'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { tool } from '../../test/any-tool.ts'
import { call, noArguments, registryOf, weather } from '../../test/weather-registry.ts'
import { defineTool, ToolRegistry, toolsFor } from '../index.ts'
import type { AnyTool, ToolRegistryOptions, ToolSource } from '../index.ts'

const newWeather = defineTool({
  name: 'get_weather',
  description: 'The weather of a place.',
  input: z.object({ place: z.string() }),
  execute: ({ place }) => place,
})

/** A list of tools that changes. */
function changing(...first: readonly AnyTool[]): ToolSource & { tools: readonly AnyTool[] } {
  const source = { tools: first, list: () => source.tools }
  return source
}
const refused = (use: () => unknown): string => {
  try {
    use()
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'nothing was thrown'
}
const reasons = async (registry: ToolRegistry, calls: unknown): Promise<readonly unknown[]> =>
  (await registry.parseAndResolve(calls)).calls.map((one) => (one.status === 'resolved' ? one.tool : one.reason))

// ---------- remove and replace

test('a tool that was removed is neither listed nor called, and its name is free', async () => {
  const registry = registryOf()
  expect(registry.remove('get_weather')).toBe(true)
  expect(registry.remove('get_weather')).toBe(false)
  expect(registry.list()).toEqual([noArguments])
  expect(registry.get('get_weather')).toBeUndefined()
  expect(await reasons(registry, [call('get_weather', '{"city":"Rome"}')])).toEqual(['unknown_tool'])
  registry.register(newWeather)
  expect(await reasons(registry, [call('get_weather', '{"place":"Rome"}')])).toEqual([newWeather])
})

test('a tool that replaces another one has its place, and its own schema', async () => {
  const registry = registryOf()
  expect(registry.replace(newWeather)).toBe(registry)
  expect(registry.list()).toEqual([newWeather, noArguments])
  expect(toolsFor('mcp', registry.list())[0]?.inputSchema['required']).toEqual(['place'])
  const calls = [call('get_weather', '{"city":"Rome"}', 'a'), call('get_weather', '{"place":"Rome"}', 'b')]
  expect(await reasons(registry, calls)).toEqual(['invalid_input', newWeather])
})

test('only a tool of the registry can be replaced, by a tool (tools/illegal-option)', () => {
  const registry = new ToolRegistry({ tools: [noArguments] })
  expect(refused(() => registry.replace(weather))).toContain(
    'tools/illegal-option: replace(): the registry has no tool "get_weather" of its own; add it with register()',
  )
  expect(refused(() => registry.replace({ name: 'list_cities' } as AnyTool))).toContain('make one with defineTool()')
  expect(registry.list()).toEqual([noArguments])
})

test('a resolved call stays as it is; read again, it is resolved with the tools of now', async () => {
  const registry = registryOf()
  const calls = [call('get_weather', '{"city":"Rome"}', 'a'), call('list_cities', '', 'b')]
  const parsed = await registry.parseAndResolve(calls)
  registry.replace(newWeather)
  registry.remove('list_cities')
  expect(parsed.resolved.map((one) => one.tool)).toEqual([weather, noArguments])
  expect(await reasons(registry, parsed)).toEqual(['invalid_input', 'unknown_tool'])
  const { calls: again } = await registry.parseAndResolve(parsed.resolved)
  expect(again.map(({ callId }) => callId)).toEqual(['a', 'b'])
})

// ---------- sources

test('the tools of a source are those that it has now', async () => {
  const crm = changing(newWeather)
  const registry = new ToolRegistry({ tools: [noArguments], sources: [crm] })
  expect(registry.sources).toEqual([crm])
  expect(registry.list()).toEqual([noArguments, newWeather])
  const find = tool('find_customer', () => 1)
  crm.tools = [find]
  expect(registry.list()).toEqual([noArguments, find])
  expect([registry.get('find_customer'), registry.get('get_weather')]).toEqual([find, undefined])
  expect(await reasons(registry, [call('find_customer', '{}')])).toEqual([find])
  const { unresolved } = await registry.parseAndResolve([call('find_custmer', '{}')])
  expect(unresolved[0]?.suggestion).toBe('find_customer')
})

test('a call to a tool of a source is resolved again when the source lists other tools', async () => {
  const crm = changing(weather)
  const registry = new ToolRegistry({ sources: [crm] })
  const parsed = await registry.parseAndResolve([call('get_weather', '{"city":"Rome"}')])
  crm.tools = [newWeather]
  expect(await reasons(registry, parsed)).toEqual(['invalid_input'])
  crm.tools = []
  expect(await reasons(registry, parsed)).toEqual(['unknown_tool'])
})

test("an execution mode lists a source's tools that it may use", () => {
  const registry = new ToolRegistry({ sources: [changing(weather, noArguments)] })
  expect(registry.list({ executionMode: 'chat' })).toEqual([weather])
})

test('a registry is a source of another one', async () => {
  const inner = registryOf()
  const outer = new ToolRegistry({ sources: [inner] })
  inner.remove('get_weather')
  expect(outer.list()).toEqual([noArguments])
})

test('a name of two sources, or of a source and a tool, is refused (tools/duplicate-name)', () => {
  const crm = changing(weather)
  const message = 'tools/duplicate-name: The registry already has a tool "get_weather"'
  expect(refused(() => new ToolRegistry({ tools: [weather], sources: [crm] }))).toContain(message)
  expect(refused(() => new ToolRegistry({ sources: [crm, changing(newWeather)] }))).toContain(message)
  expect(refused(() => new ToolRegistry({ sources: [crm] }).register(weather))).toContain(message)
})

test('a tool that comes later takes no name from another one: it is hidden, and counted', async () => {
  const first = changing(noArguments)
  const second = changing()
  const registry = new ToolRegistry({ tools: [weather], sources: [first, second] })
  expect(registry.stats().hiddenTools).toEqual([])
  first.tools = [noArguments, newWeather]
  second.tools = [tool('list_cities', () => 'theirs'), tool('other', () => 1)]
  expect(registry.list().map(({ name }) => name)).toEqual(['get_weather', 'list_cities', 'other'])
  expect([registry.get('get_weather'), registry.get('list_cities')]).toEqual([weather, noArguments])
  expect(registry.stats().hiddenTools).toEqual(['get_weather', 'list_cities'])
  registry.remove('get_weather')
  expect(registry.get('get_weather')).toBe(newWeather)
})

test("a source's tools are its own: the registry neither removes nor replaces them", () => {
  const registry = new ToolRegistry({ sources: [changing(weather)] })
  expect(registry.remove('get_weather')).toBe(false)
  expect(refused(() => registry.replace(newWeather))).toContain('tools/illegal-option')
  expect(registry.list()).toEqual([weather])
})

test.each<[sources: unknown, problem: string]>([
  [weather, 'sources must be an array of sources, each with list(), not an object'],
  [[weather], 'sources[0] must be an object with list(), such as { list: () => tools }, not an object'],
  [[changing(), null], 'sources[1] must be an object with list(), such as { list: () => tools }, not null'],
  [[() => []], 'sources[0] must be an object with list(), such as { list: () => tools }, not a function'],
  [[{ list: async () => [weather] }], 'sources[0].list(): it must return an array of tools, not a promise'],
  [[{ list: async () => Promise.reject(new Error('down')) }], 'not a promise; await the tools elsewhere'],
  [[changing(), { list: () => [[weather]] }], 'sources[1].list(): an array is not a tool; make one with defineTool()'],
])('sources: %j is refused (tools/illegal-option)', (sources, problem) => {
  expect(refused(() => new ToolRegistry({ sources } as ToolRegistryOptions))).toContain(problem)
})

test('a source that lists something else than tools is refused whenever it does (tools/illegal-option)', async () => {
  const broken = changing({ name: 'get_weather' } as AnyTool)
  expect(refused(() => new ToolRegistry({ sources: [broken] }))).toContain('is not a tool; make one with defineTool()')
  broken.tools = []
  const registry = new ToolRegistry({ sources: [broken] })
  for (const tools of [undefined, 'x', [undefined]]) {
    broken.tools = tools as unknown as readonly AnyTool[]
    expect(refused(() => registry.list())).toContain('tools/illegal-option')
    await expect(registry.parseAndResolve([call('get_weather', '')])).rejects.toMatchObject({
      code: 'tools/illegal-option',
    })
  }
})

test('a source that throws fails whatever asks for the tools, with its place and what to do (tools/source-failed)', async () => {
  const down = new Error('the server is down')
  let isDown = false
  const crm: ToolSource = {
    list() {
      if (isDown) throw down
      return [noArguments]
    },
  }
  const registry = new ToolRegistry({ tools: [weather], sources: [changing(), crm] })
  const outer = new ToolRegistry({ sources: [registry] })
  isDown = true
  const failure = expect.objectContaining({
    code: 'tools/source-failed',
    message:
      'sources[1].list() of a ToolRegistry threw (the server is down). Keep the tools in memory, and return the last ones: { list: () => tools }.',
    cause: down,
  })
  for (const one of [registry, outer]) {
    for (const ask of [() => one.list(), () => one.get('x'), () => one.stats(), () => one.register()])
      expect(ask).toThrow(failure)
    await expect(one.parseAndResolve([call('get_weather', '{}')])).rejects.toEqual(failure)
  }
})

test('only a name removes a tool, and only a tool replaces one (tools/illegal-option)', () => {
  const registry = registryOf()
  const before = registry.list()
  for (const [name, problem] of [
    [weather, 'remove(name): the name must be a string, not an object; pass tool.name'],
    [['get_weather'], 'remove(name): the name must be a string, not an array'],
    [undefined, 'remove(name): the name must be a string, not undefined'],
  ] as const)
    expect(refused(() => registry.remove(name as unknown as string))).toContain(problem)
  expect(refused(() => registry.replace([newWeather] as never))).toContain(
    'replace(): an array is not a tool; make one',
  )
  expect(registry.list()).toEqual(before)
})
