import type { StandardSchemaV1 } from '@standard-schema/spec'
import { StageflowError } from '@stageflow/core'
import { toolFailure, type ResolvedCall } from '@stageflow/tools'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { tool, trackedBench } from '../test/tool-bench.ts'

const make = trackedBench()

/** What a checked input can hold that cannot be frozen. */
class Account {
  owner: string
  constructor(owner: string) {
    this.owner = owner
  }
}
const input = z.object({
  when: z.coerce.date().max(new Date('2027-12-31')),
  limits: z.record(z.string(), z.number()).transform((limits) => new Map(Object.entries(limits))),
  tags: z.array(z.string()).transform((tags) => new Set(tags)),
  file: z.string().transform((text) => new TextEncoder().encode(text)),
  owner: z.string().transform((owner) => new Account(owner)),
  days: z.array(z.object({ at: z.coerce.date() })),
})
const GIVEN = {
  when: '2026-01-01T00:00:00.000Z',
  limits: { euros: 5 },
  tags: ['small'],
  file: 'abc',
  owner: 'ada',
  days: [{ at: '2026-01-01T00:00:00.000Z' }],
}
const seenOf = ({ when, limits, tags, file, owner, days }: z.output<typeof input>): unknown => ({
  when: when.toISOString(),
  limits: Object.fromEntries(limits),
  tags: [...tags],
  file: new TextDecoder().decode(file),
  owner: owner.owner,
  days: days.map(({ at }) => ({ at: at.toISOString() })),
})

/** Changes everything that can be changed. */
function tamper(held: unknown): void {
  const { when, limits, tags, file, owner, days } = held as z.output<typeof input>
  when.setFullYear(2099)
  limits.set('euros', 5_000)
  tags.add('huge')
  file.fill(120)
  owner.owner = 'eve'
  days[0]?.at.setFullYear(2099)
}

/** A tool that tells what it ran with. */
function spy(more: Parameters<typeof tool>[2] = {}) {
  const ran: unknown[] = []
  const pay = tool('pay', (given) => void ran.push(seenOf(given)), { input, ...more })
  return { pay, ran }
}

test('code that holds a resolved call cannot change what runs, nor what events show of it', async () => {
  const { pay, ran } = spy()
  const b = make([pay])
  const { resolved } = await b.registry.parseAndResolve([{ id: 'a', name: 'pay', arguments: GIVEN }])
  tamper(resolved[0]?.input)
  const eventEmitter = (type: string, data: any): void => void b.events.push({ type, data })
  await b.executor.execute(resolved, { clock: b.clock, eventEmitter })
  expect(ran).toEqual([GIVEN])
  expect(JSON.stringify(b.events)).not.toContain('2099')
})

test('the events of a call that is not made show the arguments of the model, whatever became of the checked input', async () => {
  const { pay } = spy({ executionModes: ['assistant'] })
  const b = make([pay])
  const { resolved } = await b.registry.parseAndResolve([{ id: 'a', name: 'pay', arguments: GIVEN }])
  tamper(resolved[0]?.input)
  const eventEmitter = (type: string, data: any): void => void b.events.push({ type, data })
  const results = await b.executor.execute(resolved, { clock: b.clock, eventEmitter })
  expect(results).toMatchObject([{ status: 'denied', reason: 'execution_mode_not_allowed' }])
  expect(b.of('tool.invoked')).toMatchObject([{ payloadSummary: { when: GIVEN.when, owner: 'ada' } }])
})

test('approve and idempotencyKey cannot change what runs, at once or later', async () => {
  for (const option of ['approve', 'idempotencyKey'] as const) {
    const { pay, ran } = spy()
    const held: ResolvedCall[] = []
    const hook = (call: ResolvedCall): true | string => {
      tamper(call.input)
      held.push(call)
      return option === 'approve' ? true : 'k'
    }
    expect(await make([pay]).call('pay', GIVEN, { [option]: hook })).toMatchObject({ status: 'completed' })
    expect(held).toHaveLength(1)
    expect(ran).toEqual([GIVEN])
  }
})

test('a call that is executed twice runs twice with what its arguments say', async () => {
  const { pay, ran } = spy()
  const b = make([pay])
  const { resolved } = await b.registry.parseAndResolve([{ id: 'a', name: 'pay', arguments: GIVEN }])
  for (let time = 0; time < 2; time++) {
    await b.executor.execute(resolved, { clock: b.clock })
    tamper(resolved[0]?.input)
  }
  expect(ran).toEqual([GIVEN, GIVEN])
})

test("the arguments of a resolved call cannot be changed, not even through the model's response", async () => {
  const { pay, ran } = spy()
  const b = make([pay])
  const given = structuredClone(GIVEN)
  const { resolved } = await b.registry.parseAndResolve([
    { id: 'a', name: 'pay', arguments: given },
    { id: 'b', name: 'pay', arguments: JSON.stringify(given) },
  ])
  given.limits.euros = 5_000
  for (const call of resolved) {
    const { limits } = call.arguments as typeof GIVEN
    expect(() => (limits.euros = 5_000)).toThrow(TypeError)
    expect(call.arguments).toEqual(GIVEN)
  }
  await b.executor.execute(resolved, { clock: b.clock })
  expect(ran).toEqual([GIVEN, GIVEN])
})

test('a schema that changes the value it checks changes no arguments', async () => {
  const meddle = z.preprocess(
    (value: any) => {
      value.euros += 1
      return value
    },
    z.object({ euros: z.number() }),
  )
  const ran: unknown[] = []
  const b = make([tool('pay', (given) => void ran.push(given), { input: meddle })])
  for (const given of [{ euros: 1 }, '{"euros":1}']) {
    const { resolved } = await b.registry.parseAndResolve([{ id: 'a', name: 'pay', arguments: given }])
    expect(resolved[0]).toMatchObject({ arguments: { euros: 1 }, input: { euros: 2 } })
    await b.executor.execute(resolved, { clock: b.clock })
  }
  expect(ran).toEqual([{ euros: 2 }, { euros: 2 }])
})

test('an attempt gets dates, maps, sets and bytes as they were, whatever the attempt before it did with its own', async () => {
  const ran: unknown[] = []
  const pay = tool(
    'pay',
    (given) => {
      ran.push(seenOf(given))
      const { owner: _, ...builtIn } = given
      tamper({ ...builtIn, owner: {} })
      if (ran.length < 3) throw new Error('busy')
    },
    { input, retry: { attempts: 3, baseMs: 1, isRetryable: () => true } },
  )
  const b = make([pay])
  const paying = b.call('pay', GIVEN)
  await b.clock.advance(10)
  expect(await paying).toMatchObject({ status: 'completed', attempts: 3 })
  expect(ran).toEqual([GIVEN, GIVEN, GIVEN])
})

test('a hook that keeps the arguments it edited cannot change them, even while an asynchronous schema checks', async () => {
  const ran: unknown[] = []
  const edited = { euros: 5 }
  const slow = z.object({ euros: z.number().max(50) }).refine(async ({ euros }) => {
    if (euros === 5) edited.euros = 5_000
    return true
  })
  const b = make([tool('pay', (given) => void ran.push(given), { input: slow })])
  const approve = () => ({ approved: true, arguments: edited })
  expect(await b.call('pay', { euros: 1 }, { approve })).toMatchObject({
    status: 'completed',
    editedArguments: { euros: 5 },
  })
  expect(ran).toEqual([{ euros: 5 }])
})

test('a hook that returns edited arguments cannot change them before they are checked', async () => {
  const ran: unknown[] = []
  const edited = { euros: 5 }
  const b = make([tool('pay', (given) => void ran.push(given), { input: z.object({ euros: z.number() }) })])
  const approve = () => {
    queueMicrotask(() => (edited.euros = 5_000))
    return { approved: true, arguments: edited }
  }
  expect(await b.call('pay', { euros: 1 }, { approve })).toMatchObject({ editedArguments: { euros: 5 } })
  expect(ran).toEqual([{ euros: 5 }])
})

test('what all calls share cannot be changed through one of them, and no code makes a call but a registry', async () => {
  const { pay, ran } = spy()
  const b = make([pay])
  const given = [
    { id: 'a', name: 'pay', arguments: GIVEN },
    { id: 'b', name: 'nothing', arguments: {} },
  ]
  const { calls, resolved } = await b.registry.parseAndResolve(given)
  for (const call of calls) {
    const shared = Object.getPrototypeOf(call)
    for (const target of [shared, shared.constructor])
      for (const key of [...Reflect.ownKeys(target), 'json', 'is']) {
        const value = key === 'json' ? () => '{"euros":5000}' : tool('pay', () => void ran.push('another tool'))
        expect(Reflect.defineProperty(target, key, { value })).toBe(false)
        expect(Reflect.set(target, key, value)).toBe(false)
      }
    class Forged extends shared.constructor {}
    for (const made of [shared.constructor, Forged])
      expect(() => new made({ ...call, tool: pay, json: '{}' })).toThrow(
        expect.objectContaining({ code: 'tools/illegal-option' }),
      )
  }
  await b.executor.execute(resolved, { clock: b.clock })
  expect(ran).toEqual([GIVEN])
})

test.each([
  ['a Map', { tags: new Map() }, 'an instance of Map at "tags"'],
  ['an instance of a class', { owners: [new Account('ada')] }, 'an instance of Account at "0"'],
  ['a function', { deep: { f: () => 1 } }, 'at "f"'],
  ['a symbol', { mark: Symbol('x') }, 'Symbol(x) at "mark"'],
  ['a number that JSON has not', { euros: NaN }, 'NaN at "euros"'],
  ['a bigint', { deep: { euros: 1n } }, '1n at "euros"'],
])('%s in arguments is refused: JSON would lose it, and what is kept could be changed', async (_, given, what) => {
  const ran: unknown[] = []
  const any = z.looseObject({})
  const b = make([tool('pay', (one) => void ran.push(one), { input: any })])
  const { unresolved } = await b.registry.parseAndResolve([{ id: 'a', name: 'pay', arguments: given }])
  expect(unresolved[0]).toMatchObject({ reason: 'malformed_call', message: expect.stringContaining(what) })
  expect(await b.call('pay', {}, { approve: () => ({ approved: true, arguments: given }) })).toMatchObject({
    status: 'denied',
    reason: 'edit_refused',
    message: expect.stringContaining(what),
  })
  expect(ran).toEqual([])
})

test('edited arguments that JSON or a model cannot have are refused in one line, and the hook is not blamed', async () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = { circular }
  const polluting: unknown = JSON.parse('{"deep":{"__proto__":{"admin":true}}}')
  const unreadable = Object.defineProperty({}, 'euros', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  for (const [edited, why] of [
    [circular, 'circular'],
    [polluting, 'have a key "__proto__", which is not allowed'],
    [unreadable, 'no'],
  ] as const) {
    const b = make([tool('pay', () => 1, { input: z.looseObject({}) })])
    const result = await b.call('pay', {}, { approve: () => ({ approved: true, arguments: edited }) })
    expect(result).toMatchObject({ status: 'denied', reason: 'edit_refused', message: expect.stringContaining(why) })
    expect(JSON.stringify(result)).not.toContain('\\n')
  }
})

// ---------- a schema that says something else the second time

/** A schema that answers in turn. */
function answering(...answers: readonly (() => unknown)[]): StandardSchemaV1 {
  let times = 0
  const validate = () => answers[Math.min(times++, answers.length - 1)]?.() as StandardSchemaV1.Result<unknown>
  return { '~standard': { version: 1, vendor: 'turns', validate } }
}
const accepts = () => ({ value: {} })

test('a Date in arguments is its JSON: a string, which the schema makes a Date of', async () => {
  const ran: unknown[] = []
  const dated = z.object({ when: z.coerce.date() })
  const b = make([tool('pay', ({ when }) => void ran.push(when), { input: dated })])
  const when = new Date(0)
  const approve = ({ arguments: given }: ResolvedCall) => {
    expect(given).toEqual({ when: '1970-01-01T00:00:00.000Z' })
    when.setFullYear(2099)
    return { approved: true, arguments: { when: new Date(7) } }
  }
  expect(await b.call('pay', { when }, { approve })).toMatchObject({ status: 'completed' })
  expect(ran).toEqual([new Date(7)])
})

test.each([
  ['refuses', () => ({ issues: [{ message: 'closed', path: ['at'] }] }), 'at: closed'],
  ['refuses later', async () => ({ issues: [{ message: 'closed' }] }), 'closed'],
  ['throws', () => { throw new Error('no database') }, 'no database'], // prettier-ignore
  ['rejects', () => Promise.reject(new Error('no database')), 'no database'],
])('a call whose schema %s when it is executed fails, and is not made', async (_, second, text) => {
  let ran = 0
  const b = make([tool('pay', () => ++ran, { input: answering(accepts, second) })])
  const result = await b.call('pay', {}, { approve: () => true })
  expect(result).toMatchObject({
    status: 'failed',
    attempts: 0,
    error: { code: 'tool-executor/input-refused', message: expect.stringContaining(text) },
  })
  expect(StageflowError.is((result as { cause?: unknown }).cause, 'tool-executor/input-refused')).toBe(true)
  expect(ran).toBe(0)
  expect(b.types()).toEqual(['tool.invoked', 'tool.failed'])
})

test('a key is not taken by a call whose schema refuses it', async () => {
  const refuses = () => ({ issues: [{ message: 'closed' }] })
  const b = make([tool('pay', () => 'paid', { input: answering(accepts, refuses, accepts) })])
  const idempotencyKey = () => 'k'
  expect(await b.call('pay', {}, { idempotencyKey })).toMatchObject({ status: 'failed' })
  expect(await b.call('pay', {}, { idempotencyKey })).toMatchObject({ status: 'completed' })
})

test('a schema that hangs when a call is executed does not outlive its caller', async () => {
  const hangs = () => new Promise(() => {})
  const b = make([tool('pay', () => 'paid', { input: answering(accepts, hangs) })])
  const late = b.call('pay', {}, { timeoutMs: 100 })
  await b.clock.advance(100)
  expect(await late).toMatchObject({ status: 'failed', attempts: 0, error: { code: 'tool-executor/timed-out' } })

  const again = make([tool('pay', () => 'paid', { input: answering(accepts, hangs) })])
  const controller = new AbortController()
  const stopped = again.call('pay', {}, { signal: controller.signal })
  await again.clock.settle()
  controller.abort()
  expect(await stopped).toMatchObject({ status: 'cancelled', attempts: 0 })
  expect(again.types()).toEqual(['tool.invoked', 'tool.failed'])
})

test('a schema runs once when a call is resolved and once when it is executed, however many attempts that takes', async () => {
  let checks = 0
  const counted = z.object({}).transform(() => ({ check: ++checks }))
  const seen: unknown[] = []
  const act = (given: unknown) => (seen.push(given) < 3 ? toolFailure('busy') : 'done')
  const retry = { attempts: 3, baseMs: 1, isRetryable: () => true }
  const b = make([tool('act', act, { input: counted, retry })])
  const acting = b.call('act')
  await b.clock.advance(10)
  expect(await acting).toMatchObject({ status: 'completed', attempts: 3 })
  expect(seen).toEqual([{ check: 2 }, { check: 2 }, { check: 2 }])
})

test('a default that differs each time is made again for an execution, and is the same for its attempts', async () => {
  let made = 0
  const random = z.object({ id: z.string().default(() => `id-${++made}`) })
  const ids: unknown[] = []
  const act = ({ id }: any) => (ids.push(id) < 2 ? toolFailure('busy') : 'done')
  const b = make([tool('book', act, { input: random, retry: { attempts: 2, baseMs: 1, isRetryable: () => true } })])
  const shown: unknown[] = []
  const approve = ({ arguments: given, input: { id } }: any) => shown.push(given, id) > 0
  const booking = b.call('book', {}, { approve })
  await b.clock.advance(10)
  expect(await booking).toMatchObject({ status: 'completed' })
  expect(shown).toEqual([{}, 'id-1'])
  expect(ids).toEqual(['id-2', 'id-2'])
})

test("work with a key is compared by its arguments: a default that differs each time doesn't make it other work", async () => {
  let paid = 0
  const timed = z.object({ at: z.date().default(() => new Date(++paid * 1_000)), to: z.string() })
  const b = make([tool('pay', () => ++paid, { input: timed })])
  const idempotencyKey = () => 'k'
  const first = await b.call('pay', { to: 'ada' }, { idempotencyKey })
  expect(await b.call('pay', { to: 'ada' }, { idempotencyKey })).toMatchObject({
    replayed: true,
    output: (first as any).output,
  })
  expect(await b.call('pay', { to: 'eve' }, { idempotencyKey })).toMatchObject({
    error: { code: 'tool-executor/other-input' },
  })
})
