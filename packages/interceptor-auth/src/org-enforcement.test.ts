import { Pipeline } from '@stageflow/core'
import type { Interceptor, RunInput, RunOptions } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { codesOf } from '../test/runs.ts'
import { type Claims, type OrgEnforcementOptions, type OrgSubject, auth, orgEnforcement } from './index.ts'

let clock = manualClock()
let sink = recordingSink()
let started = 0
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  sink = recordingSink()
  started = 0
})

const token = 'token of ada'
const run = (
  claims: Claims,
  resourceOrgId: OrgEnforcementOptions['resourceOrgId'],
  options: RunOptions = { token },
  input: RunInput = {},
) =>
  new Pipeline('guarded')
    .withStage('answer', () => ({ started: ++started }))
    .build({
      clock,
      eventSink: sink,
      interceptors: [auth({ verify: () => claims }), orgEnforcement({ resourceOrgId })],
    })
    .runSettled(input, options)
const ofAcme: Claims = { sub: 'ada', org_id: 'acme' }

test('a user of the organization that owns the subject may run, whether the owner is found synchronously or not', async () => {
  expect(codesOf(await run(ofAcme, () => 'acme'))).toBe('completed')
  expect(codesOf(await run(ofAcme, async () => 'acme'))).toBe('completed')
  expect(sink.types()).not.toContain('tenant.access_denied')
})

test('case 1: a foreign tenant is a failure before any stage starts, with an event that holds no token (auth/foreign-tenant)', async () => {
  const result = await run(ofAcme, () => 'globex')
  expect([codesOf(result), started]).toEqual([['auth/foreign-tenant'], 0])
  expect(sink.types()).toEqual(['pipeline.started', 'auth.login', 'tenant.access_denied', 'pipeline.failed'])
  expect(sink.of('tenant.access_denied')[0]?.data).toEqual({
    userId: 'ada',
    userOrgId: 'acme',
    resourceOrgId: 'globex',
  })
  expect(JSON.stringify([result, sink.events])).not.toContain(token)
})

test.each([['Acme'], ['acme '], ['acm'], ['acme\0']])('%j is another organization than acme', async (owner) => {
  expect(codesOf(await run(ofAcme, () => owner))).toEqual(['auth/foreign-tenant'])
})

test('a user without an organization may not access what belongs to one (auth/org-required)', async () => {
  const result = await run({ sub: 'ada' }, () => 'acme')
  expect([codesOf(result), started]).toEqual([['auth/org-required'], 0])
  expect(sink.of('tenant.access_denied')[0]?.data).toEqual({
    userId: 'ada',
    userOrgId: undefined,
    resourceOrgId: 'acme',
  })
})

test('what belongs to no organization is open to every authenticated user', async () => {
  expect(codesOf(await run({ sub: 'ada' }, () => undefined))).toBe('completed')
  expect(codesOf(await run({ sub: 'ada' }, () => undefined, {}))).toEqual(['auth/missing-token'])
})

test("only the organization of the token counts, not the one in the run's input", async () => {
  const graph = new Pipeline('guarded')
    .withStage('answer', () => ({}))
    .build({
      interceptors: [
        auth({ verify: () => ({ sub: 'ada' }), orgId: false }),
        orgEnforcement({ resourceOrgId: () => 'acme' }),
      ],
    })
  expect(codesOf(await graph.runSettled({ orgId: 'acme' }, { token }))).toEqual(['auth/org-required'])
})

test('resourceOrgId sees the verified ids and the input of the run', async () => {
  const seen: unknown[] = []
  const byMetadata = (face: OrgSubject) => {
    seen.push(face.userId, face.orgId)
    return String(face.snapshot.metadata['owner'])
  }
  expect(codesOf(await run(ofAcme, byMetadata, { token }, { metadata: { owner: 'acme' } }))).toBe('completed')
  expect(codesOf(await run(ofAcme, byMetadata, { token }, { metadata: { owner: 'globex' } }))).toEqual([
    'auth/foreign-tenant',
  ])
  expect(seen).toEqual(['ada', 'acme', 'ada', 'acme'])
})

test.each([
  ['null', null],
  ['an empty string', ''],
  ['a number', 7],
  ['an array', ['acme']],
  ['true', true],
])('a resourceOrgId that returns %s fails the run with auth/resource-failed', async (_, owner) => {
  expect([codesOf(await run(ofAcme, () => owner as never)), started]).toEqual([['auth/resource-failed'], 0])
})

test('a resourceOrgId that throws fails the run with auth/resource-failed, without the token in its text', async () => {
  const result = await run(ofAcme, (face) => {
    throw new Error(`no row for ${face.options.token}`)
  })
  expect([codesOf(result), started]).toEqual([['auth/resource-failed'], 0])
  expect(result).toMatchObject({
    errors: [{ message: 'resourceOrgId of orgEnforcement() failed: no row for [token]' }],
  })
  expect(codesOf(await run(ofAcme, () => Promise.reject(new Error('down'))))).toEqual(['auth/resource-failed'])
})

test('a resourceOrgId that hangs ends with the run', async () => {
  const caller = new AbortController()
  const aborted = run(ofAcme, () => new Promise(() => {}), { token, signal: caller.signal })
  const expired = run(ofAcme, () => new Promise(() => {}), { token, timeoutMs: 50 })
  await clock.advance(10)
  caller.abort(new Error('gone home'))
  expect(await aborted).toMatchObject({ status: 'cancelled', reason: 'gone home' })
  await clock.advance(40)
  expect(codesOf(await expired)).toEqual(['core/timed-out'])
})

test('an abort during the call of resourceOrgId cancels the run at once', async () => {
  const caller = new AbortController()
  const lookUp = () => {
    caller.abort(new Error('gone home'))
    return new Promise<never>(() => {})
  }
  const settled = run(ofAcme, lookUp, { token, signal: caller.signal })
  await clock.settle()
  expect(clock.timers).toEqual([])
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'gone home' })
})

test('a resourceOrgId that hangs ends with a narrower deadline too', async () => {
  const narrowing: Interceptor = {
    name: 'narrow',
    wrapRun: (next) => (face) => next(face.with({ deadline: face.clock.now() + 20 })),
  }
  const hanging = orgEnforcement({ resourceOrgId: () => new Promise(() => {}) })
  const settled = new Pipeline('guarded')
    .withStage('answer', () => ({}))
    .build({ clock, interceptors: [auth({ verify: () => ofAcme }), narrowing, hanging] })
    .runSettled({}, { token })
  await clock.advance(20)
  expect((await settled).status).toBe('failed')
})

test.each([[undefined], [null], [{}], [{ resourceOrgId: 'acme' }], [{ resourceOrgId: () => 'a', orgId: 'b' }]])(
  'orgEnforcement(%j) throws auth/illegal-option',
  (options) => {
    expect(() => orgEnforcement(options as never)).toThrow(expect.objectContaining({ code: 'auth/illegal-option' }))
  },
)

test('it does not build without auth, or outside it', () => {
  const org = orgEnforcement({ resourceOrgId: () => 'acme' })
  const guarded = new Pipeline('guarded').withStage('answer', () => ({}))
  expect(() => guarded.build({ interceptors: [org] })).toThrow('put auth({ verify }) before it')
  expect(() => guarded.build({ interceptors: [org, auth({ verify: () => ofAcme })] })).toThrow(
    '"org-enforcement" must stand inside "auth"',
  )
})

test('a child run is checked for its own subject', async () => {
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const owner = (face: OrgSubject) => face.snapshot.metadata['owner'] as string | undefined
  const graph = new Pipeline('parent')
    .withStage('start', async (context) => {
      const result = await context.runChild(child, { metadata: { owner: 'globex' } })
      return { code: result.status === 'failed' && result.errors[0]?.code }
    })
    .build({ clock, interceptors: [auth({ verify: () => ofAcme }), orgEnforcement({ resourceOrgId: owner })] })
  expect((await graph.run({ metadata: { owner: 'acme' } }, { token })).data.start).toEqual({
    code: 'auth/foreign-tenant',
  })
})
