import { expect, test } from 'vitest'

import { LLMAccumulator, ToolCallAccumulator, type LLMToolCallDelta } from './index.ts'

function callsOf(...fragments: readonly LLMToolCallDelta[]) {
  const accumulator = new LLMAccumulator({ model: 'gpt-4', provider: 'openai' })
  for (const fragment of fragments) accumulator.add({ toolCalls: [fragment] })
  return accumulator.toResponse().toolCalls
}

test('fragments of two tool calls that alternate are assembled by index', () => {
  expect(
    callsOf(
      { index: 1, id: 'b', name: 'read', arguments: '' },
      { index: 0, id: 'a', name: 'search', arguments: '{"q"' },
      { index: 1, arguments: '{"path":' },
      { index: 0, arguments: ':"x"}' },
      { index: 1, arguments: '"/"}' },
    ),
  ).toEqual([
    { id: 'a', name: 'search', arguments: '{"q":"x"}' },
    { id: 'b', name: 'read', arguments: '{"path":"/"}' },
  ])
})

test('several fragments in one delta are taken in turn', () => {
  const accumulator = new LLMAccumulator({ model: 'gpt-4', provider: 'openai' })
  accumulator.add({
    toolCalls: [
      { index: 0, id: 'a', name: 'one', arguments: '{' },
      { index: 0, arguments: '}' },
      { index: 1, id: 'b', name: 'two', arguments: '{}' },
    ],
  })
  expect(accumulator.toResponse().toolCalls.map((call) => call.arguments)).toEqual(['{}', '{}'])
})

test.each<[string, readonly LLMToolCallDelta[], object[]]>([
  [
    'no index: by id',
    [
      { id: 'a', name: 'x', arguments: '1' },
      { id: 'b', name: 'y', arguments: '2' },
      { id: 'a', arguments: '3' },
    ],
    [
      { id: 'a', name: 'x', arguments: '13' },
      { id: 'b', name: 'y', arguments: '2' },
    ],
  ],
  [
    'no index and no id: the newest',
    [{ name: 'x', arguments: '1' }, { arguments: '2' }, { name: 'y', arguments: '3' }],
    [
      { name: 'x', arguments: '12' },
      { name: 'y', arguments: '3' },
    ],
  ],
  [
    'whole calls, as Google sends them',
    [
      { name: 'x', arguments: { a: 1 } },
      { name: 'x', arguments: { a: 2 } },
    ],
    [
      { name: 'x', arguments: { a: 1 } },
      { name: 'x', arguments: { a: 2 } },
    ],
  ],
  [
    'index 0 for every call',
    [
      { index: 0, id: 'a', name: 'x', arguments: '{}' },
      { index: 0, id: 'b', name: 'x', arguments: '{}' },
    ],
    [
      { id: 'a', name: 'x', arguments: '{}' },
      { id: 'b', name: 'x', arguments: '{}' },
    ],
  ],
  [
    'id and name in every fragment',
    [
      { index: 0, id: 'a', name: 'x', arguments: '{' },
      { index: 0, id: 'a', name: 'x', arguments: '}' },
    ],
    [{ id: 'a', name: 'x', arguments: '{}' }],
  ],
  [
    'a new id in every fragment',
    [
      { index: 0, id: 'a', name: 'x', arguments: '{' },
      { index: 0, id: 'b', arguments: '}' },
    ],
    [{ id: 'a', name: 'x', arguments: '{}' }],
  ],
  [
    'index 0 for every call, whose fragments are mixed',
    [
      { index: 0, id: 'a', name: 'x', arguments: '{' },
      { index: 0, id: 'b', name: 'y', arguments: '[' },
      { index: 0, id: 'a', name: 'x', arguments: '}' },
      { index: 0, id: 'b', arguments: ']' },
      { index: 0, id: 'a', arguments: '!' },
    ],
    [
      { id: 'a', name: 'x', arguments: '{}!' },
      { id: 'b', name: 'y', arguments: '[]' },
    ],
  ],
  [
    'index 0 for every call, and no ids after the first fragment: the newest',
    [
      { index: 0, id: 'a', name: 'x', arguments: '{}' },
      { index: 0, id: 'b', name: 'y', arguments: '[' },
      { index: 0, arguments: ']' },
    ],
    [
      { id: 'a', name: 'x', arguments: '{}' },
      { id: 'b', name: 'y', arguments: '[]' },
    ],
  ],
  [
    'indexes in later fragments alone: that of its place',
    [
      { id: 'a', name: 'x', arguments: '{' },
      { id: 'b', name: 'y', arguments: '[' },
      { index: 0, arguments: '}' },
      { index: 1, arguments: ']' },
    ],
    [
      { id: 'a', name: 'x', arguments: '{}' },
      { id: 'b', name: 'y', arguments: '[]' },
    ],
  ],
  [
    'one id for every call',
    [
      { index: 0, id: 'a', name: 'x', arguments: '1' },
      { index: 1, id: 'a', name: 'x', arguments: '2' },
      { index: 0, id: 'a', arguments: '3' },
    ],
    [
      { id: 'a', name: 'x', arguments: '13' },
      { id: 'a', name: 'x', arguments: '2' },
    ],
  ],
  [
    'the id after the name',
    [
      { index: 0, name: 'x' },
      { index: 0, id: 'a', arguments: '{}' },
    ],
    [{ id: 'a', name: 'x', arguments: '{}' }],
  ],
  [
    'the id after the name, with the name once more',
    [
      { index: 0, name: 'x', arguments: '{' },
      { index: 0, id: 'a', name: 'x', arguments: '}' },
    ],
    [{ id: 'a', name: 'x', arguments: '{}' }],
  ],
  [
    'another name in a later fragment: the first is kept',
    [
      { index: 0, id: 'a', name: 'x', arguments: '{' },
      { index: 0, id: 'a', name: 'y', arguments: '}' },
    ],
    [{ id: 'a', name: 'x', arguments: '{}' }],
  ],
  ['empty ids and names', [{ index: 0, id: '', name: '', arguments: '{}' }], [{ name: '', arguments: '{}' }]],
  ['a call that was cut off before its name', [{ index: 0, id: 'a' }], [{ id: 'a', name: '', arguments: '' }]],
])('tool calls of a server with %s', (_, fragments, calls) => {
  expect(callsOf(...fragments)).toStrictEqual(calls)
})

test('arguments that came as a whole accept no further parts', () => {
  for (const more of [',', { b: 1 }])
    expect(() => callsOf({ index: 3, name: 'x', arguments: { a: 1 } }, { index: 3, arguments: more })).toThrow(
      new TypeError('LLMDelta: the arguments of tool call 3 came whole, and there is another part.'),
    )
  expect(() => callsOf({ index: 0, name: 'x', arguments: '{' }, { index: 0, arguments: { a: 1 } })).toThrow(TypeError)
  expect(callsOf({ index: 0, name: 'x', arguments: { a: 1 } }, { index: 0, arguments: '' })).toHaveLength(1)
})

test('a fragment finds its call before it is added, and finds none if it begins a new one', () => {
  const accumulator = new ToolCallAccumulator(2)
  expect(accumulator.find({ arguments: '{' })).toBeUndefined()
  const first = accumulator.add({ id: 'a', name: 'x', arguments: '{' })
  expect(accumulator.find({ arguments: '}' })).toBe(first)
  expect(accumulator.find({ id: 'a' })).toBe(first)
  expect(accumulator.find({ index: 0 })).toBe(first)
  expect(accumulator.find({ name: 'x' })).toBeUndefined()
  expect(accumulator.find({ index: 1 })).toBeUndefined()
  expect(accumulator.add({ arguments: '}' })).toBe(first)
  expect(first).toEqual({ index: 0, id: 'a', name: 'x', arguments: '{}' })
})

test('arguments that come as a whole replace the parts before them, if the fragment says so', () => {
  const accumulator = new ToolCallAccumulator(1)
  accumulator.add({ index: 0, id: 'a', name: 'x', arguments: '{"a"' })
  accumulator.add({ index: 0, arguments: '{"a":1}' }, { replaces: true })
  expect(accumulator.calls()).toEqual([{ id: 'a', name: 'x', arguments: '{"a":1}' }])
})

test('a limit and a fragment that cannot be one are refused', () => {
  for (const most of [undefined, 0, NaN, '8'])
    expect(() => new ToolCallAccumulator(most as never)).toThrow('maxCalls must be a number of 1 or more, but is')
  const calls = new ToolCallAccumulator(8)
  for (const fragment of [undefined, null, 7, 'text', []]) {
    expect(() => calls.add(fragment as never)).toThrow('ToolCallAccumulator.add: a fragment must be an object, but is')
    expect(() => calls.find(fragment as never)).toThrow('ToolCallAccumulator.find: a fragment must be an object')
  }
  expect(calls.calls()).toEqual([])
})
