import { type Interceptor, Pipeline, type PipelineResult, StageOutput, StageflowError } from '@stageflow/core'
import type { RunOptions, StageContext, StageOptions, SuspendedResult } from '@stageflow/core'
import { admitRequest, resumeRun, resumeSettled } from '@stageflow/core/durable'
import { manualClock } from '@stageflow/testing'
import { expect, test } from 'vitest'

import { codesOf } from '../test/runs.ts'
import { type AuthOptions, type Claims, IDENTITY, auth, orgEnforcement } from './index.ts'

/** A token is its user, organization and roles: `ada@acme:approver`. */
const verify = (token: string): Claims => {
  const [, sub, org_id, roles = ''] = /^(\w+)@(\w+)(?::([\w ]+))?$/.exec(token) ?? []
  if (sub === undefined) throw new StageflowError('acme/bad-token', 'This token is bad.')
  return { sub, org_id, roles }
}

const ask = ({ resumed, userId, orgId, get }: StageContext) =>
  resumed === undefined
    ? StageOutput.suspend('May I?')
    : { answer: resumed.answer, by: resumed.by, userId, orgId, roles: get(IDENTITY)?.roles }

const orders = (options: Partial<AuthOptions> = {}, stage: StageOptions = {}, inside: readonly Interceptor[] = []) =>
  new Pipeline('order')
    .withStage('boss', ask, stage)
    .build({ interceptors: [auth({ verify, ...options }), ...inside], clock: manualClock() })

type Orders = ReturnType<typeof orders>
type Suspended = SuspendedResult<{ boss: unknown }>

async function suspendedRun(graph: Orders, token = 'ada@acme'): Promise<Suspended> {
  const result: PipelineResult<{ boss: unknown }> = await graph.run({}, { token })
  if (result.status !== 'suspended') throw new Error(`the run is ${result.status}`)
  // As a store gives it back.
  return JSON.parse(JSON.stringify(result)) as Suspended
}

const APPROVED = { boss: 'yes' }
const BOSS = { answeredBy: { roles: ['approver'] } } as const

test('a run that suspended belongs to the user who began it: others cannot answer it, with or without a token', async () => {
  const graph = orders()
  const run = await suspendedRun(graph)
  expect(JSON.stringify(run)).not.toContain('ada@acme')
  const answers: [token: string | undefined, code: string][] = [
    ['eve@acme', 'auth/foreign-run'],
    ['ada@evil', 'auth/foreign-run'],
    ['eve@acme:approver admin', 'auth/foreign-run'],
    ['nonsense', 'acme/bad-token'],
    [undefined, 'auth/missing-token'],
  ]
  for (const [token, code] of answers)
    await expect(resumeRun(graph, run, APPROVED, { token })).rejects.toMatchObject({ code })
  const { data } = await resumeRun(graph, run, APPROVED, { token: 'ada@acme' })
  expect(data.boss).toMatchObject({ answer: 'yes', by: { userId: 'ada', orgId: 'acme' }, userId: 'ada' })
})

test('answeredBy around a child pipeline does not build: the stages inside it ask, and it would not hold for them', () => {
  const child = new Pipeline('kid').withStage('check', ask)
  const outside = new Pipeline('order').withPipeline('kid', child, BOSS)
  expect(() => outside.build({ interceptors: [auth({ verify })] })).toThrow(
    /answeredBy of stage "kid" would not hold: the stages of "kid" ask/,
  )
  const inside = new Pipeline('order').withPipeline('kid', new Pipeline('kid').withStage('check', ask, BOSS))
  expect(() => inside.build({ interceptors: [auth({ verify })] })).not.toThrow()
})

test('answeredBy lets a user of the organization with the roles answer, and the run goes on for the user who began it', async () => {
  const graph = orders({}, BOSS)
  const run = await suspendedRun(graph)
  for (const token of ['ada@acme', 'bo@acme:clerk', 'bo@evil:approver'])
    await expect(resumeRun(graph, run, APPROVED, { token })).rejects.toMatchObject({ code: 'auth/foreign-run' })
  const { data } = await resumeRun(graph, run, APPROVED, { token: 'bo@acme:clerk approver' })
  expect(data.boss).toEqual({
    answer: 'yes',
    by: { userId: 'bo', orgId: 'acme' },
    userId: 'ada',
    orgId: 'acme',
    roles: [],
  })
})

test('answeredBy: false is as if it were not there, and an illegal one does not build', async () => {
  const graph = orders({}, { answeredBy: false })
  const run = await suspendedRun(graph)
  expect((await resumeRun(graph, run, APPROVED, { token: 'ada@acme' })).status).toBe('completed')
  expect(() => orders({}, { answeredBy: { roles: [] } })).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ cause: expect.objectContaining({ code: 'auth/illegal-option' }) })],
    }),
  )
})

test('what allows returns counts instead: only true lets the caller in', async () => {
  const seen: unknown[] = []
  for (const answer of [true, false, undefined, 1, 'yes'] as never[]) {
    const graph = orders({ allows: (request) => (seen.push(request), answer) })
    const run = await suspendedRun(graph)
    const given = resumeRun(graph, run, APPROVED, { token: 'eve@acme' })
    if (answer === true) expect((await given).status).toBe('completed')
    else await expect(given).rejects.toMatchObject({ code: 'auth/foreign-run' })
  }
  expect(seen[0]).toMatchObject({
    action: 'answer',
    asked: [{ name: 'boss' }],
    caller: { userId: 'eve', orgId: 'acme' },
    owner: { userId: 'ada', orgId: 'acme' },
  })
})

test.each<[what: string, options: Partial<AuthOptions>, code: string, message: string]>([
  [
    'allows throws',
    {
      allows: () => {
        throw new Error('no database')
      },
    },
    'auth/allows-failed',
    'no database',
  ],
  [
    'allows throws with a code',
    {
      allows: () => {
        throw new StageflowError('acme/closed', 'closed')
      },
    },
    'acme/closed',
    'closed',
  ],
  ['allows rejects', { allows: () => Promise.reject(new Error('down')) }, 'auth/allows-failed', 'down'],
])('if %s, the caller is refused', async (_what, options, code, message) => {
  const graph = orders(options)
  const run = await suspendedRun(graph)
  await expect(resumeRun(graph, run, APPROVED, { token: 'ada@acme' })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

test('a check of the app that hangs ends after verifyTimeoutMs', async () => {
  const clock = manualClock()
  const graph = new Pipeline('order').withStage('boss', ask).build({
    clock,
    interceptors: [auth({ verify, verifyTimeoutMs: 100, allows: () => new Promise(() => {}) })],
  })
  const run = await suspendedRun(graph)
  const given = resumeRun(graph, run, APPROVED, { token: 'ada@acme' })
  const ended = expect(given).rejects.toMatchObject({ code: 'auth/timed-out' })
  await clock.advance(100)
  await ended
  expect(clock.timers).toEqual([])
})

// ---------- renew

test('renew says who the user is when the run goes on: with other roles, or not at all', async () => {
  let roles: readonly string[] | undefined = ['editor']
  const graph = orders({
    renew: (identity) => (roles === undefined ? undefined : { ...identity, roles }),
  })
  const run = await suspendedRun(graph, 'ada@acme:writer')
  const { data } = await resumeRun(graph, run, APPROVED, { token: 'ada@acme' })
  expect(data.boss).toMatchObject({ userId: 'ada', roles: ['editor'] })
  roles = undefined
  expect(codesOf(await resumeSettled(graph, run, APPROVED, { token: 'ada@acme' }))).toEqual(['auth/revoked'])
})

test.each<[what: string, renew: NonNullable<AuthOptions['renew']>, code: string]>([
  ['another user', (identity) => ({ ...identity, userId: 'eve' }), 'auth/renew-failed'],
  ['another organization', (identity) => ({ ...identity, orgId: 'evil' }), 'auth/renew-failed'],
  ['true', (() => true) as never, 'auth/renew-failed'],
  ['null', (() => null) as never, 'auth/renew-failed'],
  ['an error', () => Promise.reject(new Error('down')), 'auth/renew-failed'],
])('a renew that gives %s lets no leg go on', async (_what, renew, code) => {
  const graph = orders({ renew })
  const run = await suspendedRun(graph)
  expect(codesOf(await resumeSettled(graph, run, APPROVED, { token: 'ada@acme' }))).toEqual([code])
})

test('without renew a leg has the roles of the start, and authorize holds for who began the run, not for who answers', async () => {
  const graph = new Pipeline('order')
    .withStage('boss', ask, BOSS)
    .withStage('pay', () => ({ paid: true }), { dependencies: ['boss'], authorize: { roles: ['payer'] } })
    .build({ interceptors: [auth({ verify })] })
  const begin = async (token: string) =>
    JSON.parse(JSON.stringify(await graph.run({}, { token }))) as SuspendedResult<{ boss: unknown; pay: unknown }>
  const boss: RunOptions = { token: 'bo@acme:approver payer' }
  expect(codesOf(await resumeSettled(graph, await begin('ada@acme'), APPROVED, boss))).toEqual(['auth/forbidden'])
  expect((await resumeRun(graph, await begin('ada@acme:payer'), APPROVED, boss)).status).toBe('completed')
})

// ---------- runs that began otherwise

test('a run that began without auth has no owner (auth/ownerless-run)', async () => {
  const open = new Pipeline('order').withStage('boss', ask).build()
  const run = JSON.parse(JSON.stringify(await open.run())) as Suspended
  await expect(resumeRun(orders(), run, APPROVED, { token: 'ada@acme' })).rejects.toMatchObject({
    code: 'auth/ownerless-run',
  })
  await expect(
    resumeRun(orders(), { ...run, kept: { auth: 'ada' } }, APPROVED, { token: 'ada@acme' }),
  ).rejects.toMatchObject({ code: 'auth/ownerless-run' })
})

test('a run is not started for another user, organization or session than its token has', async () => {
  const graph = orders({ sessionId: 'sub' })
  const start = { action: 'start', runId: 'r', options: { token: 'ada@acme' } } as const
  const { kept, by } = await admitRequest(graph, { ...start, input: { userId: 'ada' } })
  expect(by).toEqual({ userId: 'ada', orgId: 'acme' })
  expect(kept['auth']).toMatchObject({ identity: { userId: 'ada', orgId: 'acme', sessionId: 'ada' } })
  for (const input of [{ userId: 'eve' }, { orgId: 'evil' }, { sessionId: 's' }, { runId: { userId: 'eve' } }])
    await expect(admitRequest(graph, { ...start, input })).rejects.toMatchObject({ code: 'auth/identity-mismatch' })
})

// ---------- organizations

test('orgEnforcement keeps a run in its organization, whatever allows says', async () => {
  const graph = orders({ allows: () => true }, {}, [orgEnforcement({ resourceOrgId: () => 'acme' })])
  const run = await suspendedRun(graph)
  for (const token of ['bo@evil', 'ada@evil'])
    await expect(resumeRun(graph, run, APPROVED, { token })).rejects.toMatchObject({ code: 'auth/foreign-tenant' })
  expect((await resumeRun(graph, run, APPROVED, { token: 'bo@acme' })).status).toBe('completed')
})
