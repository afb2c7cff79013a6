import { resumeRun } from '@stageflow/core/durable'
import { manualClock } from '@stageflow/testing'
import { memoryStore, type ApprovalStore } from '@stageflow/keyed-work'
import type { DeniedCall, ExecutedCall } from '@stageflow/tools'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { bench, tool } from '../../tool-executor/test/tool-bench.ts'
import { billsGraph } from '../test/bills-graph.ts'
import { Approvals, memoryApprovalStore, type ApprovalsOptions } from './index.ts'

const ADA = { orgId: 'acme', userId: 'ada' }
const ID = 'run-1/pay-1'

function payBench(options: ApprovalsOptions = {}) {
  const paid: unknown[] = []
  const pay = tool('pay', (input) => paid.push(input), {
    input: z.object({ euros: z.number().max(1_000), to: z.string().default('Ada') }),
  })
  const clock = manualClock()
  const store = options.store ?? memoryApprovalStore({ clock })
  const approvals = new Approvals({ ...options, store })
  const own = bench([pay], { approve: approvals.approve })
  const call = (euros = 900, more: Parameters<typeof own.call>[2] = {}): Promise<ExecutedCall> =>
    own.call('pay', { euros }, { callId: 'pay-1', ids: { pipelineRunId: 'run-1', ...ADA }, clock, ...more })
  return { ...own, clock, store, approvals, paid, pay: call }
}

test('a call waits in place until it is approved, and then runs', async () => {
  const { pay, approvals, clock, paid, events } = payBench()
  const result = pay()
  await clock.advance(10_000)
  expect(await approvals.pending(ADA)).toMatchObject([
    { id: ID, status: 'pending', action: 'pay', callId: 'pay-1', arguments: { euros: 900 }, pipelineRunId: 'run-1' },
  ])
  expect(paid).toEqual([])
  const approval = await approvals.decide(ID, { approved: true }, ADA)
  expect(approval).toMatchObject({
    id: ID,
    status: 'approved',
    decision: { approved: true, decidedBy: ADA },
    leftMs: 0,
  })
  await clock.advance(1_000)
  expect(await result).toMatchObject({ status: 'completed', output: 1 })
  expect(await result).not.toHaveProperty('editedArguments')
  expect(paid).toEqual([{ euros: 900, to: 'Ada' }])
  expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'used' })
  expect(await approvals.pending(ADA)).toEqual([])
  expect(clock.timers).toEqual([])
  const about = { approvalId: ID, action: 'pay', toolName: 'pay', callId: 'pay-1' }
  expect(events.slice(0, 3)).toEqual([
    { type: 'tool.invoked', data: expect.anything() as unknown },
    {
      type: 'approval.requested',
      // What the person sees: the arguments, without what the schema adds.
      data: { ...about, payloadSummary: { euros: 900 }, expiresInMs: 86_400_000 },
    },
    { type: 'approval.decided', data: { ...about, decision: 'approved', edited: false, decidedBy: ADA } },
  ])
})

test('code that holds the call changes neither what a person is asked nor what runs', async () => {
  const b = payBench()
  const { resolved } = await b.registry.parseAndResolve([{ id: 'pay-1', name: 'pay', arguments: { euros: 900 } }])
  expect(() => ((resolved[0]?.arguments as { euros: number }).euros = 1)).toThrow(TypeError)
  const paying = b.executor.execute(resolved, { clock: b.clock, ids: { pipelineRunId: 'run-1', ...ADA } })
  await b.clock.advance(0)
  const [asked] = await b.approvals.pending(ADA)
  expect(asked?.arguments).toEqual({ euros: 900 })
  await b.approvals.decide(ID, { approved: true }, ADA)
  await b.clock.advance(1_000)
  expect(await paying).toMatchObject([{ status: 'completed' }])
  expect(b.paid).toEqual([{ euros: 900, to: 'Ada' }])
})

test('a denied call gets the reason of the person, and does not run', async () => {
  const { pay, approvals, clock, paid, of } = payBench()
  const result = pay()
  await clock.advance(0)
  await approvals.decide(ID, { approved: false, reason: 'too much' }, ADA)
  await clock.advance(1_000)
  expect(await result).toMatchObject({
    status: 'denied',
    reason: 'not_approved',
    message: 'Tool "pay" was not approved: too much',
    approvalId: ID,
  })
  expect(paid).toEqual([])
  expect(of('approval.decided')).toMatchObject([{ decision: 'denied', edited: false, decidedBy: ADA }])
})

test('edited arguments are checked with the schema again, run instead, and are in the result', async () => {
  const { pay, approvals, clock, paid, of } = payBench()
  const result = pay()
  await clock.advance(0)
  await approvals.decide(ID, { approved: true, arguments: { euros: 50 } }, ADA)
  await clock.advance(1_000)
  expect(await result).toMatchObject({ status: 'completed', editedArguments: { euros: 50 } })
  expect(paid).toEqual([{ euros: 50, to: 'Ada' }])
  expect(of('approval.decided')).toMatchObject([{ edited: true }])
})

test('edited arguments that the schema refuses deny the call, and say why', async () => {
  const { pay, approvals, clock, paid } = payBench()
  const result = pay()
  await clock.advance(0)
  await approvals.decide(ID, { approved: true, arguments: '{"euros":5000}' }, ADA)
  await clock.advance(1_000)
  expect(await result).toMatchObject({
    status: 'denied',
    reason: 'edit_refused',
    message: expect.stringMatching(
      /^Tool "pay" was not called: the edited arguments do not match its schema \(euros: Too big/,
    ) as string,
  })
  expect(paid).toEqual([])
})

test('case 19: a late decision is refused, and the call was denied', async () => {
  const { pay, approvals, clock, paid } = payBench({ ttlMs: 60_000 })
  const result = pay()
  await clock.advance(60_000)
  expect(await result).toMatchObject({
    status: 'denied',
    reason: 'approval_expired',
    message: 'Tool "pay" was not approved: it was not decided in time.',
    approvalId: ID,
  })
  await expect(approvals.decide(ID, { approved: true }, ADA)).rejects.toMatchObject({
    code: 'approvals/not-waiting',
    message: expect.stringContaining("can't be decided any more: it is expired") as string,
  })
  expect(await pay()).toMatchObject({ reason: 'approval_expired' })
  expect(paid).toEqual([])
})

test('a second decision is refused unless it is the same, before and after the use', async () => {
  const { pay, approvals, clock } = payBench()
  const result = pay()
  await clock.advance(0)
  const yes = { approved: true, arguments: { euros: 1 } }
  await approvals.decide(ID, yes, ADA)
  for (const other of [{ approved: false }, { approved: true }, { approved: true, arguments: { euros: 2 } }])
    await expect(approvals.decide(ID, other, ADA)).rejects.toMatchObject({ code: 'approvals/not-waiting' })
  expect(await approvals.decide(ID, yes, ADA)).toMatchObject({ status: 'approved' })
  await clock.advance(1_000)
  await result
  expect(await approvals.decide(ID, yes, ADA)).toMatchObject({ status: 'used' })
  await expect(approvals.cancel(ID, ADA)).rejects.toMatchObject({ code: 'approvals/not-waiting' })
})

test('an approval that is cancelled denies its call', async () => {
  const { pay, approvals, clock } = payBench()
  const result = pay()
  await clock.advance(0)
  await approvals.decide(ID, { approved: true }, ADA)
  expect(await approvals.cancel(ID, ADA)).toMatchObject({ status: 'cancelled' })
  expect(await approvals.cancel(ID, ADA)).toMatchObject({ status: 'cancelled' })
  await clock.advance(1_000)
  expect(await result).toMatchObject({ status: 'denied', reason: 'approval_cancelled', approvalId: ID })
})

test.each([false, true])(
  'a call that is cancelled while it waits leaves no open question (late store: %s)',
  async (isLate) => {
    const clock = manualClock()
    const memory = memoryApprovalStore({ clock })
    const answered = Promise.withResolvers<void>()
    const late: ApprovalStore = {
      ...memory,
      request: async (...asked) => {
        await answered.promise
        return memory.request(...asked)
      },
    }
    const { approve } = new Approvals({ store: isLate ? late : memory })
    const { call } = bench([tool('pay', () => 'paid')], { approve })
    const controller = new AbortController()
    const result = call('pay', {}, { signal: controller.signal, ids: { pipelineRunId: 'run-1' }, clock })
    await clock.advance(0)
    controller.abort(new Error('the user left'))
    expect(await result).toMatchObject({ status: 'cancelled' })
    answered.resolve()
    await clock.settle()
    expect(memory.find('[null,null]', 'run-1/call-0')).toMatchObject({ status: 'cancelled' })
    expect(clock.timers).toEqual([])
  },
)

test('tenants and users are apart', async () => {
  const { pay, approvals, clock, call } = payBench({ waitMs: 0 })
  await pay()
  await pay(900, { ids: { pipelineRunId: 'run-1', orgId: 'acme', userId: 'bob' } })
  expect(await approvals.pending({ orgId: 'other' })).toEqual([])
  for (const stranger of [{}, { orgId: 'acme' }, { userId: 'ada' }, { orgId: 'other', userId: 'ada' }]) {
    await expect(approvals.decide(ID, { approved: true }, stranger)).rejects.toMatchObject({
      code: 'approvals/unknown',
    })
    await expect(approvals.cancel(ID, stranger)).rejects.toMatchObject({ code: 'approvals/unknown' })
    expect(await approvals.get(ID, stranger)).toBeUndefined()
  }
  await approvals.decide(ID, { approved: true }, { orgId: 'acme', userId: 'bob' })
  expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'pending' })
  // Owners that look alike when they are joined.
  await call('pay', { euros: 1 }, { callId: 'x', ids: { pipelineRunId: 'r', orgId: 'a","b', userId: 'c' }, clock })
  await expect(approvals.decide('r/x', { approved: true }, { orgId: 'a', userId: 'b","c' })).rejects.toThrow(
    'There is no approval',
  )
  const long = { orgId: 'o'.repeat(300), userId: 'ada' }
  await call('pay', { euros: 1 }, { callId: 'x', ids: { pipelineRunId: 'r', ...long }, clock })
  expect(await approvals.decide('r/x', { approved: true }, long)).toMatchObject({ status: 'approved' })
})

test('a call with the id of another one is not made with its approval', async () => {
  const { pay, approvals, paid, of } = payBench({ waitMs: 0 })
  expect(await pay(10)).toMatchObject({ reason: 'approval_pending' })
  await approvals.decide(ID, { approved: true }, ADA)
  const other = (await pay(1_000)) as DeniedCall
  expect(other).toMatchObject({ reason: 'approval_failed', cause: { code: 'approvals/other-input' } })
  expect(paid).toEqual([])
  expect(await pay(10)).toMatchObject({ status: 'completed' })
  expect(of('approval.requested')).toHaveLength(1)
})

test('an id of a call can be anything, and finds its approval again', async () => {
  const { call, approvals, clock } = payBench({ waitMs: 0 })
  const ids = { pipelineRunId: 'run-1' }
  const found = new Set<string>()
  for (const callId of ['a\u0000b', '\ud800', '\ud801', 'é', 'x'.repeat(8_000), '__proto__']) {
    const denied = (await call('pay', { euros: 1 }, { callId, ids, clock })) as DeniedCall
    expect(denied.reason).toBe('approval_pending')
    const id = denied.approvalId as string
    found.add(id)
    expect(await approvals.decide(id, { approved: true })).toMatchObject({ callId })
    expect(await call('pay', { euros: 1 }, { callId, ids, clock })).toMatchObject({ status: 'completed' })
  }
  expect(found.size).toBe(6)
})

test('calls without a run have approvals of their own', async () => {
  const { call, approvals, clock } = payBench({ waitMs: 0 })
  for (let time = 0; time < 2; time++) await call('pay', { euros: 1 }, { callId: 'same', ids: {}, clock })
  expect(await approvals.pending()).toHaveLength(2)
  expect(await approvals.pending({}, { limit: 1 })).toHaveLength(1)
})

test('waitMs bounds how long a call waits in place', async () => {
  const { pay, clock } = payBench({ waitMs: 2_500 })
  let isOver = false
  const result = pay().finally(() => (isOver = true))
  await clock.advance(2_499)
  expect(isOver).toBe(false)
  await clock.advance(1)
  expect(await result).toMatchObject({
    status: 'denied',
    reason: 'approval_pending',
    message: `Tool "pay" was not approved: approval "${ID}" waits for a decision.`,
    approvalId: ID,
  })
})

test('a store that hangs or fails denies the call', async () => {
  const hang = () => new Promise<never>(() => {})
  const { pay, clock } = payBench({ store: { ...memoryApprovalStore(), find: hang } })
  const result = pay()
  await clock.advance(5_100)
  expect(await result).toMatchObject({
    status: 'denied',
    reason: 'approval_failed',
    message: expect.stringContaining('the approval store did not answer within 5000 ms') as string,
  })
  const impatient = payBench({ store: { ...memoryApprovalStore(), find: hang }, storeTimeoutMs: 300 })
  const other = impatient.pay()
  await impatient.clock.advance(400)
  expect(await other).toMatchObject({ message: expect.stringContaining('within 300 ms') as string })
  const failing = payBench({ store: { ...memoryApprovalStore(), request: () => Promise.reject(new Error('no disk')) } })
  expect(await failing.pay()).toMatchObject({
    reason: 'approval_failed',
    cause: { code: 'approvals/unavailable', cause: new Error('no disk') },
  })
  expect(failing.paid).toEqual([])
})

const ROUTES: Readonly<Record<string, (approvals: Approvals) => Promise<unknown>>> = {
  decide: (approvals) => approvals.decide(ID, { approved: true }, ADA),
  cancel: (approvals) => approvals.cancel(ID, ADA),
  get: (approvals) => approvals.get(ID, ADA),
  pending: (approvals) => approvals.pending(ADA),
}
const storeThat = (act: () => never | Promise<never>): ApprovalStore => ({
  request: act,
  find: act,
  decide: act,
  cancel: act,
  use: act,
  pending: act,
})

describe.each(Object.entries(ROUTES))('%s', (_, route) => {
  test('rejects when the store hangs (approvals/unavailable)', async () => {
    const store = storeThat(() => new Promise<never>(() => {}))
    await expect(route(new Approvals({ store, storeTimeoutMs: 1 }))).rejects.toMatchObject({
      code: 'approvals/unavailable',
      message: expect.stringContaining('the approval store did not answer within 1 ms') as string,
    })
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('no disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no disk'))],
  ] as const)('rejects with the error of a store that %s as its cause (approvals/unavailable)', async (_how, act) => {
    await expect(route(new Approvals({ store: storeThat(act) }))).rejects.toMatchObject({
      code: 'approvals/unavailable',
      message: expect.stringContaining('no disk') as string,
      cause: new Error('no disk'),
    })
  })
})

test.each([undefined, null, {}, 'none'])(
  'pending refuses a list that is %j (approvals/unreadable-entry)',
  async (list) => {
    const store = { ...memoryApprovalStore(), pending: () => list as never }
    await expect(new Approvals({ store }).pending(ADA)).rejects.toMatchObject({ code: 'approvals/unreadable-entry' })
  },
)

test('a call that a full store refuses says so (approvals/full)', async () => {
  const clock = manualClock()
  const { pay, call } = payBench({ store: memoryApprovalStore({ clock, maxEntries: 1 }), waitMs: 0 })
  await pay()
  expect(await call('pay', { euros: 1 }, { callId: 'pay-2', ids: ADA, clock })).toMatchObject({
    reason: 'approval_failed',
    cause: { code: 'approvals/full' },
  })
})

const RECORD = { id: ID, request: '{}', decision: undefined, token: undefined, leftMs: 1 }
test.each([
  null,
  {},
  { ...RECORD, status: 'granted' },
  { ...RECORD, status: 'approved', decision: undefined },
  { ...RECORD, status: 'pending' },
  { ...RECORD, status: 'pending', request: '{"form":1}' },
  { ...RECORD, status: 'pending', request: 'no JSON' },
])('a store that returns %j approves nothing, and says so', async (stored) => {
  const broken = () => stored as never
  const { pay, paid, approvals } = payBench({
    store: {
      request: broken,
      find: broken,
      decide: broken,
      use: broken,
      cancel: broken,
      pending: () => [stored as never],
    },
  })
  expect(await pay()).toMatchObject({ reason: 'approval_failed', cause: { code: 'approvals/unreadable-entry' } })
  for (const route of Object.values(ROUTES))
    await expect(route(approvals)).rejects.toMatchObject({ code: 'approvals/unreadable-entry' })
  expect(paid).toEqual([])
})

test("a request or an edit that is too long, and one that isn't JSON, is refused", async () => {
  const { pay, approvals, clock } = payBench({ maxLength: 200, waitMs: 0 })
  await pay()
  for (const edited of [{ to: 'x'.repeat(300) }, JSON.stringify({ to: 'x'.repeat(300) })])
    await expect(approvals.decide(ID, { approved: true, arguments: edited }, ADA)).rejects.toMatchObject({
      code: 'approvals/too-large',
      message:
        'decide(): the edited arguments have 309 characters, and maxLength of new Approvals() is 200. Raise maxLength, or let the arguments refer to large data.',
    })
  for (const edited of [{ euros: 1n }, '{"euros":', JSON.parse('{"__proto__":{"a":1}}'), nested(65)])
    await expect(approvals.decide(ID, { approved: true, arguments: edited }, ADA)).rejects.toMatchObject({
      code: 'approvals/illegal-option',
      message: expect.stringMatching(/^decide\(\): arguments cannot be used: /) as string,
    })
  const { call } = payBench({ maxLength: 200 })
  expect(await call('pay', { euros: 1, to: 'x'.repeat(200) }, { clock })).toMatchObject({
    reason: 'approval_failed',
    cause: { code: 'approvals/too-large' },
  })
})

test('what comes from outside is checked', async () => {
  const { approvals } = payBench()
  const decide = approvals.decide.bind(approvals) as (...given: readonly unknown[]) => Promise<unknown>
  for (const [given, says] of [
    [[7, { approved: true }], /the id must be that of an approval, not 7/],
    [['a\u0000', { approved: true }], /the id must be/],
    [['x'.repeat(257), { approved: true }], /the id must be/],
    [[ID], /the options must be an object, not undefined/],
    [[ID, 'yes'], /the options must be an object, not a string/],
    [[ID, {}], /approved is missing: it must be true or false/],
    [[ID, { approved: 'yes' }], /approved must be true or false, not "yes"/],
    [[ID, { approved: true, args: {} }], /unknown option "args"/],
    [[ID, { approved: false, arguments: {} }], /arguments need approved: true/],
    [[ID, { approved: true, reason: 'x'.repeat(2_001) }], /reason must be a string of at most 2000 characters/],
    [[ID, { approved: true, decidedBy: 'ada' }], /unknown option "decidedBy"/],
    [[ID, { approved: true }, { ...ADA, roles: 'admin' }], /roles must be an array of strings, not "admin"/],
    [[ID, { approved: true }, ADA, ADA], /unknown option "orgId"/],
    [[ID, { approved: true }, ADA, { of: { user: 'ada' } }], /unknown option "user"/],
    [[ID, { approved: true }, { userId: 7 }], /userId must be a string, not 7/],
    [[ID, { approved: true }, { user: 'ada' }], /unknown option "user"/],
  ] as const)
    await expect(decide(...given)).rejects.toMatchObject({
      code: 'approvals/illegal-option',
      message: expect.stringMatching(says) as string,
    })
  await expect(approvals.pending({}, { limit: 0 })).rejects.toThrow('limit must be')
  for (const options of [
    { store: {} },
    { ttlMs: 0 },
    { retentionMs: 0.5 },
    { waitMs: -1 },
    { storeTimeoutMs: 0 },
    { maxLength: 0 },
    { pollMs: 1 },
  ])
    expect(() => new Approvals(options as ApprovalsOptions)).toThrow('new Approvals()')
  for (const options of [{ maxEntries: 0 }, { maxLength: 0 }, { clock: {} }])
    expect(() => memoryApprovalStore(options as never)).toThrow('memoryApprovalStore()')
})

test('an approval that does not exist is named, with what to call', async () => {
  const { approvals } = payBench()
  const says = (call: string) =>
    `There is no approval "nope" of this user and tenant. Check the id, and pass the orgId and userId of the run that asks: ${call}.`
  await expect(approvals.cancel('nope', ADA)).rejects.toThrow(says('cancel(id, { orgId, userId })'))
  await expect(approvals.decide('nope', { approved: true }, ADA)).rejects.toThrow(
    says('decide(id, answer, by, { of: { userId } })'),
  )
})

test('a hook that does not pass the call and the context on is refused', async () => {
  const { approvals } = payBench()
  const approve = approvals.approve as (...given: readonly unknown[]) => Promise<unknown>
  for (const [given, says] of [
    [[], /^approve\(\): call must be a resolved call, not undefined; context must be /],
    [[7, {}], /call must be a resolved call, not 7/],
    [
      [{ name: 'pay', callId: 'pay-1' }],
      /context must be the context of the hook, with ids, signal and clock, not undefined/,
    ],
    [
      [{ name: 'pay', callId: 'pay-1' }, { ids: ADA }],
      /context must be the context of the hook, with ids, signal and clock/,
    ],
  ] as const)
    await expect(approve(...given)).rejects.toMatchObject({
      code: 'approvals/illegal-option',
      message: expect.stringMatching(says) as string,
    })
  await expect(approve()).rejects.toThrow(
    'Pass on what the executor passes: (call, context) => approvals.approve(call, context).',
  )
})

test('a full store in memory forgets what is closed, and refuses more when all is open', async () => {
  const clock = manualClock()
  const store = memoryApprovalStore({ clock, maxEntries: 3 })
  const request = async (id: string, ttlMs = 1_000) =>
    store.request('o', id, { tenant: '', request: '', ttlMs, retentionMs: 1e9 })
  for (const id of ['a', 'b']) await request(id)
  await request('c', 10)
  await expect(request('d')).rejects.toThrow(/memoryApprovalStore\(\) is full with 3 open approvals \(maxEntries 3/)
  await clock.advance(10)
  await request('d')
  expect(await store.find('o', 'c')).toBeUndefined()
  await store.decide('o', 'a', { approved: true, decision: '' })
  await expect(request('e')).rejects.toMatchObject({ code: 'approvals/full' })
  await store.use('o', 'a', 't')
  await request('e')
  expect(await store.find('o', 'a')).toBeUndefined()
  for (const id of ['b', 'd', 'e']) expect(await store.find('o', id)).toMatchObject({ status: 'pending' })
})

test('a store in memory is full when its texts are too long together', async () => {
  const store = memoryApprovalStore({ maxLength: 400 })
  const request = async (id: string, length: number) =>
    store.request('o', id, { tenant: '', request: 'x'.repeat(length), ttlMs: 1e6, retentionMs: 1 })
  await request('a', 200)
  await expect(request('b', 100)).rejects.toThrow('maxLength 400 characters')
  await store.cancel('o', 'a')
  await request('b', 100)
  // A decision counts too.
  await store.decide('o', 'b', { approved: true, decision: 'x'.repeat(160) })
  await expect(request('c', 0)).rejects.toMatchObject({ code: 'approvals/full' })
})

test('a request that is larger than a store in memory is refused, and nothing is forgotten for it', async () => {
  const store = memoryApprovalStore({ maxLength: 400 })
  const request = async (id: string, length: number) =>
    store.request('o', id, { tenant: '', request: 'x'.repeat(length), ttlMs: 1e6, retentionMs: 1e6 })
  await request('a', 10)
  await store.cancel('o', 'a')
  await expect(request('b', 400)).rejects.toMatchObject({
    code: 'approvals/full',
    message: expect.stringContaining('larger than memoryApprovalStore() may be altogether: 400 characters') as string,
  })
  expect(await store.find('o', 'a')).toMatchObject({ status: 'cancelled' })
})

test('a store in memory lists one tenant without a look at the others', async () => {
  let looks = 0
  const store = memoryApprovalStore({ clock: { ...manualClock(), now: () => ++looks } })
  const request = async (tenant: string, id: string) =>
    store.request(`${tenant}/ada`, id, { tenant, request: '', ttlMs: 1e9, retentionMs: 1e9 })
  for (let n = 0; n < 2_000; n++) await request('other', `${n}`)
  for (const id of ['a', 'b']) await request('acme', id)
  looks = 0
  expect(await store.pending({ tenant: 'acme', limit: 100, after: 0 })).toMatchObject([{ id: 'a' }, { id: 'b' }])
  expect(await store.pending({ owner: 'acme/ada', limit: 100, after: 0 })).toMatchObject([{ id: 'a' }, { id: 'b' }])
  expect(looks).toBeLessThan(20)
})

test('a stage suspends with its approval, and two processes that resume it call the tool once, with the edited arguments', async () => {
  const store = memoryApprovalStore()
  const paid: unknown[] = []
  const process = () => billsGraph(new Approvals({ store, waitMs: 0 }), (euros) => paid.push(euros))
  const first = await process().run(ADA)
  expect(first.status).toBe('suspended')
  const id = first.status === 'suspended' ? (first.requests['pay'] as string) : ''
  expect(id).toBe(`${first.report.pipelineRunId}/pay-1`)
  const state = JSON.stringify(first)

  // Resumed too early: it is suspended again.
  expect(await resumeRun(process(), JSON.parse(state), { pay: true })).toMatchObject({ status: 'suspended' })
  expect(paid).toEqual([])

  await new Approvals({ store }).decide(id, { approved: true, arguments: { euros: 50 } }, ADA)
  const ended = await Promise.all([1, 2].map(() => resumeRun(process(), JSON.parse(state), { pay: true })))
  expect(paid).toEqual([50])
  expect(ended.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'completed'])
  expect(ended.find(({ status }) => status === 'completed')?.data.pay).toEqual({ text: '50 euros paid' })
  expect(ended.find(({ status }) => status === 'cancelled')).toMatchObject({ reason: 'approval_used' })
  expect(await resumeRun(process(), JSON.parse(state), { pay: true })).toMatchObject({ reason: 'approval_used' })
  expect(paid).toEqual([50])
})

test('with an idempotency key, both processes get the result of the one call', async () => {
  const store = memoryApprovalStore()
  const resultStore = memoryStore()
  const ids = { pipelineRunId: 'run-1', ...ADA }
  const paid: unknown[] = []
  const process = () => {
    const { approve } = new Approvals({ store, waitMs: 0 })
    const { call } = bench([tool('pay', (input) => paid.push(input))], { approve, resultStore })
    return call('pay', { euros: 900 }, { ids, idempotencyKey: ({ callId }) => `run-1/${callId}` })
  }
  const asked = await process()
  expect(asked).toMatchObject({ status: 'denied', reason: 'approval_pending' })
  await new Approvals({ store }).decide('run-1/call-0', { approved: true, arguments: { euros: 50 } }, ADA)
  const first = await process()
  const second = await process()
  expect(paid).toEqual([{ euros: 50 }])
  expect(first).toMatchObject({ status: 'completed', output: 1, editedArguments: { euros: 50 } })
  expect(second).toMatchObject({ status: 'completed', output: 1, editedArguments: { euros: 50 }, replayed: true })
})

/** Arrays in arrays. */
function nested(levels: number): unknown {
  let value: unknown = {}
  for (let level = 1; level < levels; level++) value = [value]
  return { value }
}
