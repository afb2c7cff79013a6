import { expect, test } from 'vitest'
import { z } from 'zod'

import { call, registryOf } from '../../test/weather-registry.ts'
import { defineTool, ToolRegistry } from '../index.ts'

test('case 19: arguments that the schema refuses are unresolved, with each issue by its path', async () => {
  const order = defineTool({
    name: 'order',
    description: 'Orders.',
    input: z.object({ items: z.array(z.object({ price: z.number() })), 'ship-to': z.string() }),
    execute: () => 'never',
  })
  const registry = new ToolRegistry({ tools: [order] })
  const { resolved, unresolved } = await registry.parseAndResolve([
    call('order', '{"items":[{"price":1},{"price":"2"}]}'),
  ])
  expect(resolved).toEqual([])
  expect(unresolved[0]).toMatchObject({ reason: 'invalid_input', name: 'order', callId: 'c1', shape: 'openai-chat' })
  expect(unresolved[0]?.issues.map(({ path }) => path)).toEqual(['items[1].price', '["ship-to"]'])
  expect(unresolved[0]?.message).toBe(
    '"order" was not called: its arguments do not match its schema. items[1].price: Invalid input: expected number, received string; ["ship-to"]: Invalid input: expected string, received undefined.',
  )
})

test('a tool that takes an object refuses a string, a number and a list', async () => {
  for (const given of ['"Rome"', '7', '["Rome"]', 'null', 7, true]) {
    const { unresolved } = await registryOf().parseAndResolve([call('get_weather', given)])
    expect(unresolved[0]?.reason).toBe('invalid_input')
  }
})

test.each([
  ['get_wether', 'get_weather'],
  ['getWeather', 'get_weather'],
  ['GET-WEATHER', 'get_weather'],
  ['functions.get_weather', 'get_weather'],
  ['mcp__station__get_weather', 'get_weather'],
  ['station:get_weather', 'get_weather'],
  ['listcitys', 'list_cities'],
  ['delete_everything', undefined],
  ['', undefined],
])('the unknown tool %j was probably meant to be %j', async (name, suggestion) => {
  const { unresolved } = await registryOf().parseAndResolve([call(name || 'x', '{}')])
  expect(unresolved[0]).toMatchObject({ reason: 'unknown_tool', suggestion })
})

test('the message to the model names the tools', async () => {
  const { unresolved } = await registryOf().parseAndResolve([call('get_wether', '{}')])
  expect(unresolved[0]?.message).toBe(
    'There is no tool "get_wether"; did you mean "get_weather"? The tools are get_weather, list_cities.',
  )
  const none = await new ToolRegistry().parseAndResolve([call('x', '{}')])
  expect(none.unresolved[0]?.message).toBe('There is no tool "x". There are no tools.')
})

test('names such as __proto__ and constructor are names like any other', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const { unresolved } = await registryOf().parseAndResolve([call(name, '{}')])
    expect(unresolved[0]).toMatchObject({ reason: 'unknown_tool', name })
  }
})

test('a message about invalid JSON has its position, and not the arguments', async () => {
  const { unresolved } = await registryOf().parseAndResolve([call('get_weather', '{"city":"Rome", days:2}')])
  expect(unresolved[0]).toMatchObject({ reason: 'invalid_json', position: 16 })
  expect(unresolved[0]?.message).toBe(
    '"get_weather" was not called: its arguments are not valid JSON: expected a key in double quotes at position 16, but found "d".',
  )
  const cut = await registryOf().parseAndResolve([call('get_weather', '{"city":"Ro')])
  expect(cut.unresolved[0]?.message).toContain('expected the closing " of a string at position 11, but the text ends')
})

test.each([
  [42, 'it is of type number, not an object'],
  ['get_weather', 'it is of type string, not an object'],
  ['[{"name":"get_weather"}]', 'it is a string; parse its JSON first'],
  [null, 'it is null, not an object'],
  [{}, 'its shape is not that of a known provider'],
  [Promise.resolve([]), 'it is a promise; await it first'],
  [{ id: 'c9' }, 'its shape is not that of a known provider'],
  [[], 'it is an array, not an object'],
  [{ type: 'function', function: {} }, 'it has no name'],
  [{ type: 'function_call', call_id: 'c9' }, 'it has no name'],
  [{ type: 'tool_use', id: 'c9', name: 7 }, 'it has no name'],
  [{ functionCall: { args: {} } }, 'it has no name'],
  [{ role: 'assistant', tool_calls: [] }, 'it is a message; pass only the last message of a conversation'],
])('%j among calls is malformed', async (given, problem) => {
  const { unresolved, resolved } = await registryOf().parseAndResolve([given, call('list_cities', '')])
  expect(resolved).toHaveLength(1)
  expect(unresolved).toHaveLength(1)
  expect(unresolved[0]).toMatchObject({ reason: 'malformed_call', name: undefined, index: 0 })
  expect(unresolved[0]?.message).toBe(`This tool call cannot be read: ${problem}.`)
  expect(unresolved[0]?.raw).toBe(given)
  expect(unresolved[0]?.callId).toMatch(JSON.stringify(given).includes('c9') ? 'c9' : /^made-/)
})

test('a schema that throws or rejects leaves the call unresolved, and only the program gets its error', async () => {
  const error = new Error('down')
  const schemas = [() => { throw error }, () => Promise.reject(error)] // prettier-ignore
  for (const validate of schemas) {
    const input = { '~standard': { version: 1 as const, vendor: 'test', validate } }
    const tool = defineTool({ name: 'checked', description: 'x', input, execute: () => 1 })
    const { unresolved } = await new ToolRegistry({ tools: [tool] }).parseAndResolve([call('checked', '{}')])
    expect(unresolved[0]).toMatchObject({ reason: 'schema_failed' })
    expect(unresolved[0]?.message).not.toContain('down')
    expect(unresolved[0]?.cause).toBe(error)
    expect(JSON.stringify(unresolved)).not.toContain('down')
  }
})

test('a schema that refuses without an issue refuses', async () => {
  const input = { '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [] }) } }
  const tool = defineTool({ name: 'mute', description: 'x', input, execute: () => 1 })
  const { unresolved } = await new ToolRegistry({ tools: [tool] }).parseAndResolve([call('mute', '{}')])
  expect(unresolved[0]?.message).toBe('"mute" was not called: its arguments do not match its schema.')
})

test('the message shows the whole character that does not fit', async () => {
  const { unresolved } = await registryOf().parseAndResolve([call('get_weather', '{"city":😀}')])
  expect(unresolved[0]).toMatchObject({ position: 8 })
  expect(unresolved[0]?.message).toContain('expected a value at position 8, but found "😀".')
  const half = await registryOf().parseAndResolve([call('get_weather', '{"city":\ud83d}')])
  expect(half.unresolved[0]?.message).toContain('found "\\ud83d".')
})

// ---------- bounds

test('a message full of unknown names is read quickly, however many tools there are', async () => {
  const letters = (seed: number): string =>
    Array.from({ length: 60 }, (_, at) => String.fromCharCode(97 + ((seed * 31 + at * at * 7 + at * seed) % 26))).join(
      '',
    )
  const tools = Array.from({ length: 500 }, (_, at) =>
    defineTool({ name: `${letters(at)}_${at}`, description: 'x', input: z.object({}), execute: () => 1 }),
  )
  const calls = Array.from({ length: 128 }, (_, at) => call(`z${letters(1_000 + at)}`, '{}'))
  const cpu = process.threadCpuUsage()
  const { unresolved } = await new ToolRegistry({ tools }).parseAndResolve(calls)
  expect(unresolved).toHaveLength(128)
  expect(process.threadCpuUsage(cpu).user / 1_000).toBeLessThan(1_000)
})

test('limits above what the stack can hold do not overflow it', async () => {
  const registry = registryOf({ maxArgumentsLength: 1e9, maxDepth: 400_000 })
  const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
  const long = `{"city":"${'x'.repeat(20_000_000)}`
  const { unresolved } = await registry.parseAndResolve([call('get_weather', deep), call('get_weather', long)])
  expect(unresolved.map(({ reason }) => reason)).toEqual(['malformed_call', 'invalid_json'])
})

test('by default 128 calls of a message, arguments of 1 Mi characters and 64 levels are accepted', async () => {
  const registry = registryOf()
  const calls = Array.from({ length: 130 }, (_, index) => call('list_cities', '', index))
  const parsed = await registry.parseAndResolve(calls)
  expect(parsed.resolved).toHaveLength(128)
  expect(parsed.unresolved.map(({ reason, index }) => [reason, index])).toEqual([
    ['too_many_calls', 128],
    ['too_many_calls', 129],
  ])
  expect(parsed.unresolved[0]?.message).toContain(
    'Only the first 128 calls of a message are made, and this is number 129',
  )

  const json = (length: number): string => JSON.stringify({ city: 'x'.repeat(length - 11) })
  expect((await registry.parseAndResolve([call('get_weather', json(1_048_576))])).resolved).toHaveLength(1)
  const long = await registry.parseAndResolve([call('get_weather', json(1_048_577))])
  expect(long.unresolved[0]).toMatchObject({ reason: 'too_large' })

  const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`
  expect((await registry.parseAndResolve([call('list_cities', nested(64))])).resolved).toHaveLength(1)
  const deep = await registry.parseAndResolve([call('list_cities', nested(65))])
  expect(deep.unresolved[0]?.message).toContain('nested more than 64 levels deep')
})

test('limits apply to arguments that are objects too, also if they are circular or unreadable', async () => {
  const registry = registryOf({ maxArgumentsLength: 100, maxDepth: 5, maxCalls: 2 })
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const hostile = { get city(): string { throw new Error('no') } } // prettier-ignore
  const reasons = []
  const inputs = [{ city: 'x'.repeat(100) }, { ['k'.repeat(100)]: 1 }, circle, { list: Array.from({ length: 101 }) }]
  for (const input of [...inputs, hostile]) {
    const { unresolved } = await registry.parseAndResolve([{ type: 'tool_use', id: 'a', name: 'get_weather', input }])
    reasons.push(unresolved[0]?.reason)
  }
  expect(reasons).toEqual(['too_large', 'too_large', 'too_large', 'too_large', 'malformed_call'])
  expect(
    (await registry.parseAndResolve([call('get_weather', `{"city":"${'x'.repeat(100)}"}`)])).unresolved,
  ).toHaveLength(1)
})

test('JSON a million levels deep does not overflow the stack', async () => {
  const registry = registryOf({ maxArgumentsLength: 10_000_000 })
  const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
  const { unresolved } = await registry.parseAndResolve([call('get_weather', deep)])
  expect(unresolved[0]?.reason).toBe('too_large')
})

test.each(['{"__proto__":{"admin":true}}', '{"a":[{"__proto__":1}]}', '{"\\u005f_proto__":{}}'])(
  'the key __proto__ in %s is refused, and reaches no prototype',
  async (text) => {
    for (const given of [text, JSON.parse(text) as unknown]) {
      const open = defineTool({ name: 'open', description: 'x', input: z.looseObject({}), execute: () => 1 })
      const { unresolved } = await new ToolRegistry({ tools: [open] }).parseAndResolve([call('open', given)])
      expect(unresolved[0]?.message).toContain('have a key "__proto__", which is not allowed')
    }
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  },
)

test('of a hundred issues twenty are listed, with a line about the others', async () => {
  const list = defineTool({
    name: 'list',
    description: 'x',
    input: z.object({ l: z.array(z.number()) }),
    execute: () => 1,
  })
  const given = JSON.stringify({ l: Array.from({ length: 100 }, () => 'x') })
  const { unresolved } = await new ToolRegistry({ tools: [list] }).parseAndResolve([call('list', given)])
  expect(unresolved[0]?.issues).toHaveLength(21)
  expect(unresolved[0]?.issues.at(-1)).toEqual({ path: '', message: 'and 80 more' })
})

test('long messages of a schema are cut', async () => {
  const issue = { message: 'm'.repeat(5_000), path: ['p'.repeat(5_000), 'q', 'r'] }
  const input = { '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [issue] }) } }
  const tool = defineTool({ name: 'talkative', description: 'x', input, execute: () => 1 })
  const { unresolved } = await new ToolRegistry({ tools: [tool] }).parseAndResolve([call('talkative', '{}')])
  expect(unresolved[0]?.issues).toEqual([{ path: `${'p'.repeat(199)}…`, message: `${'m'.repeat(199)}…` }])
})

test('long names are cut, in the message and in the call', async () => {
  const { unresolved } = await registryOf().parseAndResolve([call('x'.repeat(100_000), '{}')])
  expect(unresolved[0]?.name).toHaveLength(64)
  expect(unresolved[0]?.message.length).toBeLessThan(300)
})
