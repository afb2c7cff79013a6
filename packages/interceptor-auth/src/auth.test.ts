import { Pipeline, StageKind, StageflowError, type Slot, type StageOptions } from '@stageflow/core'
import type { Interceptor, RunInput, RunOptions } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, expectTypeOf, test } from 'vitest'

import { codesOf } from '../test/runs.ts'
import { type AuthOptions, CLAIMS, type Claims, IDENTITY, type Verify, auth } from './index.ts'

let clock = manualClock()
let sink = recordingSink()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
  sink = recordingSink()
})

const ADA: Claims = { sub: 'ada', org_id: 'acme', roles: ['reader', 'writer'] }
const verify: Verify = (token) => {
  if (token === 'token of ada') return ADA
  throw new StageflowError('acme/revoked', 'This token was revoked.')
}
const token = 'token of ada'

const graphOf = (interceptors: readonly Interceptor[], options: StageOptions = {}) =>
  new Pipeline('guarded')
    .withStage('who', ({ userId, orgId, sessionId }) => ({ userId, orgId, sessionId }), options)
    .build({ clock, eventSink: sink, interceptors })
const run = (
  options: Partial<AuthOptions> = {},
  runOptions: RunOptions = { token },
  input: RunInput = {},
  stage: StageOptions = {},
) => graphOf([auth({ verify, ...options })], stage).runSettled(input, runOptions)

// Before a run

test.each([
  [undefined, 'auth was given undefined; pass auth({ verify })'],
  [null, 'auth was given null'],
  [[], 'auth was given an array'],
  [verify, 'auth was given a function'],
  [{}, '"verify" is undefined; pass a function'],
  [{ verify: null }, 'There is no default'],
  [{ verify: true }, '"verify" is true'],
  [{ verify, verifyTimeoutMs: 0 }, '"verifyTimeoutMs" is 0'],
  [{ verify, verifyTimeoutMs: NaN }, '"verifyTimeoutMs" is NaN'],
  [{ verify, verifyTimeoutMs: Infinity }, '"verifyTimeoutMs" is Infinity'],
  [{ verify, verifyTimeoutMs: '5' }, '"verifyTimeoutMs" is "5"'],
  [{ verify, userId: '' }, '"userId" is ""'],
  [{ verify, orgId: true }, '"orgId" is true'],
  [{ verify, sessionId: null }, '"sessionId" is null'],
  [{ verify, roles: 7 }, '"roles" is 7'],
  [{ verify, role: 'roles' }, 'There is no option "role"'],
])('auth(%j) is refused when it is called (auth/illegal-option)', (options, message) => {
  expect(() => auth(options as never)).toThrow(
    expect.objectContaining({ code: 'auth/illegal-option', message: expect.stringContaining(message) }),
  )
})

test('all that is wrong with the options is said at once', () => {
  expect(() => auth({ verify: 1, verifyTimeoutMs: -1, userId: 2 } as never)).toThrow(
    /"verify" is 1.*"verifyTimeoutMs" is -1.*"userId" is 2/,
  )
})

test.each([
  [{ roles: [] }],
  [{ roles: 'admin' }],
  [{ roles: [''] }],
  [{ roles: ['admin', 1] }],
  [{ role: 'admin' }],
  [{ roles: [circle()] }],
  [{ roles: ['admin'], any: true }],
  [{}],
  [true],
  [null],
  [['admin']],
])('a stage with authorize: %o does not build: nobody can say whom it lets in', (authorize) => {
  expect(() => graphOf([auth({ verify })], { authorize } as never)).toThrow(
    expect.objectContaining({
      code: 'core/build',
      message: expect.stringMatching(/"authorize" of stage "who" is .*at least one role/),
    }),
  )
})

test('a stage with authorize does not build without auth, so that a role that nobody checks is never taken for one that is', () => {
  expect(() => graphOf([], { authorize: { roles: ['admin'] } })).toThrow(
    expect.objectContaining({ code: 'core/build', message: expect.stringContaining('core/unclaimed-option') }),
  )
  const child = new Pipeline('child').withStage('inner', () => ({}), { authorize: { roles: ['admin'] } })
  expect(() => new Pipeline('parent').withPipeline('child', child).build()).toThrow('core/unclaimed-option')
})

test('a run with a token does not start without auth, so that a token that nobody checks is never taken for one that is', async () => {
  await expect(graphOf([]).run({}, { token })).rejects.toMatchObject({ code: 'core/run-option' })
})

const named = (name: string): Interceptor => ({ name, settled: () => {} })

test('behind a cache, a breaker or a fallback it does not build: their answer would stand in for the refusal', () => {
  for (const name of ['idempotency', 'circuit-breaker', 'fallback'])
    expect(() => graphOf([named(name), auth({ verify })])).toThrow(`"auth" must stand outside "${name}"`)
  expect(() => graphOf([named('tracing'), auth({ verify }), named('idempotency')])).not.toThrow()
})

// The token

test.each([[undefined], [null], ['']])(
  'a run with the token %j fails with auth/missing-token before any stage starts',
  async (none) => {
    const result = await run({}, { token: none } as never)
    expect(codesOf(result)).toEqual(['auth/missing-token'])
    expect(result.report.stages['who']).toMatchObject({ status: 'cancel', startedAt: undefined, attempts: [] })
    expect(sink.types()).toEqual(['pipeline.started', 'auth.failure', 'pipeline.failed'])
    expect(sink.of('auth.failure')[0]?.data).toEqual({ reason: 'auth/missing-token', retryable: false })
  },
)

test.each([[7], [{}], [['a']], [true]])(
  'a token that is %j is auth/malformed-token, and verify is not asked',
  async (wrong) => {
    let asked = 0
    const result = await run({ verify: () => ({ sub: `${++asked}` }) }, { token: wrong } as never)
    expect([codesOf(result), asked]).toEqual([['auth/malformed-token'], 0])
  },
)

test('case 1, and 8.1 number 1: a refused run is a failure, never a success with empty data', async () => {
  const graph = graphOf([auth({ verify })])
  await expect(graph.run()).rejects.toMatchObject({
    code: 'core/pipeline-failed',
    cause: { code: 'auth/missing-token' },
    message:
      'Pipeline "guarded" failed: [auth/missing-token] Pipeline "guarded" was run without a token; pass one: graph.run(input, { token }).',
  })
  expect(await graph.runSettled({}, { token: 'any string' })).toMatchObject({ status: 'failed', data: {} })
})

test('8.1 number 14: a verified run is verified once, whatever the number of its stages', async () => {
  let asked = 0
  const pipeline = new Pipeline('many')
  for (let stage = 0; stage < 20; stage++)
    pipeline.withStage(`s${stage}`, () => ({}), { authorize: { roles: ['reader'] } })
  const counting: Verify = (given, request) => {
    asked++
    return verify(given, request)
  }
  await pipeline.build({ clock, eventSink: sink, interceptors: [auth({ verify: counting })] }).run({}, { token })
  expect([asked, sink.of('auth.login').length]).toEqual([1, 1])
})

test('a good token: stages read who the run acts for, and its claims, which nobody can change', async () => {
  const claims = { ...ADA, deep: { list: [1] } }
  let seen: unknown
  const graph = new Pipeline('guarded')
    .withStage('look', (context) => {
      seen = context.get(CLAIMS)
      return { identity: context.get(IDENTITY), snapshot: context.snapshot.userId }
    })
    .build({ clock, eventSink: sink, interceptors: [auth({ verify: () => claims })] })
  const result = await graph.run({}, { token })
  expect(result.data).toEqual({
    look: {
      identity: { userId: 'ada', orgId: 'acme', sessionId: undefined, roles: ['reader', 'writer'] },
      snapshot: 'ada',
    },
  })
  expect(seen).toEqual(claims)
  expect(seen).not.toBe(claims)
  expect(() => (seen as { deep: { list: number[] } }).deep.list.push(2)).toThrow(TypeError)
  expectTypeOf(CLAIMS).toEqualTypeOf<Slot<Claims>>()
})

// verify

test.each([
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['a text', 'ada'],
  ['a list', [ADA]],
  ['an error that it should have thrown', new Error('expired')],
  ['a map', new Map([['sub', 'ada']])],
  [
    'an instance of a class',
    new (class User {
      sub = 'ada'
    })(),
  ],
  ['claims with a function', { sub: 'ada', can: () => true }],
])('a verify that answers with %s is a failure (auth/no-claims)', async (_, answer) => {
  for (const given of [() => answer, () => Promise.resolve(answer)])
    expect(codesOf(await run({ verify: given as never, userId: false }))).toEqual(['auth/no-claims'])
})

test('claims that cannot be read, or lie in a circle, are no crash', async () => {
  const throwing = {
    get sub(): string {
      throw new Error('a trap')
    },
  }
  expect(codesOf(await run({ verify: () => throwing }))).toEqual(['auth/no-claims'])
  const around: Record<string, unknown> = { sub: 'ada' }
  around['self'] = around
  expect(codesOf(await run({ verify: () => around }))).toBe('completed')
  expect(codesOf(await run({ verify: () => ({ sub: 'ada', photo: new Uint8Array(2) }) }))).toBe('completed')
})

test('a verify that throws is a failure: with its own code where it has one of Stageflow, else auth/verify-failed', async () => {
  expect(codesOf(await run({}, { token: 'a revoked one' }))).toEqual(['acme/revoked'])
  const throwing: readonly (() => never)[] = [
    () => {
      throw new TypeError('no such user')
    },
    () => {
      throw 'no such user' as unknown as Error
    },
    () => {
      throw undefined as unknown as Error
    },
    () => {
      throw Object.assign(new Error('no such user'), { code: 'ENOENT' })
    },
  ]
  for (const each of throwing) {
    expect(codesOf(await run({ verify: each }))).toEqual(['auth/verify-failed'])
    expect(codesOf(await run({ verify: async () => each() }))).toEqual(['auth/verify-failed'])
  }
})

test('a failure that may pass is said to be retryable', async () => {
  const down = Object.assign(new Error('socket hang up'), { retryable: true })
  await run({ verify: () => Promise.reject(down) })
  await run({ verify: () => Promise.reject(new Error('no such user')) })
  expect(sink.of('auth.failure').map(({ data }) => data)).toEqual([
    { reason: 'auth/verify-failed', retryable: true },
    { reason: 'auth/verify-failed', retryable: false },
  ])
})

const hanging =
  (seen: AbortSignal[]): Verify =>
  (_, { signal }) => {
    seen.push(signal)
    return new Promise(() => {})
  }

test('a verify that hangs is given up after ten seconds, its signal tells it, and its late answer changes nothing', async () => {
  const seen: AbortSignal[] = []
  const settled = run({ verify: hanging(seen) })
  await clock.advance(9_999)
  expect([seen[0]?.aborted, clock.pending]).toEqual([false, 1])
  await clock.advance(1)
  expect(codesOf(await settled)).toEqual(['auth/verify-timeout'])
  expect(seen[0]?.reason).toMatchObject({ code: 'auth/verify-timeout' })
  expect(sink.of('auth.failure')[0]?.data).toEqual({ reason: 'auth/verify-timeout', retryable: true })
})

test('verifyTimeoutMs bounds it; an answer in time leaves no timer, and one that is late no trace', async () => {
  const slow =
    (ms: number): Verify =>
    async (_, request) => {
      await request.clock.sleep(ms)
      if (ms > 50) throw new Error('late')
      return ADA
    }
  const intime = run({ verify: slow(50), verifyTimeoutMs: 51 })
  const late = run({ verify: slow(60), verifyTimeoutMs: 51 })
  await clock.advance(60)
  expect([codesOf(await intime), codesOf(await late)]).toEqual(['completed', ['auth/verify-timeout']])
})

test("a verify that hangs is ended by the caller's abort and by the run's own time limit, as a cancel and a time-out and not as a refusal", async () => {
  const caller = new AbortController()
  const seen: AbortSignal[] = []
  const aborted = run({ verify: hanging(seen) }, { token, signal: caller.signal })
  const expired = run({ verify: hanging(seen) }, { token, timeoutMs: 100 })
  await clock.advance(10)
  caller.abort(new Error('gone home'))
  expect(await aborted).toMatchObject({ status: 'cancelled', reason: 'gone home' })
  await clock.advance(90)
  expect(codesOf(await expired)).toEqual(['core/run-timeout'])
  expect(seen.map((signal) => signal.aborted)).toEqual([true, true])
  expect(sink.of('auth.failure')).toEqual([])
})

test('a narrower deadline of an interceptor outside bounds it too', async () => {
  const narrowing: Interceptor = {
    name: 'narrow',
    wrapRun: (next) => (face) => next(face.with({ deadline: face.clock.now() + 20 })),
  }
  const settled = graphOf([narrowing, auth({ verify: hanging([]) })]).runSettled({}, { token })
  await clock.advance(20)
  expect((await settled).status).toBe('failed')
})

test('an abort that comes as verify is called is heard: the run is cancelled at once, and the signal has told verify', async () => {
  const caller = new AbortController()
  const seen: AbortSignal[] = []
  const settled = run(
    {
      verify: (_, { signal }) => {
        seen.push(signal)
        caller.abort(new Error('gone home'))
        return new Promise<never>(() => {})
      },
    },
    { token, signal: caller.signal },
  )
  await clock.settle()
  expect(clock.timers).toEqual([])
  expect(await settled).toMatchObject({ status: 'cancelled', reason: 'gone home' })
  expect(seen.map(({ aborted }) => aborted)).toEqual([true])
})

test('a run that is aborted already is not verified', async () => {
  let asked = 0
  const result = await run(
    { verify: () => ({ sub: `${++asked}` }) },
    { token, signal: AbortSignal.abort(new Error('no')) },
  )
  expect([result.status, asked]).toEqual(['cancelled', 0])
})

test('a verify that answers with a promise of another kind is waited for', async () => {
  const thenable = { then: (resolve: (claims: Claims) => void) => resolve(ADA) }
  expect(codesOf(await run({ verify: () => thenable as never }))).toBe('completed')
})

// Identity

test('the ids of the token fill those of the run that are empty; the same ones are let be', async () => {
  expect((await run()).data).toEqual({ who: { userId: 'ada', orgId: 'acme', sessionId: undefined } })
  expect((await run({}, { token }, { userId: '', orgId: 'acme', sessionId: 's1' })).data).toEqual({
    who: { userId: 'ada', orgId: 'acme', sessionId: 's1' },
  })
})

test.each([
  ['another user', {}, { userId: 'bob' }],
  ['a user in other letters', {}, { userId: 'Ada' }],
  ['another organisation', {}, { orgId: 'other' }],
  ['an organisation where the token is of none', { verify: () => ({ sub: 'ada' }) }, { orgId: 'acme' }],
  ['a session that the token is asked for', { sessionId: 'sid' }, { sessionId: 's1' }],
])('a run that was started for %s than its token is refused (auth/identity-mismatch)', async (_, options, input) => {
  expect(codesOf(await run(options, { token }, input))).toEqual(['auth/identity-mismatch'])
  expect(sink.types()).toEqual(['pipeline.started', 'auth.failure', 'pipeline.failed'])
})

test('an id that tokens do not say is left to the caller, and only where that is said', async () => {
  const service: Verify = () => ({ client_id: 'cron' })
  expect(codesOf(await run({ verify: service }))).toEqual(['auth/missing-claim'])
  const result = await run({ verify: service, userId: false, orgId: false }, { token }, { userId: 'bob', orgId: 'x' })
  expect(result.data).toEqual({ who: { userId: 'bob', orgId: 'x', sessionId: undefined } })
})

test('where claims stand can be said: by name, or by a function for what lies deeper', async () => {
  const claims = { uid: 'ada', 'https://acme.example/org': 'acme', sid: 's1', realm_access: { roles: ['admin'] } }
  const deep = (given: Claims) => (given['realm_access'] as { roles: unknown }).roles
  const options: AuthOptions = {
    verify: () => claims,
    userId: 'uid',
    orgId: 'https://acme.example/org',
    sessionId: 'sid',
    roles: deep,
  }
  const result = await run(options, { token }, {}, { authorize: { roles: ['admin'] } })
  expect(result.data).toEqual({ who: { userId: 'ada', orgId: 'acme', sessionId: 's1' } })
})

test('a function that throws at the claims refuses the run, without what it threw (auth/illegal-claim)', async () => {
  const result = await run({
    roles: (claims) => {
      throw new Error(`no roles in ${JSON.stringify(claims)}`)
    },
  })
  expect(codesOf(result)).toEqual(['auth/illegal-claim'])
  expect(JSON.stringify(result)).not.toContain('writer')
})

test('a function that answers with a promise refuses the run, and its rejection ends no process (auth/illegal-claim)', async () => {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  for (const part of ['userId', 'orgId', 'sessionId', 'roles'] as const) {
    const graph = new Pipeline('guarded')
      .withStage('a', () => ({}))
      .build({
        interceptors: [auth({ verify: () => ({ sub: 'ada' }), [part]: () => Promise.reject(new Error('later')) })],
      })
    expect(codesOf(await graph.runSettled({}, { token: 'good' }))).toEqual(['auth/illegal-claim'])
  }
  await new Promise(setImmediate)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})

test('a claim of every object is none', async () => {
  const result = await run({ orgId: 'constructor', roles: 'toString' })
  expect(result.data).toEqual({ who: { userId: 'ada', orgId: undefined, sessionId: undefined } })
})

// Roles

test('a stage runs with all the roles that it demands, and fails auth/forbidden when it is reached without them', async () => {
  const log: string[] = []
  const graph = new Pipeline('guarded')
    .withStage('read', () => void log.push('read'), { authorize: { roles: ['reader'] } })
    .withStage('both', () => void log.push('both'), {
      authorize: { roles: ['reader', 'writer'] },
      dependencies: ['read'],
    })
    .withStage('remove', () => void log.push('remove'), {
      authorize: { roles: ['reader', 'admin'] },
      dependencies: ['both'],
    })
    .withStage('after', () => void log.push('after'), { dependencies: ['remove'] })
    .build({ clock, eventSink: sink, interceptors: [auth({ verify })] })
  const result = await graph.runSettled({}, { token })
  expect(log).toEqual(['read', 'both'])
  expect(codesOf(result)).toEqual(['auth/forbidden'])
  expect(result.report.stages['remove']).toMatchObject({
    status: 'fail',
    error: {
      code: 'auth/forbidden',
      message: 'Stage "remove" of "guarded" demands the roles reader, admin; the token does not give all of them.',
    },
  })
  expect(result.report.stages['read']).toMatchObject({ status: 'ok' })
  expect(sink.types()).toContain('stage.remove.failed')
})

test.each([
  ['no roles', {}],
  ['none of them', { roles: [] }],
  ['a longer one', { roles: ['administrator'] }],
  ['one in other letters', { roles: ['Admin'] }],
  ['a text that holds it', { roles: 'administrator not-admin' }],
])('a token with %s does not give the role', async (_, claims) => {
  const result = await run(
    { verify: () => ({ sub: 'ada', ...claims }) },
    { token },
    {},
    { authorize: { roles: ['admin'] } },
  )
  expect(codesOf(result)).toEqual(['auth/forbidden'])
})

test('authorize: false demands nothing; roles: false gives nobody any', async () => {
  expect(codesOf(await run({}, { token }, {}, { authorize: false }))).toBe('completed')
  expect(codesOf(await run({ roles: false }, { token }, {}, { authorize: { roles: ['reader'] } }))).toEqual([
    'auth/forbidden',
  ])
})

test('a stage without authorize costs nothing: it is left alone', () => {
  const concerned: boolean[] = []
  const watched: Interceptor = {
    ...auth({ verify }),
    onCall: (stage) => {
      const onCall = auth({ verify }).onCall?.(stage)
      concerned.push(onCall !== undefined)
      return onCall
    },
  }
  graphOf([watched])
  graphOf([watched], { authorize: { roles: ['reader'] } })
  graphOf([watched], { authorize: false })
  expect(concerned).toEqual([false, true, false])
})

test('skips, cancels and failures of a stage go through as they are', async () => {
  const graph = new Pipeline('guarded')
    .withStage(
      'work',
      () => {
        throw new Error('its own')
      },
      StageKind.WORK,
      { authorize: { roles: ['reader'] } },
    )
    .build({ clock, interceptors: [auth({ verify })] })
  expect(await graph.runSettled({}, { token })).toMatchObject({ status: 'failed', errors: [{ message: 'its own' }] })
})

// Events

test('auth.login says who, auth.failure says why, and both where from, cut short', async () => {
  const client = { ipAddress: '203.0.113.7', userAgent: 'u'.repeat(1_000), cookie: 'secret' }
  await run({}, { token, client })
  await run({}, { token: 'a bad one', client: { ipAddress: 7 } as never })
  await run({}, { token: 'a bad one', client: null as never })
  expect(sink.of('auth.login').map(({ data }) => data)).toEqual([
    { userId: 'ada', orgId: 'acme', ipAddress: '203.0.113.7', userAgent: 'u'.repeat(256) },
  ])
  expect(sink.of('auth.failure').map(({ data }) => data)).toEqual([
    { reason: 'acme/revoked', retryable: false },
    { reason: 'acme/revoked', retryable: false },
  ])
})

test('case 10: the events of auth stand in the one sequence of the run, between its start and its end', async () => {
  await run()
  await run({}, { token: 'a bad one' })
  expect(sink.events.map(({ type, seq }) => `${seq} ${type}`)).toEqual([
    '0 pipeline.started',
    '1 auth.login',
    '2 stage.who.started',
    '3 stage.who.completed',
    '4 pipeline.completed',
    '0 pipeline.started',
    '1 auth.failure',
    '2 pipeline.failed',
  ])
  expect(sink.of('pipeline.completed')[0]).toMatchObject({ userId: 'ada', orgId: 'acme' })
})

test('a thousand runs at once keep apart', async () => {
  const each: Verify = async (given) => ({ sub: given.slice(6), roles: [given.slice(6)] })
  const graph = graphOf([auth({ verify: each })])
  const ids = Array.from({ length: 1_000 }, (_, index) => `u${index}`)
  const results = await Promise.all(ids.map((id) => graph.run({}, { token: `token ${id}` })))
  expect(results.map(({ data }) => data.who?.userId)).toEqual(ids)
})

function circle(): object {
  const list: object[] = []
  list.push(list)
  return list
}
