import { Pipeline, StageKind, StageflowError, defineStage, type Slot, type StageOptions } from '@stageflow/core'
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
  [undefined, 'auth(): the options must be an object, not undefined.'],
  [null, 'the options must be an object, not null'],
  [[], 'the options must be an object, not an array'],
  [verify, 'the options must be an object, not a function'],
  [{}, 'verify is missing: pass a function that returns the claims'],
  [{ verify: null }, 'verify must be a function (token, { signal, clock }) => claims, not null'],
  [{ verify: true }, 'not true'],
  [{ verify, verifyTimeoutMs: 0 }, 'verifyTimeoutMs must be a number of milliseconds above 0, not 0'],
  [{ verify, verifyTimeoutMs: NaN }, 'not NaN'],
  [{ verify, verifyTimeoutMs: Infinity }, 'not Infinity'],
  [{ verify, verifyTimeoutMs: '5' }, 'not "5"'],
  [{ verify, userId: '' }, 'userId must be the name of a claim, a function (claims) => value, or false, not ""'],
  [{ verify, orgId: true }, 'orgId must be the name of a claim'],
  [{ verify, sessionId: null }, 'sessionId must be the name of a claim'],
  [{ verify, roles: 7 }, 'roles must be the name of a claim'],
  [{ verify, role: 'roles' }, 'unknown option "role" (did you mean "roles"? known: '],
])('auth(%j) throws auth/illegal-option', (options, message) => {
  expect(() => auth(options as never)).toThrow(
    expect.objectContaining({ code: 'auth/illegal-option', message: expect.stringContaining(message) }),
  )
})

test('one error lists every wrong option', () => {
  expect(() => auth({ verify: 1, verifyTimeoutMs: -1, userId: 2 } as never)).toThrow(
    /verify must be .* not 1; verifyTimeoutMs must be .* not -1; userId must be .* not 2\./,
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
])('a stage with authorize: %o does not build', (authorize) => {
  expect(() => graphOf([auth({ verify })], { authorize } as never)).toThrow(
    expect.objectContaining({
      code: 'core/build',
      message: expect.stringMatching(/authorize of stage "who" is .*at least one role/),
    }),
  )
})

test('a stage with authorize does not build without auth, so that a role is never left unchecked', () => {
  expect(() => graphOf([], { authorize: { roles: ['admin'] } })).toThrow(
    expect.objectContaining({ code: 'core/build', message: expect.stringContaining('core/unclaimed-option') }),
  )
  const child = new Pipeline('child').withStage('inner', () => ({}), { authorize: { roles: ['admin'] } })
  expect(() => new Pipeline('parent').withPipeline('child', child).build()).toThrow('core/unclaimed-option')
})

test('a run with a token does not start without auth, so that a token is never left unchecked', async () => {
  await expect(graphOf([]).run({}, { token })).rejects.toMatchObject({ code: 'core/illegal-option' })
})

const named = (name: string): Interceptor => ({ name, settled: () => {} })

test('it does not build inside a cache, a breaker or a fallback: their output would replace the refusal', () => {
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
  'a token that is %j is auth/malformed-token, and verify is not called',
  async (wrong) => {
    let calls = 0
    const result = await run({ verify: () => ({ sub: `${++calls}` }) }, { token: wrong } as never)
    expect([codesOf(result), calls]).toEqual([['auth/malformed-token'], 0])
  },
)

test('case 1, and 8.1 number 1: a refused run is a failure, never a success with empty data', async () => {
  const graph = graphOf([auth({ verify })])
  await expect(graph.run()).rejects.toMatchObject({
    code: 'core/pipeline-failed',
    cause: { code: 'auth/missing-token' },
    message:
      'Pipeline "guarded" failed: [auth/missing-token] Pipeline "guarded" was run without a token. Pass it: graph.run(input, { token }).',
  })
  expect(await graph.runSettled({}, { token: 'any string' })).toMatchObject({ status: 'failed', data: {} })
})

test('8.1 number 14: a run is verified once, however many stages it has', async () => {
  let calls = 0
  const stages = Array.from({ length: 20 }, (_, index) =>
    defineStage({ name: `s${index}`, run: () => ({}), authorize: { roles: ['reader'] } }),
  )
  const counting: Verify = (given, request) => {
    calls++
    return verify(given, request)
  }
  const graph = Pipeline.from('many', stages as never).build({
    clock,
    eventSink: sink,
    interceptors: [auth({ verify: counting })],
  })
  expect(await graph.runSettled({}, { token } as never)).toMatchObject({ status: 'completed' })
  expect([calls, sink.of('auth.login').length]).toEqual([1, 1])
})

test('a good token: stages read the identity and the claims, and cannot change them', async () => {
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
  ['a string', 'ada'],
  ['an array', [ADA]],
  ['an error that it should have thrown', new Error('expired')],
  ['a map', new Map([['sub', 'ada']])],
  [
    'an instance of a class',
    new (class User {
      sub = 'ada'
    })(),
  ],
  ['claims with a function', { sub: 'ada', can: () => true }],
])('a verify that returns %s fails the run with auth/no-claims', async (_, answer) => {
  for (const given of [() => answer, () => Promise.resolve(answer)])
    expect(codesOf(await run({ verify: given as never, userId: false }))).toEqual(['auth/no-claims'])
})

test('claims that throw when read, contain themselves or are not JSON are refused, and do not crash the process', async () => {
  const throwing = {
    get sub(): string {
      throw new Error('a trap')
    },
  }
  expect(codesOf(await run({ verify: () => throwing }))).toEqual(['auth/no-claims'])
  const around: Record<string, unknown> = { sub: 'ada' }
  around['self'] = around
  expect(codesOf(await run({ verify: () => around }))).toEqual(['auth/no-claims'])
  expect(codesOf(await run({ verify: () => ({ sub: 'ada', photo: new Uint8Array(2) }) }))).toEqual(['auth/no-claims'])
})

test('a verify that throws fails the run: with the code of its StageflowError, or with auth/verify-failed', async () => {
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

test('auth.failure tells whether the failure is retryable', async () => {
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

test('a verify that hangs ends after ten seconds with auth/timed-out, and its signal aborts', async () => {
  const seen: AbortSignal[] = []
  const settled = run({ verify: hanging(seen) })
  await clock.advance(9_999)
  expect([seen[0]?.aborted, clock.pending]).toEqual([false, 1])
  await clock.advance(1)
  expect(codesOf(await settled)).toEqual(['auth/timed-out'])
  expect(seen[0]?.reason).toMatchObject({ code: 'auth/timed-out' })
  expect(sink.of('auth.failure')[0]?.data).toEqual({ reason: 'auth/timed-out', retryable: true })
})

test('verifyTimeoutMs limits verify; neither a result in time nor a late one leaves a timer', async () => {
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
  expect([codesOf(await intime), codesOf(await late)]).toEqual(['completed', ['auth/timed-out']])
})

test("the caller's abort ends a verify that hangs as a cancel, and the run's time limit ends it as a timeout; neither is a refusal", async () => {
  const caller = new AbortController()
  const seen: AbortSignal[] = []
  const aborted = run({ verify: hanging(seen) }, { token, signal: caller.signal })
  const expired = run({ verify: hanging(seen) }, { token, timeoutMs: 100 })
  await clock.advance(10)
  caller.abort(new Error('gone home'))
  expect(await aborted).toMatchObject({ status: 'cancelled', reason: 'gone home' })
  await clock.advance(90)
  expect(codesOf(await expired)).toEqual(['core/timed-out'])
  expect(seen.map((signal) => signal.aborted)).toEqual([true, true])
  expect(sink.of('auth.failure')).toEqual([])
})

test('the narrower deadline of an interceptor outside limits verify too', async () => {
  const narrowing: Interceptor = {
    name: 'narrow',
    wrapRun: (next) => (face) => next(face.with({ deadline: face.clock.now() + 20 })),
  }
  const settled = graphOf([narrowing, auth({ verify: hanging([]) })]).runSettled({}, { token })
  await clock.advance(20)
  expect((await settled).status).toBe('failed')
})

test('an abort during the call of verify cancels the run at once, and the signal of verify aborts', async () => {
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

test('a run that is already aborted is not verified', async () => {
  let calls = 0
  const result = await run(
    { verify: () => ({ sub: `${++calls}` }) },
    { token, signal: AbortSignal.abort(new Error('no')) },
  )
  expect([result.status, calls]).toEqual(['cancelled', 0])
})

test('a verify may return any thenable', async () => {
  const thenable = { then: (resolve: (claims: Claims) => void) => resolve(ADA) }
  expect(codesOf(await run({ verify: () => thenable as never }))).toBe('completed')
})

// Identity

test('the ids of the token fill the empty ids of the run; equal ids stay', async () => {
  expect((await run()).data).toEqual({ who: { userId: 'ada', orgId: 'acme', sessionId: undefined } })
  expect((await run({}, { token }, { userId: '', orgId: 'acme', sessionId: 's1' })).data).toEqual({
    who: { userId: 'ada', orgId: 'acme', sessionId: 's1' },
  })
})

test.each([
  ['another user', {}, { userId: 'bob' }],
  ['the user in another case', {}, { userId: 'Ada' }],
  ['another organization', {}, { orgId: 'other' }],
  ['an organization if the token has none', { verify: () => ({ sub: 'ada' }) }, { orgId: 'acme' }],
  ['another session, with sessionId given', { sessionId: 'sid' }, { sessionId: 's1' }],
])('a run that is started for %s fails with auth/identity-mismatch', async (_, options, input) => {
  expect(codesOf(await run(options, { token }, input))).toEqual(['auth/identity-mismatch'])
  expect(sink.types()).toEqual(['pipeline.started', 'auth.failure', 'pipeline.failed'])
})

test('with userId: false and orgId: false the caller sets the ids; otherwise a token without a user is refused', async () => {
  const service: Verify = () => ({ client_id: 'cron' })
  expect(codesOf(await run({ verify: service }))).toEqual(['auth/missing-claim'])
  const result = await run({ verify: service, userId: false, orgId: false }, { token }, { userId: 'bob', orgId: 'x' })
  expect(result.data).toEqual({ who: { userId: 'bob', orgId: 'x', sessionId: undefined } })
})

test('a claim is found by its name, or by a function', async () => {
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

test('a function that throws for the claims fails the run with auth/illegal-claim, without the thrown text', async () => {
  const result = await run({
    roles: (claims) => {
      throw new Error(`no roles in ${JSON.stringify(claims)}`)
    },
  })
  expect(codesOf(result)).toEqual(['auth/illegal-claim'])
  expect(JSON.stringify(result)).not.toContain('writer')
})

test('a function that returns a promise fails the run with auth/illegal-claim, and its rejection is handled', async () => {
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

test('properties that every object has are not claims', async () => {
  const result = await run({ orgId: 'constructor', roles: 'toString' })
  expect(result.data).toEqual({ who: { userId: 'ada', orgId: undefined, sessionId: undefined } })
})

// Roles

test('a stage runs if the token has all of its roles; otherwise it fails with auth/forbidden when its turn comes', async () => {
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
      message:
        'Stage "remove" of pipeline "guarded" needs the roles reader, admin; the token does not have all of them.',
    },
  })
  expect(result.report.stages['read']).toMatchObject({ status: 'ok' })
  expect(sink.types()).toContain('stage.remove.failed')
})

test.each([
  ['no roles', {}],
  ['none of them', { roles: [] }],
  ['a longer role', { roles: ['administrator'] }],
  ['the role in another case', { roles: ['Admin'] }],
  ['a string that contains it', { roles: 'administrator not-admin' }],
])('a token with %s does not have the role', async (_, claims) => {
  const result = await run(
    { verify: () => ({ sub: 'ada', ...claims }) },
    { token },
    {},
    { authorize: { roles: ['admin'] } },
  )
  expect(codesOf(result)).toEqual(['auth/forbidden'])
})

test('authorize: false demands no role; with roles: false no token has a role', async () => {
  expect(codesOf(await run({}, { token }, {}, { authorize: false }))).toBe('completed')
  expect(codesOf(await run({ roles: false }, { token }, {}, { authorize: { roles: ['reader'] } }))).toEqual([
    'auth/forbidden',
  ])
})

test('a stage without authorize costs nothing, because auth has no part in its calls', () => {
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

test('the failure of a stage passes through unchanged', async () => {
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

test('auth.login has the user, auth.failure has the reason, and both have the client, cut short', async () => {
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

test('case 10: the events of auth are in the sequence of the run, between its start and its end', async () => {
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

test('a thousand runs at once keep their identities apart', async () => {
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
