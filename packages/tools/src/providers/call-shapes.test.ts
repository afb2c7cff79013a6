import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { propertySettings } from '../../../core/test/property-settings.ts'
import { garbage } from '../../test/garbage.ts'
import { ANSWERS, googleParts, openaiMessage, SHAPES } from '../../test/model-responses.ts'
import { defineTool, ToolRegistry } from '../index.ts'
import type { ParsedCalls } from '../index.ts'

const search = defineTool({
  name: 'search',
  description: 'Searches.',
  input: z.looseObject({ query: z.string().optional() }),
  execute: () => [],
})
const registry = new ToolRegistry({ tools: [search] })

const seen = ({ resolved, unresolved }: ParsedCalls): unknown => [
  resolved.map(({ callId, name, index, input }) => ({ callId, name, index, input })),
  unresolved.map(({ callId, name, index, reason }) => ({ callId, name, index, reason })),
]

const callsOf = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 20 }),
    name: fc.constantFrom('search', 'search', 'serch', '__proto__'),
    args: fc.dictionary(
      fc.string({ maxLength: 9 }).filter((key) => key !== '__proto__' && key !== 'query'),
      // What JSON can say: -0 would come back as 0.
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }),
  { selector: ({ id }) => id, maxLength: 6 },
)

test.each(Object.entries(SHAPES))('a call in the shape of %s is read without options', async (_, write) => {
  const given = { id: 'call_1', name: 'search', args: { query: 'x' } }
  const expected = [[{ callId: 'call_1', name: 'search', index: 0, input: { query: 'x' } }], []]
  expect(seen(await registry.parseAndResolve([write(given)]))).toEqual(expected)
  expect(seen(await registry.parseAndResolve(write(given)))).toEqual(expected)
})

test.each(Object.entries(ANSWERS))('the calls in a whole %s are found, and nothing else in it', async (_, write) => {
  const given = { id: 'call_1', name: 'search', args: { query: 'x' } }
  const expected = [[{ callId: 'call_1', name: 'search', index: 0, input: { query: 'x' } }], []]
  expect(seen(await registry.parseAndResolve(write([given])))).toEqual(expected)
  expect((await registry.parseAndResolve(write([]))).calls).toEqual([])
})

test('the same calls are the same, whatever the shape', async () => {
  await fc.assert(
    fc.asyncProperty(callsOf, async (calls) => {
      const [first, ...others] = await Promise.all([
        ...Object.values(SHAPES).map(async (write) => seen(await registry.parseAndResolve(calls.map(write)))),
        ...Object.values(ANSWERS).map(async (write) => seen(await registry.parseAndResolve(write(calls)))),
      ])
      for (const other of others) expect(other).toEqual(first)
      const known = calls.filter(({ name }) => name === 'search')
      expect((first as readonly (readonly unknown[])[])[0]).toHaveLength(known.length)
      expect((first as readonly (readonly unknown[])[])[1]).toHaveLength(calls.length - known.length)
    }),
    propertySettings(300),
  )
})

test('calls that the provider has made for the AI SDK are not made again', async () => {
  const call = { type: 'tool-call', toolCallId: 'a', toolName: 'search', input: {}, providerExecuted: true }
  expect((await registry.parseAndResolve({ toolCalls: [call] })).calls).toEqual([])
})

test('every choice of OpenAI and every candidate of Google is read', async () => {
  const choice = (id: string): unknown => ({ message: openaiMessage([{ id, name: 'search', args: {} }]) })
  const candidate = (id: string): unknown => ({
    content: { role: 'model', parts: googleParts([{ id, name: 'search', args: {} }]) },
  })
  for (const given of [
    { choices: [choice('a'), choice('b')] },
    { candidates: [candidate('a'), { finishReason: 'SAFETY' }, candidate('b')] },
  ]) {
    const { calls } = await registry.parseAndResolve(given)
    expect(calls.map(({ callId, status }) => [callId, status])).toEqual([
      ['a', 'resolved'],
      ['b', 'resolved'],
    ])
  }
})

// ---------- garbage

test('it never throws for what a model returns, and each call that it finds is resolved or has a reason', async () => {
  await fc.assert(
    fc.asyncProperty(garbage, async (given) => {
      const events: unknown[] = []
      const parsed = await registry.parseAndResolve(given, { eventEmitter: (type, data) => events.push([type, data]) })
      expect(parsed.resolved.length + parsed.unresolved.length).toBe(parsed.calls.length)
      expect(events).toHaveLength(parsed.calls.length)
      for (const call of parsed.calls) {
        expect(call.callId).not.toBe('')
        if (call.status === 'resolved') expect(call.input).toBeTypeOf('object')
        else
          expect(call.message).toMatch(
            /^(This tool call cannot be read|No tool can handle|There is no tool|"search" was not called)/,
          )
      }
      expect(JSON.stringify(events)).toBeTypeOf('string')
    }),
    propertySettings(300),
  )
})

/** An object that cannot be looked at. */
function throwing(): ProxyHandler<object> {
  const refuse = (): never => {
    throw new Error('not for you')
  }
  return { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse, getPrototypeOf: refuse }
}

test('a call that cannot be read at all is malformed, and the calls beside it are read', async () => {
  const hostile = new Proxy({}, throwing())
  const call = SHAPES['Anthropic']?.({ id: 'a', name: 'search', args: {} })
  const mixed = await registry.parseAndResolve([hostile, call, { type: 'function', function: hostile }])
  expect(mixed.calls.map(({ status }) => status)).toEqual(['unresolved', 'resolved', 'unresolved'])
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const given of [hostile, proxy, { content: [hostile] }, { choices: [{ message: hostile }] }]) {
    const { resolved, unresolved } = await registry.parseAndResolve(given)
    expect(resolved).toEqual([])
    expect(unresolved).toHaveLength(1)
    expect(unresolved[0]?.reason).toBe('malformed_call')
  }
})
