import { StageflowError } from '@stageflow/core'
import type { ApprovalStore } from '@stageflow/keyed-work'
import { manualClock } from '@stageflow/testing'
import type { ExecutedCall, ToolContext } from '@stageflow/tools'
import { describe, expect, test } from 'vitest'

import { bench, tool } from '../../tool-executor/test/tool-bench.ts'
import { Approvals, memoryApprovalStore, type ApprovalsOptions, type AllowsDecision } from './index.ts'

const ADA = { orgId: 'acme', userId: 'ada' }
const BOB = { orgId: 'acme', userId: 'bob' }
const BOSS = { orgId: 'acme', userId: 'boss' }
const EVE = { orgId: 'evil', userId: 'eve' }
const ID = 'run-1/pay-1'

/** The same tenant, and another person with the role. */
const byAnotherApprover: AllowsDecision = ({ request, by }) =>
  by.orgId === request.orgId && by.userId !== request.userId && by.roles?.includes('approver') === true

function payBench(options: ApprovalsOptions = {}) {
  const contexts: ToolContext[] = []
  const pay = tool('pay', (_, context: ToolContext) => contexts.push(context))
  const clock = manualClock()
  const store = options.store ?? memoryApprovalStore({ clock })
  const approvals = new Approvals({ ...options, store })
  const own = bench([pay], { approve: approvals.approve })
  const payAs = (owner: object, callId = 'pay-1'): Promise<ExecutedCall> =>
    own.call('pay', { euros: 900 }, { callId, ids: { pipelineRunId: 'run-1', ...owner }, clock })
  return { ...own, clock, approvals, contexts, payAs }
}

test('an approver sees the open approvals of the tenant, and decides one of another user', async () => {
  const { approvals, clock, payAs, contexts, of } = payBench({ allows: byAnotherApprover })
  const paying = payAs(ADA)
  await clock.advance(0)
  const [open] = await approvals.pending({ orgId: 'acme' })
  expect(open).toMatchObject({ id: ID, action: 'pay', arguments: { euros: 900 }, orgId: 'acme', userId: 'ada' })
  const boss = { ...BOSS, roles: ['approver'] }
  expect(await approvals.decide(ID, { approved: true }, boss, { of: { userId: 'ada' } })).toMatchObject({
    status: 'approved',
    orgId: 'acme',
    userId: 'ada',
    decision: { approved: true, decidedBy: BOSS },
  })
  await clock.advance(1_000)
  expect(await paying).toMatchObject({ status: 'completed', decidedBy: BOSS })
  expect(contexts).toMatchObject([{ ...ADA, decidedBy: BOSS }])
  expect(of('approval.decided')).toMatchObject([{ decision: 'approved', decidedBy: BOSS }])
})

test('by default only the user who asks decides', async () => {
  const { approvals, clock, payAs } = payBench({ waitMs: 0 })
  await payAs(ADA)
  for (const by of [BOB, BOSS, { orgId: 'acme' }])
    await expect(approvals.decide(ID, { approved: true }, by, { of: { userId: 'ada' } })).rejects.toMatchObject({
      code: 'approvals/not-allowed',
    })
  expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'pending', decision: undefined })
  expect(await approvals.decide(ID, { approved: true }, ADA, { of: { userId: 'ada' } })).toMatchObject({
    decision: { decidedBy: ADA },
  })
  await clock.settle()
})

test('no rule lets anyone decide for another tenant, and for them the approval does not exist', async () => {
  const { approvals, payAs } = payBench({ waitMs: 0, allows: () => true })
  await payAs(ADA)
  for (const by of [EVE, {}, { userId: 'ada' }, { orgId: 'evil', userId: 'ada' }, { ...EVE, roles: ['approver'] }])
    for (const options of [undefined, { of: { userId: 'ada' } }])
      await expect(approvals.decide(ID, { approved: true }, by, options)).rejects.toMatchObject({
        code: 'approvals/unknown',
      })
  await expect(approvals.decide(ID, { approved: true }, EVE, { of: ADA as never })).rejects.toMatchObject({
    code: 'approvals/illegal-option',
    message: expect.stringContaining('unknown option "orgId"') as string,
  })
  expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'pending', decision: undefined })
})

test('a request of a tenant without a user is decided by whom the rule allows', async () => {
  const { approvals, payAs } = payBench({ waitMs: 0, allows: byAnotherApprover })
  await payAs({ orgId: 'acme' })
  const boss = { ...BOSS, roles: ['approver'] }
  await expect(approvals.decide(ID, { approved: true }, boss)).rejects.toMatchObject({ code: 'approvals/unknown' })
  expect(await approvals.decide(ID, { approved: true }, boss, { of: {} })).toMatchObject({
    userId: undefined,
    decision: { decidedBy: BOSS },
  })
})

test('the rule gets the question, the answer and who decides, and is asked again for a repeated decision', async () => {
  const asked: unknown[] = []
  const allows: AllowsDecision = (request) => {
    asked.push(request)
    return true
  }
  const { approvals, payAs } = payBench({ waitMs: 0, allows })
  await payAs(ADA)
  const answer = { approved: true, arguments: { euros: 50 } }
  const boss = { ...BOSS, roles: ['approver'] }
  await approvals.decide(ID, answer, boss, { of: { userId: 'ada' } })
  await approvals.decide(ID, answer, boss, { of: { userId: 'ada' } })
  const request = { id: ID, action: 'pay', arguments: { euros: 900 }, pipelineRunId: 'run-1', callId: 'pay-1', ...ADA }
  expect(asked).toMatchObject([
    { request: { ...request, status: 'pending' }, answer, by: boss },
    { request: { ...request, status: 'approved' }, answer, by: boss },
  ])
})

test('the same decision by another person is a second one, and is refused', async () => {
  const { approvals, payAs } = payBench({ waitMs: 0, allows: () => true })
  await payAs(ADA)
  await approvals.decide(ID, { approved: true }, BOSS, { of: { userId: 'ada' } })
  await expect(approvals.decide(ID, { approved: true }, BOB, { of: { userId: 'ada' } })).rejects.toMatchObject({
    code: 'approvals/not-waiting',
  })
  expect(await approvals.get(ID, ADA)).toMatchObject({ decision: { decidedBy: BOSS } })
})

test('who decides cannot be said in the answer', async () => {
  const { approvals, payAs } = payBench({ waitMs: 0 })
  await payAs(ADA)
  for (const forged of [{ decidedBy: BOSS }, { by: BOSS }])
    await expect(approvals.decide(ID, { approved: true, ...forged }, ADA)).rejects.toMatchObject({
      code: 'approvals/illegal-option',
    })
})

test('a denial says who denied it', async () => {
  const { approvals, clock, payAs, of } = payBench({ allows: () => true })
  const paying = payAs(ADA)
  await clock.advance(0)
  await approvals.decide(ID, { approved: false, reason: 'too much' }, BOSS, { of: { userId: 'ada' } })
  await clock.advance(1_000)
  expect(await paying).toMatchObject({ status: 'denied', reason: 'not_approved', decidedBy: BOSS })
  expect(of('approval.decided')).toMatchObject([{ decision: 'denied', decidedBy: BOSS }])
})

test('without users, a decision names no person', async () => {
  const { approvals, clock, payAs } = payBench()
  const paying = payAs({})
  await clock.advance(0)
  await approvals.decide(ID, { approved: true })
  await clock.advance(1_000)
  expect(await paying).toMatchObject({ status: 'completed' })
  expect(await paying).not.toHaveProperty('decidedBy')
})

describe('the rule fails closed:', () => {
  const refusing = async (allows: AllowsDecision, options: ApprovalsOptions = {}) => {
    const { approvals, payAs, contexts } = payBench({ waitMs: 0, allows, ...options })
    await payAs(ADA)
    const thrown: unknown = await approvals.decide(ID, { approved: true }, ADA).catch((error: unknown) => error)
    expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'pending', decision: undefined })
    expect(contexts).toEqual([])
    return thrown
  }

  test.each([false, undefined, null, 1, 'yes', {}, { allowed: true }])('%j refuses', async (answer) => {
    expect(await refusing(() => answer as never)).toMatchObject({ code: 'approvals/not-allowed' })
    expect(await refusing(async () => answer as never)).toMatchObject({ code: 'approvals/not-allowed' })
  })

  test('an error of the rule is the cause', async () => {
    const error = new Error('no directory')
    const failed = { code: 'approvals/allows-failed', cause: error }
    expect(await refusing(() => Promise.reject(error))).toMatchObject(failed)
    expect(
      await refusing(() => {
        throw error
      }),
    ).toMatchObject(failed)
  })

  test('a refusal of the app with a code of its own is what the caller gets', async () => {
    const error = new StageflowError('shop/not-in-office', 'Not today.')
    expect(await refusing(() => Promise.reject(error))).toBe(error)
  })

  test('a rule that hangs is waited for no longer than its limit', async () => {
    expect(await refusing(() => new Promise<never>(() => {}), { allowsTimeoutMs: 1 })).toMatchObject({
      code: 'approvals/timed-out',
      message: expect.stringContaining('allows did not answer within 1 ms') as string,
    })
  })
})

test('what does not exist is unknown before the rule is asked', async () => {
  let asked = 0
  const { approvals, payAs } = payBench({ waitMs: 0, allows: () => ++asked > 0 })
  await payAs(ADA)
  for (const of of [{ userId: 'bob' }, { userId: 'eve' }, {}])
    await expect(approvals.decide(ID, { approved: true }, BOSS, { of })).rejects.toMatchObject({
      code: 'approvals/unknown',
    })
  expect(asked).toBe(0)
})

test('a decision that comes while the rule is asked counts, and the other one is refused', async () => {
  const asked = Promise.withResolvers<boolean>()
  const { approvals, payAs } = payBench({ waitMs: 0, allows: ({ by }) => by.userId === 'ada' || asked.promise })
  await payAs(ADA)
  const late = approvals.decide(ID, { approved: true }, BOSS, { of: { userId: 'ada' } })
  await approvals.decide(ID, { approved: false }, ADA)
  asked.resolve(true)
  await expect(late).rejects.toMatchObject({ code: 'approvals/not-waiting' })
  expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'denied' })
})

test('a decision about a request that had ended does not count for another one that has taken its id meanwhile', async () => {
  const asked = Promise.withResolvers<boolean>()
  const { approvals, clock, call } = payBench({
    waitMs: 0,
    ttlMs: 1_000,
    retentionMs: 1_000,
    allows: () => asked.promise,
  })
  const pay = (euros: number) =>
    call('pay', { euros }, { callId: 'pay-1', ids: { pipelineRunId: 'run-1', ...ADA }, clock })
  await pay(900)
  await clock.advance(1_000)
  expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'expired' })
  const late = approvals.decide(ID, { approved: true }, ADA)
  await clock.settle()
  await clock.advance(1_000)
  await pay(1)
  asked.resolve(true)
  await expect(late).rejects.toMatchObject({ code: 'approvals/not-waiting' })
  expect(await approvals.get(ID, ADA)).toMatchObject({ status: 'pending', arguments: { euros: 1 } })
})

test('what the rule was asked is what counts, also if it changes meanwhile', async () => {
  const asked = Promise.withResolvers<boolean>()
  const { approvals, payAs } = payBench({ waitMs: 0, allows: () => asked.promise })
  await payAs(ADA)
  const [answer, by, of] = [{ approved: false, reason: 'no' }, { ...BOSS }, { userId: 'ada' }]
  const deciding = approvals.decide(ID, answer, by, { of })
  answer.approved = true
  by.userId = 'eve'
  of.userId = 'bob'
  asked.resolve(true)
  expect(await deciding).toMatchObject({
    status: 'denied',
    decision: { approved: false, reason: 'no', decidedBy: BOSS },
  })
})

describe('the list of a tenant', () => {
  test('has the approvals of all of its users and of runs without one, the oldest first', async () => {
    const { approvals, payAs } = payBench({ waitMs: 0 })
    await payAs(BOB)
    await payAs(EVE)
    await payAs({ orgId: 'acme' })
    await payAs({ userId: 'ada' })
    await payAs({})
    await payAs(ADA)
    const owners = async (of: object) => (await approvals.pending(of)).map(({ orgId, userId }) => ({ orgId, userId }))
    expect(await owners({ orgId: 'acme' })).toEqual([BOB, { orgId: 'acme', userId: undefined }, ADA])
    expect(await owners(ADA)).toEqual([ADA])
    expect(await owners({ userId: 'ada' })).toEqual([{ orgId: undefined, userId: 'ada' }])
    expect(await owners({})).toEqual([{ orgId: undefined, userId: undefined }])
    expect(await owners({ orgId: 'nobody' })).toEqual([])
  })

  test('tenants whose names look alike, or are long, are apart', async () => {
    const { approvals, payAs } = payBench({ waitMs: 0 })
    const tenants = ['a', 'A', 'a ', 'a"', 'a","b', 'o'.repeat(300), `${'o'.repeat(300)}p`]
    for (const orgId of tenants) await payAs({ orgId, userId: 'ada' })
    for (const orgId of tenants) expect(await approvals.pending({ orgId })).toMatchObject([{ orgId, userId: 'ada' }])
  })

  test('comes in pages, and a decision in between loses and repeats none', async () => {
    const { approvals, payAs } = payBench({ waitMs: 0 })
    const names = Array.from({ length: 7 }, (_, index) => `pay-${index}`)
    for (const [index, name] of names.entries()) await payAs(index % 2 === 0 ? ADA : BOB, name)
    const of = { orgId: 'acme' }
    const first = await approvals.pending(of, { limit: 3 })
    expect(first.map(({ callId }) => callId)).toEqual(names.slice(0, 3))
    await approvals.decide('run-1/pay-2', { approved: true }, ADA)
    await approvals.cancel('run-1/pay-3', BOB)
    const second = await approvals.pending(of, { limit: 2, after: first.at(-1)?.place as string })
    expect(second.map(({ callId }) => callId)).toEqual(['pay-4', 'pay-5'])
    const third = await approvals.pending(of, { after: second.at(-1)?.place as string })
    expect(third.map(({ callId }) => callId)).toEqual(['pay-6'])
    expect(await approvals.pending(of, { after: third.at(-1)?.place as string })).toEqual([])
  })

  test.each<{ orgId?: string | undefined; userId?: string | undefined }>([
    { orgId: undefined },
    { orgId: undefined, userId: 'ada' },
    { orgId: 'acme', userId: undefined },
    { orgId: undefined, userId: undefined },
  ])(
    'of %o is refused: a caller without an id must not see what is not theirs (approvals/illegal-option)',
    async (of) => {
      const { approvals, payAs } = payBench({ waitMs: 0 })
      await payAs(ADA)
      await payAs({})
      const refused = { code: 'approvals/illegal-option', message: expect.stringContaining('is undefined') as string }
      await expect(approvals.pending(of as never)).rejects.toMatchObject(refused)
      await expect(approvals.get(ID, of as never)).rejects.toMatchObject(refused)
      await expect(approvals.cancel(ID, of as never)).rejects.toMatchObject(refused)
      await expect(approvals.decide(ID, { approved: true }, of as never)).rejects.toMatchObject(refused)
      if ('userId' in of && of.userId === undefined)
        await expect(
          approvals.decide(ID, { approved: true }, ADA, { of: { userId: of.userId } as never }),
        ).rejects.toMatchObject(refused)
    },
  )

  test.each([{ limit: 0 }, { limit: 10_001 }, { after: 7 }, { after: '' }, { after: 'run-1/pay-1' }, { from: 1 }])(
    'with %o is refused (approvals/illegal-option)',
    async (page) => {
      const { approvals } = payBench()
      await expect(approvals.pending({ orgId: 'acme' }, page as never)).rejects.toMatchObject({
        code: 'approvals/illegal-option',
      })
    },
  )
})

test('a store that lists what has no place is refused (approvals/unreadable-entry)', async () => {
  const store = memoryApprovalStore()
  const placeless: ApprovalStore = {
    ...store,
    pending: async (query) => (await store.pending(query)).map((one) => ({ ...one, place: undefined as never })),
  }
  const { approvals, payAs } = payBench({ store: placeless, waitMs: 0 })
  await payAs(ADA)
  await expect(approvals.pending(ADA)).rejects.toMatchObject({ code: 'approvals/unreadable-entry' })
})

test.each([{ allows: true }, { allowsTimeoutMs: 0 }])('%o is refused (approvals/illegal-option)', (options) => {
  expect(() => new Approvals(options as never)).toThrow(
    expect.objectContaining({ code: 'approvals/illegal-option' }) as Error,
  )
})
