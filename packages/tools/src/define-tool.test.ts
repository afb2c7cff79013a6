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

test('by default a tool has 30 seconds, no limit of calls at once, one attempt, and every mode may use it', () => {
  const tool = defineTool(least)
  expect(tool).toMatchObject({
    name: 'add',
    description: 'Adds.',
    timeoutMs: 30_000,
    concurrency: Infinity,
    data: true,
    redaction: undefined,
  })
  expect([tool.retry, tool.rateLimit, tool.executionModes, tool.undo, tool.output, tool.inputJsonSchema]).toEqual(
    Array.from({ length: 6 }),
  )
  expect(Object.isFrozen(tool)).toBe(true)
})

test('by default a retry makes three attempts, with random delays of up to 1 s at first and 30 s at most', () => {
  const { retry } = defineTool({ ...least, retry: {} })
  expect(retry).toEqual({
    attempts: 3,
    baseMs: 1_000,
    capMs: 30_000,
    backoff: 'exponential',
    jitter: 'full',
    maxRetryAfterMs: 60_000,
    isRetryable: undefined,
  })
})

test('options are kept, and later changes to them have no effect', () => {
  const given = {
    ...least,
    undo: () => {},
    timeoutMs: false as const,
    concurrency: 2,
    rateLimit: { calls: 5, perMs: 1_000 },
    retry: { attempts: 2, baseMs: 1, capMs: 2, isRetryable: () => false },
    executionModes: ['plan'],
    redaction: { keys: ['pin', /^x-/] },
    inputJsonSchema: { type: 'object' },
  }
  const tool = defineTool(given)
  given.rateLimit.calls = 1_000_000
  given.executionModes.push('practice')
  given.redaction.keys.length = 0
  expect(tool).toMatchObject({
    timeoutMs: false,
    concurrency: 2,
    executionModes: ['plan'],
    redaction: { keys: ['pin', /^x-/] },
  })
  expect(tool.rateLimit).toEqual({ calls: 5, perMs: 1_000 })
  expect(tool.retry).toMatchObject({ attempts: 2, baseMs: 1, capMs: 2 })
  expect(tool.inputJsonSchema).toEqual({ type: 'object' })
})

test('an undefined option counts as not given', () => {
  const none = { undo: undefined, timeoutMs: undefined, concurrency: undefined, retry: undefined, redaction: undefined }
  expect(defineTool({ ...least, ...none } as unknown as typeof least)).toEqual(defineTool(least))
})

test.each(['', 'get weather', 'get.weather', 'wetter_für', 'x'.repeat(65), 7, null, undefined])(
  'the name %j is refused (tools/illegal-option), for some provider would refuse it',
  (name) => {
    expect(messageOf({ ...least, name })).toContain('a name that every provider accepts')
  },
)

test('schemas of any library with Standard Schema are accepted, functions too', () => {
  defineTool({ ...least, input: v.object({ a: v.number() }), output: v.number() })
  const callable = Object.assign(() => true, { '~standard': z.object({})['~standard'] })
  expect(defineTool({ ...least, input: callable }).input).toBe(callable)
})

test.each([
  [{ description: ' ' }, 'description must be'],
  [{ description: undefined }, 'description must be a string that tells'],
  [{ input: { type: 'object' } }, 'input must be'],
  [{ input: null }, 'input must be'],
  [{ input: { '~standard': { version: 2, vendor: 'x', validate: () => ({}) } } }, 'input must be'],
  [{ output: {} }, 'output must be'],
  [{ execute: 'run' }, 'execute must be'],
  [{ undo: true }, 'undo must be'],
  [{ timeoutMs: 0 }, 'timeoutMs must be'],
  [{ timeoutMs: NaN }, 'timeoutMs must be'],
  [{ timeoutMs: Infinity }, 'timeoutMs must be'],
  [{ timeoutMs: '5000' }, 'timeoutMs must be'],
  [{ concurrency: 0 }, 'concurrency must be'],
  [{ concurrency: 1.5 }, 'concurrency must be'],
  [{ rateLimit: 10 }, 'rateLimit must be'],
  [{ rateLimit: { calls: 0, perMs: 1 } }, 'rateLimit.calls must be'],
  [{ rateLimit: { calls: 1, perMs: -1 } }, 'rateLimit.perMs must be'],
  [{ rateLimit: { calls: 1, perMs: 1, max: 1 } }, 'unknown option "rateLimit.max"'],
  [{ retry: 3 }, 'retry must be'],
  [{ retry: { attempts: 0 } }, 'retry.attempts must be'],
  [{ retry: { baseMs: -1 } }, 'retry.baseMs must be'],
  [{ retry: { maxRetryAfterMs: Infinity } }, 'retry.maxRetryAfterMs must be'],
  [{ retry: { capMs: null } }, 'retry.capMs must be'],
  [{ retry: { isRetryable: 'always' } }, 'retry.isRetryable must be'],
  [{ retry: { backoff: 'slow' } }, 'retry.backoff must be'],
  [{ retry: { jitter: true } }, 'retry.jitter must be'],
  [{ rateLimit: { calls: 1 } }, 'rateLimit.perMs must be a number of milliseconds above 0, not undefined'],
  [{ retry: { delay: 1 } }, 'unknown option "retry.delay"'],
  [{ executionModes: [] }, 'executionModes must be'],
  [{ executionModes: 'plan' }, 'executionModes must be'],
  [{ redaction: 'pin' }, 'redaction must be'],
  [{ data: 'no' }, 'data must be true or false'],
  [{ redact: ['pin'] }, 'unknown option "redact"'],
  [{ inputJsonSchema: [] }, 'inputJsonSchema must be'],
  [{ timeout: 5 }, 'unknown option "timeout" (did you mean "timeoutMs"? known: name, '],
])('%j is refused (tools/illegal-option)', (wrong, problem) => {
  expect(messageOf({ ...least, ...wrong })).toContain(problem)
})

test('one error has all problems and the name of the tool', () => {
  const message = messageOf({ ...least, timeoutMs: -1, redaction: 7, colour: 'red' })
  expect(message).toContain(
    'defineTool("add"): timeoutMs must be a number of milliseconds above 0, or false for no limit, not -1',
  )
  expect(message).toContain('redaction must be')
  expect(message).toContain('unknown option "colour"')
})

test.each([undefined, null, 'add', 7, []])('%j is refused as a definition', (definition) => {
  expect(messageOf(definition)).toContain('the options must be an object, not ')
})

test('a definition and what is in it may be instances of classes with getters', () => {
  class Retry {
    get attempts(): number {
      return 5
    }
  }
  class Definition {
    readonly name = 'add'
    readonly description = 'Adds.'
    readonly input = z.object({})
    execute(): number {
      return 1
    }
    get retry(): Retry {
      return new Retry()
    }
    get data(): boolean {
      return false
    }
  }
  expect(defineTool(new Definition())).toMatchObject({ data: false, retry: { attempts: 5, baseMs: 1_000 } })
})

test('a redaction with other keys than names and patterns is refused (core/illegal-redaction)', () => {
  const redaction = { keys: [1] } as never
  expect(() => defineTool({ name: 'a', description: 'x', input: z.object({}), execute: () => 1, redaction })).toThrow(
    'keys must be an array of strings and regular expressions',
  )
})
