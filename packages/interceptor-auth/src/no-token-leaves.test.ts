import { inspect } from 'node:util'
import { type Interceptor, Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type JwksServer, jwkOf, jwksServer } from '../test/jwks-server.ts'
import { attempt } from '../test/runs.ts'
import { AUDIENCE, ISSUER, NOW, NOW_MS, goodClaims, otherRsa, pemOf, rsa, token } from '../test/tokens.ts'
import { type AuthOptions, type Verify, auth, jwksVerifier, jwtVerifier, orgEnforcement } from './index.ts'

const rules = { algorithms: ['RS256'], issuer: ISSUER, audience: AUDIENCE } as const
const jwt = jwtVerifier({ ...rules, key: pemOf(rsa) })
const throwing =
  (make: (text: string) => unknown): Verify =>
  (text) => {
    throw make(text)
  }
/** What HTTP clients throw: an error with the whole request. */
const clientError = (text: string) =>
  Object.assign(new Error(`401 for Bearer ${text}`, { cause: new Error(text) }), {
    code: text,
    config: { headers: { authorization: `Bearer ${text}` } },
  })
const secret = 'a claim that must stay private'
const good = token({ claims: goodClaims({ secret }), header: { kid: 'main' } })

let server: JwksServer
beforeAll(async () => void (server = await jwksServer(jwkOf(rsa, 'main'))))
afterAll(() => server.close())

const CASES: readonly (readonly [name: string, text: string, options: () => AuthOptions])[] = [
  ['a good token', good, () => ({ verify: jwt })],
  ['a good token by JWKS', good, () => ({ verify: jwksVerifier({ ...rules, jwksUri: server.uri }) })],
  [
    'an unknown key by JWKS',
    token({ header: { kid: 'gone' } }),
    () => ({ verify: jwksVerifier({ ...rules, jwksUri: server.uri }) }),
  ],
  ['no server of keys', good, () => ({ verify: jwksVerifier({ ...rules, jwksUri: 'http://127.0.0.1:9/' }) })],
  ['a bad signature', token({ key: otherRsa.privateKey }), () => ({ verify: jwt })],
  ['an expired token', token({ claims: goodClaims({ secret, exp: NOW - 60 }) }), () => ({ verify: jwt })],
  ['a header that is refused', token({ header: { crit: [secret] } }), () => ({ verify: jwt })],
  ['claims that are not JSON', token({ claims: `{${secret}` }), () => ({ verify: jwt })],
  ['a token with its scheme', `Bearer ${good}`, () => ({ verify: jwt })],
  ['a token that is too long', good.repeat(100), () => ({ verify: jwt })],
  ['an illegal claim', token({ claims: goodClaims({ secret, sub: { secret } }) }), () => ({ verify: jwt })],
  ['a foreign user', token({ claims: goodClaims({ secret, sub: secret }) }), () => ({ verify: jwt })],
  [
    'an opaque token that verify quotes',
    'opaque/+token==of ada',
    () => ({ verify: throwing((text) => new Error(encodeURIComponent(text))) }),
  ],
  ['a verify that throws the token', good, () => ({ verify: throwing((text) => text) })],
  [
    'a verify that throws an error with a part of the token',
    good,
    () => ({ verify: throwing((text) => new Error(text.split('.')[1])) }),
  ],
  ['a verify that throws what HTTP clients throw', good, () => ({ verify: throwing(clientError) })],
  [
    'a verify that rejects with what HTTP clients throw',
    good,
    () => ({
      verify: async (text) => {
        throw clientError(text)
      },
    }),
  ],
  [
    'a verify that throws a StageflowError',
    good,
    () => ({ verify: throwing((text) => new StageflowError(`acme/${text}`, text, { cause: clientError(text) })) }),
  ],
  [
    'a verify that throws an AggregateError',
    good,
    () => ({ verify: throwing((text) => new AggregateError([new Error(text)], text)) }),
  ],
  [
    'a verify that throws an error with the token as its name',
    good,
    () => ({ verify: throwing((text) => Object.assign(new Error('x'), { name: text })) }),
  ],
  ['a verify that throws an error that is its own cause', good, () => ({ verify: throwing(circular) })],
  ['a verify that hangs', good, () => ({ verify: () => new Promise<never>(() => {}) })],
  ['a verify without claims', good, () => ({ verify: (text) => text as never })],
  [
    'a reader of claims that throws',
    good,
    () => ({
      verify: jwt,
      roles: (claims) => {
        throw new Error(JSON.stringify(claims))
      },
    }),
  ],
]

test.each(CASES)(
  '%s: nothing that the run produces contains the token, a part of it or its claims',
  async (name, text, options) => {
    const printed: unknown[] = []
    const spies = (['stdout', 'stderr'] as const).map((stream) =>
      vi.spyOn(process[stream], 'write').mockImplementation((chunk) => printed.push(chunk) > 0),
    )
    const clock = manualClock({ startAt: NOW_MS })
    const sink = recordingSink()
    const seen: unknown[] = []
    const watching: Interceptor = {
      name: 'watching',
      wrapRun: (next) => async (run) => {
        const outcome = await next(run)
        seen.push(outcome.errors, outcome.report, outcome.reason, run.snapshot.toJSON())
        return outcome
      },
      settled: (record) => void seen.push(record),
    }
    const child = new Pipeline('child').withStage('inner', (context) => ({ snapshot: context.snapshot.toJSON() }))
    const settled = new Pipeline('guarded')
      .withStage('look', (context) => ({ snapshot: context.snapshot.toJSON() }), { authorize: { roles: ['reader'] } })
      .withPipeline('child', child)
      .withStage('admin', () => StageOutput.ok({}), { authorize: { roles: ['admin'] }, onFailure: 'skip' })
      .build({
        clock,
        eventSink: sink,
        interceptors: [watching, auth(options()), orgEnforcement({ resourceOrgId: () => 'acme' })],
      })
      .run(name.includes('foreign') ? { userId: 'bob' } : {}, { token: text, client: { userAgent: 'test' } })
      .then(
        (result) => ({ result, error: undefined }),
        (error: unknown) => ({ result: (error as { result?: unknown }).result, error }),
      )
    if (name.includes('hangs')) await clock.advance(10_000)
    const { result, error } = await settled
    for (const spy of spies) spy.mockRestore()
    const all = [result, error, sink.events, seen, printed]
    const produced = [
      JSON.stringify(all),
      inspect(all, { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity }),
      ...stacksOf(error),
    ].join('\n')
    expect(produced).toContain('pipeline.started')
    expect(name.startsWith('a good token')).toBe(error === undefined)
    const bare = text.replace('Bearer ', '').slice(0, good.length)
    for (const part of [text, encodeURIComponent(text), bare, ...bare.split('.'), bare.slice(10, 60), secret]) {
      if (part.length >= 8) expect(produced.includes(part), part.slice(0, 30)).toBe(false)
    }
    expect(produced).not.toContain(inspect(secret))
  },
)

function circular(text: string): Error {
  const error = new Error(text)
  error.cause = error
  return error
}

function stacksOf(error: unknown): readonly string[] {
  const stacks: string[] = []
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth++)
    stacks.push(String(at.stack), String(at))
  return stacks
}

test('the name, the code and the text of what verify threw are kept, without the token', async () => {
  const graph = new Pipeline('guarded')
    .withStage('look', () => ({}))
    .build({
      interceptors: [
        auth({
          verify: throwing((text) =>
            Object.assign(new TypeError(`bad ${text}`, { cause: 'no route' }), { code: 'EHOST' }),
          ),
        }),
      ],
    })
  const result = await graph.runSettled({}, { token: good })
  expect(result).toMatchObject({
    errors: [
      {
        code: 'auth/verify-failed',
        message: 'The verify function of auth() failed: bad [token]',
        cause: { code: 'EHOST', message: 'bad [token]', cause: { message: 'no route' } },
      },
    ],
  })
})

test.each(['s3cret7', 'a.b.c', 'token'])('a short token is cut out too: %s', async (text) => {
  const { result, code } = await attempt(
    throwing((given) => new Error(`401 for ${given}`)),
    { token: text },
  )
  expect(code).toBe('auth/verify-failed')
  expect(result).toMatchObject({ errors: [{ message: 'The verify function of auth() failed: 401 for [token]' }] })
})

test.each(['e', 'auth', 'token', '/'])('a short token stays in codes, because apps compare them: %s', async (text) => {
  const { code } = await attempt(jwt, { token: text })
  expect(code).toBe('auth/malformed-token')
})

test('a code that is the token itself is cut out', async () => {
  const { code } = await attempt(
    throwing((given) => new StageflowError(given, 'no')),
    { token: 'a/b' },
  )
  expect(code).toBe('[token]')
})

test('a token with a lone surrogate is refused like any other', async () => {
  const text = `\ud800${good}`
  for (const [verify, code] of [
    [jwt, 'auth/malformed-token'],
    [throwing((given) => new Error(given)), 'auth/verify-failed'],
  ] as const) {
    const { result, code: given, sink } = await attempt(verify, { token: text })
    expect(given).toBe(code)
    expect(sink.of('auth.failure')[0]?.data.reason).toBe(code)
    expect(JSON.stringify(result)).not.toContain(good.slice(0, 30))
  }
})

test('of a token with very many parts only the first eight are looked for', async () => {
  const parts = Array.from({ length: 200_000 }, (_, part) => `part${1e6 + part}`)
  const text = parts.join('.')
  expect((await attempt(jwt, { token: text })).code).toBe('auth/too-large')
  const { result, code } = await attempt(
    throwing(() => new Error(`${parts[7]} ${parts[8]}`)),
    { token: text },
  )
  expect(code).toBe('auth/verify-failed')
  expect(result).toMatchObject({ errors: [{ message: `The verify function of auth() failed: [token] ${parts[8]}` }] })
})

test('an error that throws when it is read does not crash the process', async () => {
  const trap = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('a trap')
    },
  })
  const graph = new Pipeline('guarded')
    .withStage('look', () => ({}))
    .build({ interceptors: [auth({ verify: throwing(() => trap) })] })
  expect(await graph.runSettled({}, { token: good })).toMatchObject({
    status: 'failed',
    errors: [{ code: 'auth/verify-failed' }],
  })
})
