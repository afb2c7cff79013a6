import { expect, test } from 'vitest'

import { LLMResponse } from './index.ts'

const guide = { content: 'Hello!', model: 'gpt-4', provider: 'openai' }

test('arguments that are circular, too deep, or huge through shared parts are refused at once', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  let shared: unknown = 'x'
  for (let level = 0; level < 50; level++) shared = [shared, shared]
  const make = (wrong: unknown) => () =>
    new LLMResponse({ ...guide, toolCalls: [{ name: 'a', arguments: wrong as never }] })
  expect(make(circle)).toThrow(/^LLMResponse: toolCalls.* must be nested at most 100 deep, but is an object\.$/)
  expect(make({ shared })).toThrow(
    new RangeError('LLMResponse: toolCalls[0].arguments must be made of at most 100000 values, but is an object.'),
  )
})

test('arguments are kept as JSON has them: no undefined members, no -0', () => {
  const given = { a: undefined, b: -0, c: [-0, null] } as never
  const llm = new LLMResponse({ ...guide, toolCalls: [{ name: 'a', arguments: given }] })
  expect(llm.toolCalls[0]?.arguments).toStrictEqual({ b: 0, c: [0, null] })
})
