import { expect, test } from 'vitest'

import { toolFailure } from './index.ts'
import { failureIn } from './kit.ts'

test('toolFailure makes a failure with its message and code, and tools/reported-failure without one', () => {
  expect(failureIn(toolFailure('no such city'))).toEqual({ message: 'no such city', code: 'tools/reported-failure' })
  expect(failureIn(toolFailure('full', { code: 'app/full' }))).toEqual({ message: 'full', code: 'app/full' })
  expect(toolFailure('full', { data: { seats: 0 } })).toMatchObject({ data: { seats: 0 } })
})

test('a failure as MCP returns it, and { success: false } with an error, are failures', () => {
  const code = 'tools/reported-failure'
  const content = [{ type: 'text', text: 'no such file' }, { type: 'image' }, { type: 'text', text: 'try another' }]
  expect(failureIn({ isError: true, content })).toEqual({ message: 'no such file\ntry another', code })
  expect(failureIn({ isError: true })).toEqual({ message: 'The tool reported an error without a message.', code })
  expect(failureIn({ success: false, error: 'full' })).toEqual({ message: 'full', code })
  const error = Object.assign(new Error('full'), { code: 'app/full' })
  expect(failureIn({ success: false, error })).toEqual({ message: 'full', code: 'app/full' })
})

test.each([undefined, null, 7, {}, { success: false }, { success: true, error: 'x' }, { isError: false }])(
  '%j is an output, not a failure',
  (answer) => {
    expect(failureIn(answer)).toBeUndefined()
  },
)

test.each<[given: readonly unknown[], problem: string]>([
  [[undefined], 'the message must be a string for the model, not undefined'],
  [[new Error('full')], 'the message must be a string for the model, not an error (full)'],
  [['full', null], 'the options must be an object, not null'],
  [['full', 'app/full'], 'the options must be an object, not a string'],
  [['full', { code: 7 }], 'code must be a string that is not empty, not 7'],
  [['full', { cod: 'app/full' }], 'unknown option "cod" (did you mean "code"? known: code, data)'],
])('toolFailure refuses %j (tools/illegal-option)', (given, problem) => {
  const make = () => (toolFailure as (...args: readonly unknown[]) => unknown)(...given)
  expect(make).toThrow(expect.objectContaining({ code: 'tools/illegal-option' }))
  expect(make).toThrow(`toolFailure(): ${problem}`)
})
