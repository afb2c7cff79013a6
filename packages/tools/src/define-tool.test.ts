import { StageflowError } from '@stageflow/core'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { defineTool } from './index.ts'

const least = { name: 'add', description: 'Adds.', input: z.object({ a: z.number() }), execute: () => 1 }

const messageOf = (definition: unknown): string => {
  try {
    defineTool(definition as typeof least)
  } catch (error) {
    expect(StageflowError.is(error, 'tools/illegal-option')).toBe(true)
    return String(error)
  }
  return 'nothing was thrown'
}

test('a tool has 30 seconds, any number of calls at once, one attempt, and every mode may use it', () => {
  const tool = defineTool(least)
  expect(tool).toMatchObject({
    name: 'add',
    description: 'Adds.',
    timeoutMs: 30_000,
    concurrency: Infinity,
    redact: [],
  })
  expect([tool.retry, tool.rateLimit, tool.behaviors, tool.undo, tool.output, tool.inputJsonSchema]).toEqual(
    Array.from({ length: 6 }),
  )
  expect(Object.isFrozen(tool)).toBe(true)
})

test('a retry without numbers is three attempts, with pauses of up to 1 s at first and 30 s at most, after any failure', () => {
  const { retry } = defineTool({ ...least, retry: {} })
  expect(retry).toMatchObject({ attempts: 3, baseMs: 1_000, capMs: 30_000 })
  expect(retry?.when(new Error('any'))).toBe(true)
})

test('what is given is kept, and no later change of it counts', () => {
  const given = {
    ...least,
    undo: () => {},
    timeoutMs: false as const,
    concurrency: 2,
    rateLimit: { calls: 5, perMs: 1_000 },
    retry: { attempts: 2, baseMs: 1, capMs: 2, when: () => false },
    behaviors: ['plan'],
    redact: ['pin', /^x-/],
    inputJsonSchema: { type: 'object' },
  }
  const tool = defineTool(given)
  given.rateLimit.calls = 1_000_000
  given.behaviors.push('practice')
  given.redact.length = 0
  expect(tool).toMatchObject({ timeoutMs: false, concurrency: 2, behaviors: ['plan'], redact: ['pin', /^x-/] })
  expect(tool.rateLimit).toEqual({ calls: 5, perMs: 1_000 })
  expect(tool.retry).toMatchObject({ attempts: 2, baseMs: 1, capMs: 2 })
  expect(tool.inputJsonSchema).toEqual({ type: 'object' })
})

test('undefined is as if left out', () => {
  const none = { undo: undefined, timeoutMs: undefined, concurrency: undefined, retry: undefined, redact: undefined }
  expect(defineTool({ ...least, ...none } as unknown as typeof least)).toEqual(defineTool(least))
})

test.each(['', 'get weather', 'get.weather', 'wetter_für', 'x'.repeat(65), 7, null, undefined])(
  'the name %j is refused (tools/illegal-option), for some provider would refuse it',
  (name) => {
    expect(messageOf({ ...least, name })).toContain('and must be a name that every provider takes')
  },
)

test('schemas of any library that has Standard Schema will do, functions too', () => {
  defineTool({ ...least, input: v.object({ a: v.number() }), output: v.number() })
  const callable = Object.assign(() => true, { '~standard': z.object({})['~standard'] })
  expect(defineTool({ ...least, input: callable }).input).toBe(callable)
})

test.each([
  [{ description: ' ' }, 'description is " "'],
  [{ description: undefined }, 'description is undefined'],
  [{ input: { type: 'object' } }, 'input is an object, and must be a Standard Schema'],
  [{ input: null }, 'input is null'],
  [{ input: { '~standard': { version: 2, vendor: 'x', validate: () => ({}) } } }, 'input is an object'],
  [{ output: {} }, 'output is an object'],
  [{ execute: 'run' }, 'execute is "run"'],
  [{ undo: true }, 'undo is true'],
  [{ timeoutMs: 0 }, 'timeoutMs is 0'],
  [{ timeoutMs: NaN }, 'timeoutMs is NaN'],
  [{ timeoutMs: Infinity }, 'timeoutMs is Infinity'],
  [{ timeoutMs: '5000' }, 'timeoutMs is "5000"'],
  [{ concurrency: 0 }, 'concurrency is 0'],
  [{ concurrency: 1.5 }, 'concurrency is 1.5'],
  [{ rateLimit: 10 }, 'rateLimit is 10'],
  [{ rateLimit: { calls: 0, perMs: 1 } }, 'rateLimit.calls is 0'],
  [{ rateLimit: { calls: 1, perMs: -1 } }, 'rateLimit.perMs is -1'],
  [{ rateLimit: { calls: 1, perMs: 1, max: 1 } }, 'in rateLimit there is no option "max"'],
  [{ retry: 3 }, 'retry is 3'],
  [{ retry: { attempts: 0 } }, 'retry.attempts is 0'],
  [{ retry: { baseMs: -1 } }, 'retry.baseMs is -1'],
  [{ retry: { capMs: null } }, 'retry.capMs is null'],
  [{ retry: { when: 'always' } }, 'retry.when is "always"'],
  [{ retry: { delay: 1 } }, 'in retry there is no option "delay"'],
  [{ behaviors: [] }, 'behaviors is an array'],
  [{ behaviors: 'plan' }, 'behaviors is "plan"'],
  [{ redact: 'pin' }, 'redact is "pin"'],
  [{ redact: [1] }, 'redact is an array'],
  [{ inputJsonSchema: [] }, 'inputJsonSchema is an array'],
  [{ timeout: 5 }, 'there is no option "timeout"'],
])('%j is refused (tools/illegal-option)', (wrong, problem) => {
  expect(messageOf({ ...least, ...wrong })).toContain(problem)
})

test('all that is wrong is said at once, with the name of the tool', () => {
  const message = messageOf({ ...least, timeoutMs: -1, redact: 7, colour: 'red' })
  expect(message).toContain('defineTool("add") was given what it cannot use: timeoutMs is -1')
  expect(message).toContain('redact is 7')
  expect(message).toContain('there is no option "colour"')
})

test.each([undefined, null, 'add', 7, []])('%j is no definition', (definition) => {
  expect(messageOf(definition)).toContain('it takes an object such as { name, description, input, execute }')
})
