import { type Interceptor, Pipeline, type PipelineResult, StageOutput, StageflowError } from '@stageflow/core'
import type { RunOptions, StageContext, StageOptions, SuspendedResult } from '@stageflow/core'
import { admitRequest, resumeRun, resumeSettled, runDurable } from '@stageflow/core/durable'
import { manualClock, recordingSink } from '@stageflow/testing'
import { memoryExecutor } from '@stageflow/testing/durable'
import { expect, test } from 'vitest'

import { codesOf } from '../test/runs.ts'
import { type AuthOptions, type Claims, IDENTITY, type OrgEnforcementOptions, auth, orgEnforcement } from './index.ts'

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

test('answeredBy with several roles needs all of them', async () => {
  const graph = orders({}, { answeredBy: { roles: ['approver', 'payer'] } })
  const run = await suspendedRun(graph)
  for (const token of ['bo@acme:approver', 'bo@acme:payer'])
    await expect(resumeRun(graph, run, APPROVED, { token })).rejects.toMatchObject({ code: 'auth/foreign-run' })
  expect((await resumeRun(graph, run, APPROVED, { token: 'bo@acme:payer approver' })).status).toBe('completed')
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

// ---------- other shapes of tokens, graphs and lists

/** The claims are the token, as JSON. */
const asClaims = (token: string): Claims => JSON.parse(token) as Claims
const tokenOf = (claims: object): string => JSON.stringify(claims)

test('claims that are nested are kept as they are, and organizations are compared by their source', async () => {
  const graph = orders(
    {
      verify: asClaims,
      orgId: ({ org }) => (org as { readonly id: string }).id,
      roles: ({ realm }) => (realm as { readonly roles: readonly string[] } | undefined)?.roles,
    },
    BOSS,
  )
  const ada = tokenOf({ sub: 'ada', org: { id: 'acme', name: 'Acme' }, realm: { roles: [] } })
  const run = await suspendedRun(graph, ada)
  expect(run.kept).toMatchObject({ auth: { identity: { orgId: 'acme' }, claims: { org: { name: 'Acme' } } } })
  const boss = (id: string) => tokenOf({ sub: 'bo', org: { id }, realm: { roles: ['approver'] } })
  await expect(resumeRun(graph, run, APPROVED, { token: boss('evil') })).rejects.toMatchObject({
    code: 'auth/foreign-run',
  })
  // The organization is an object for a token that says it otherwise.
  await expect(
    resumeRun(graph, run, APPROVED, { token: tokenOf({ sub: 'bo', org: { id: { id: 'acme' } } }) }),
  ).rejects.toMatchObject({ code: 'auth/illegal-claim' })
  expect((await resumeRun(graph, run, APPROVED, { token: boss('acme') })).status).toBe('completed')
})

test('an owner without an organization is another one than the same user with one', async () => {
  const graph = orders({ verify: asClaims })
  const personal = tokenOf({ sub: 'ada' })
  const run = await suspendedRun(graph, personal)
  for (const other of [{ sub: 'ada', org_id: 'acme' }, { sub: 'eve' }])
    await expect(resumeRun(graph, run, APPROVED, { token: tokenOf(other) })).rejects.toMatchObject({
      code: 'auth/foreign-run',
    })
  const { data } = await resumeRun(graph, run, APPROVED, { token: tokenOf({ sub: 'ada', org_id: null }) })
  expect(data.boss).toMatchObject({ userId: 'ada', orgId: undefined })
})

test('tokens without a user let their organization in, and tokens without both let no other caller in', async () => {
  const service = orders({ verify: asClaims, userId: false })
  const run = await suspendedRun(service, tokenOf({ org_id: 'acme' }))
  await expect(resumeRun(service, run, APPROVED, { token: tokenOf({ org_id: 'evil' }) })).rejects.toMatchObject({
    code: 'auth/foreign-run',
  })
  expect((await resumeRun(service, run, APPROVED, { token: tokenOf({ org_id: 'acme' }) })).status).toBe('completed')

  const nameless = orders({ verify: asClaims, userId: false, orgId: false })
  const open = await suspendedRun(nameless, '{}')
  await expect(resumeRun(nameless, open, APPROVED, { token: '{}' })).rejects.toMatchObject({ code: 'auth/foreign-run' })
  const ruled = orders({ verify: asClaims, userId: false, orgId: false, allows: () => true })
  expect((await resumeRun(ruled, open, APPROVED, { token: '{}' })).status).toBe('completed')
})

test('a user who has lost a role between two legs runs without it, and so do the child runs', async () => {
  let roles: readonly string[] = ['payer']
  const kid = new Pipeline('kid').withStage('pay', () => ({ paid: true }), { authorize: { roles: ['payer'] } })
  const graph = new Pipeline('order')
    .withStage('boss', ask)
    .withPipeline('kid', kid, { dependencies: ['boss'] })
    .build({ interceptors: [auth({ verify, renew: (identity) => ({ ...identity, roles }) })], clock: manualClock() })
  const begin = async () => {
    const first = await graph.run({}, { token: 'ada@acme:payer' })
    if (first.status !== 'suspended') throw new Error(first.status)
    return first
  }
  expect((await resumeRun(graph, await begin(), APPROVED, { token: 'ada@acme' })).status).toBe('completed')
  roles = []
  // The token of today still has the role. It says who answers, and no more.
  const result = await resumeSettled(graph, await begin(), APPROVED, { token: 'ada@acme:payer' })
  expect(result.children['kid']?.errors.map(({ code }) => code)).toEqual(['auth/forbidden'])
})

test('a later leg and its child runs see no token, whether the one who answers has passed it or an executor', async () => {
  const seen: unknown[] = []
  const see: Interceptor = {
    name: 'see',
    onRun: ({ options, parent }) => void seen.push([parent?.stage, options.token]),
  }
  const graph = new Pipeline('order')
    .withStage('boss', ask, BOSS)
    .withPipeline(
      'kid',
      new Pipeline('kid').withStage('a', () => ({})),
      { dependencies: ['boss'] },
    )
    .build({ interceptors: [auth({ verify }), see] })
  const first = await graph.run({}, { token: 'ada@acme' })
  if (first.status !== 'suspended') throw new Error(first.status)
  await resumeRun(graph, first, APPROVED, { token: 'bo@acme:approver' })
  expect(seen.splice(0)).toEqual([
    [undefined, 'ada@acme'],
    [undefined, undefined],
    ['kid', undefined],
  ])
  const { kept } = await admitRequest(graph, { action: 'start', runId: 'r', input: {}, options: { token: 'ada@acme' } })
  const executor = memoryExecutor()
  const leg = () =>
    executor.run({ runId: 'r', startedAt: 0, input: {}, kept }, (one) =>
      runDurable(graph, one, { token: 'eve@evil:admin' }),
    )
  await leg()
  executor.answer('r', 'boss', 'yes')
  const { data } = await leg()
  expect(data.boss).toMatchObject({ userId: 'ada', orgId: 'acme', roles: [] })
  expect(seen).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    ['kid', undefined],
  ])
})

test('answeredBy counts for the stage that asks: inside a child pipeline, and for each item of a map', async () => {
  const kid = new Pipeline('kid').withStage('check', ask, BOSS).withStage('own', ask)
  const graph = new Pipeline('order')
    .withPipeline('kid', kid)
    .withMap('letters', { over: () => [1, 2], each: (_letter, context) => ask(context as StageContext), ...BOSS })
    .build({ interceptors: [auth({ verify })], clock: manualClock() })
  const first = await graph.run({}, { token: 'ada@acme' })
  if (first.status !== 'suspended') throw new Error(first.status)
  const boss = { token: 'bo@acme:approver' }
  const ada = { token: 'ada@acme' }
  const forbidden: readonly [answers: object, caller: RunOptions][] = [
    [{ kid: { check: 1 } }, ada],
    [{ kid: { own: 1 } }, boss],
    [{ letters: { 1: 1 } }, ada],
    // One answer that is not for the caller refuses them all.
    [{ kid: { check: 1, own: 1 } }, boss],
    [{ kid: { check: 1 }, letters: { 0: 1 } }, ada],
  ]
  for (const [answers, caller] of forbidden)
    await expect(resumeRun(graph, first, answers, caller)).rejects.toMatchObject({ code: 'auth/foreign-run' })
  const second = await resumeRun(graph, first, { kid: { check: 1 }, letters: { 0: 1, 1: 1 } }, boss)
  if (second.status !== 'suspended') throw new Error(second.status)
  expect((await resumeRun(graph, second, { kid: { own: 1 } }, ada)).status).toBe('completed')
})

test('two auths do not build into one list, and a child graph with another one does not run durably', async () => {
  const pipeline = new Pipeline('order').withStage('boss', ask)
  expect(() => pipeline.build({ interceptors: [auth({ verify }), auth({ verify: asClaims })] })).toThrow(
    'Two interceptors are named "auth"',
  )
  const kid = new Pipeline('kid').withStage('check', ask).build({ interceptors: [auth({ verify: asClaims })] })
  const graph = new Pipeline('order').withPipeline('kid', kid).build({ interceptors: [auth({ verify })] })
  const request = { action: 'start', runId: 'r', input: {}, options: { token: 'ada@acme' } } as const
  const { kept } = await admitRequest(graph, request)
  const executor = memoryExecutor()
  const leg = executor.run({ runId: 'r', startedAt: 0, input: {}, kept }, (one) => runDurable(graph, one))
  await expect(leg).rejects.toMatchObject({ code: 'core/not-durable', message: expect.stringContaining('"auth"') })
  expect(executor.facts('r')).toEqual([])
})

test('a run that began without auth, and is stored, cannot be continued behind it by any caller', async () => {
  const open = new Pipeline('order').withStage('boss', ask).build()
  const run = JSON.parse(JSON.stringify(await open.run({ userId: 'ada', orgId: 'acme' }))) as Suspended
  // The ids of its input were never verified.
  await expect(resumeRun(orders(), run, APPROVED, { token: 'ada@acme' })).rejects.toMatchObject({
    code: 'auth/ownerless-run',
  })
  const executor = memoryExecutor()
  const start = { runId: 'r', startedAt: 0, input: { userId: 'ada', orgId: 'acme' } }
  await executor.run(start, (one) => runDurable(open, one))
  executor.answer('r', 'boss', 'yes')
  await expect(executor.run(start, (one) => runDurable(orders(), one))).rejects.toMatchObject({
    code: 'auth/ownerless-run',
  })
  for (const action of ['attach', 'answer', 'cancel', 'interrupt', 'retry', 'read'] as const)
    await expect(
      admitRequest(orders(), { action, runId: 'r', input: start.input, kept: {}, options: { token: 'ada@acme' } }),
    ).rejects.toMatchObject({ code: 'auth/ownerless-run' })
})

test('a run about something of another organization is refused before it is there: it belongs to no stranger for a moment', async () => {
  const seen: unknown[] = []
  const resourceOrgId: OrgEnforcementOptions['resourceOrgId'] = async ({ snapshot, userId, orgId, pipeline }) => {
    seen.push([pipeline.name, userId, orgId])
    const owner = snapshot.metadata['owner']
    if (owner === 'broken') throw new Error('no database')
    return owner as string | undefined
  }
  const graph = orders({}, {}, [orgEnforcement({ resourceOrgId })])
  const start = (token: string, owner?: string) =>
    admitRequest(graph, { action: 'start', runId: 'r', input: { metadata: { owner } }, options: { token } })
  await expect(start('eve@evil', 'acme')).rejects.toMatchObject({ code: 'auth/foreign-tenant' })
  await expect(start('ada@acme', 'broken')).rejects.toMatchObject({ code: 'auth/resource-failed' })
  for (const owner of ['acme', undefined])
    expect((await start('ada@acme', owner)).kept).toMatchObject({ 'org-enforcement': { orgId: 'acme' } })
  expect(seen[0]).toEqual(['order', 'eve', 'evil'])
})

test('an answer for no stage that the graph knows is only admitted from who began the run', async () => {
  const graph = orders({}, BOSS)
  const { kept } = await suspendedRun(graph)
  for (const answers of [[], [['gone']]]) {
    const request = { action: 'answer', runId: 'r', input: {}, kept, answers } as const
    const admitted = (token: string) => admitRequest(graph, { ...request, options: { token } })
    await expect(admitted('bo@acme:approver')).rejects.toMatchObject({ code: 'auth/foreign-run' })
    expect((await admitted('ada@acme')).by).toMatchObject({ userId: 'ada' })
  }
})

test('what is kept of an admitted start has no token', async () => {
  const token = 'ada@acme:approver'
  const { kept, by } = await admitRequest(orders(), { action: 'start', runId: 'r', input: {}, options: { token } })
  expect(JSON.stringify([kept, by])).toContain('ada')
  expect(JSON.stringify([kept, by])).not.toContain(token)
})

test('the audit trail of admitted and refused requests: who asked what of which run, from where', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('order')
    .withStage('boss', ask, BOSS)
    .build({ interceptors: [auth({ verify })], eventSink: sink, clock: manualClock() })
  const client = { ipAddress: '203.0.113.7', userAgent: 'curl/8' }
  const asked = { runId: 'order-7', input: {}, answers: [['boss']] } as const
  const started = await admitRequest(graph, { ...asked, action: 'start', options: { token: 'ada@acme', client } })
  const { kept } = started
  await admitRequest(graph, { ...asked, kept, action: 'answer', options: { token: 'bo@acme:approver', client } })
  const refused: [options: RunOptions, code: string][] = [
    [{ token: 'eve@evil', client }, 'auth/foreign-run'],
    [{ token: 'nonsense', client }, 'acme/bad-token'],
    [{ client: { ipAddress: 'x'.repeat(300) } }, 'auth/missing-token'],
  ]
  for (const [options, code] of refused)
    await expect(admitRequest(graph, { ...asked, kept, action: 'cancel', options })).rejects.toMatchObject({ code })
  expect(sink.events.map(({ type, seq, pipelineRunId, data }) => [type, seq, pipelineRunId, data])).toEqual([
    ['auth.login', -1, 'order-7', { userId: 'ada', orgId: 'acme', action: 'start', ...client }],
    ['auth.login', -1, 'order-7', { userId: 'bo', orgId: 'acme', action: 'answer', ...client }],
    ...[
      { reason: 'auth/foreign-run', retryable: false, userId: 'eve', orgId: 'evil', action: 'cancel', ...client },
      { reason: 'acme/bad-token', retryable: false, action: 'cancel', ...client },
      { reason: 'auth/missing-token', retryable: false, action: 'cancel', ipAddress: 'x'.repeat(256) },
    ].flatMap((data) => [
      ['auth.failure', -1, 'order-7', data],
      ['run.refused', -1, 'order-7', expect.objectContaining({ action: 'cancel', code: data.reason })],
    ]),
  ])
  expect(JSON.stringify(sink.events)).not.toMatch(/ada@acme|bo@acme|eve@evil|nonsense/)
})

test('a request of another organization is tenant.access_denied, at the start and later', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('order').withStage('boss', ask).build({
    interceptors: [
      auth({ verify, allows: () => true }),
      orgEnforcement({ resourceOrgId: ({ snapshot }) => snapshot.inputText }),
    ],
    eventSink: sink,
    clock: manualClock(),
  })
  const asked = { runId: 'order-7', input: { inputText: 'acme' } }
  const { kept } = await admitRequest(graph, { ...asked, action: 'start', options: { token: 'ada@acme' } })
  for (const [action, token] of [
    ['start', 'eve@evil'],
    ['read', 'eve@evil'],
  ] as const)
    await expect(
      admitRequest(graph, { ...asked, kept: action === 'start' ? undefined : kept, action, options: { token } }),
    ).rejects.toMatchObject({ code: 'auth/foreign-tenant' })
  const denied = sink.events.filter(({ type }) => type === 'tenant.access_denied')
  expect(denied.map(({ data }) => data)).toEqual([
    { userId: 'eve', userOrgId: 'evil', resourceOrgId: 'acme' },
    { userId: 'eve', userOrgId: 'evil', resourceOrgId: 'acme' },
  ])
})

test('an answer for one more stage, added while the caller is verified, does not count', async () => {
  const pipeline = new Pipeline('order').withStage('boss', ask, BOSS).withStage('note', ask)
  const graph = pipeline.build({ interceptors: [auth({ verify })], clock: manualClock() })
  const run = await graph.run({}, { token: 'ada@acme' })
  const answers: Record<string, unknown> = { note: 'blue' }
  const adding = pipeline.build({
    interceptors: [
      auth({
        verify: async (token) => {
          answers['boss'] = 'approved by ada herself'
          return verify(token)
        },
      }),
    ],
    clock: manualClock(),
  })
  const resumed = resumeRun(adding, run as never, answers as never, { token: 'ada@acme' })
  await expect(resumed).rejects.toMatchObject({ code: 'core/resume', message: expect.stringContaining('have changed') })
})
