import { createHash, generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { type ManualClock, manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JwksServer, jwkOf, jwksServer } from '../test/jwks-server.ts'
import { attempt } from '../test/runs.ts'
import {
  AUDIENCE,
  ISSUER,
  NOW_MS,
  SECRET,
  base64url,
  ec,
  ed25519,
  goodClaims,
  otherRsa,
  rsa,
  token,
} from '../test/tokens.ts'
import { type Claims, type JwksVerifierOptions, jwksVerifier } from './index.ts'

const MAIN = jwkOf(rsa, 'main')
const NEXT = jwkOf(otherRsa, 'next')
const ofMain = token({ header: { kid: 'main' } })
const ofNext = token({ header: { kid: 'next' }, key: otherRsa.privateKey })
const unknown = (kid: string) => token({ header: { kid } })

let server: JwksServer
let clock: ManualClock
beforeEach(async () => {
  server = await jwksServer(MAIN)
  clock = manualClock({ startAt: NOW_MS })
})
afterEach(async () => {
  await server.close()
  expect(clock.timers).toEqual([])
})

const verifierOf = (options: Partial<JwksVerifierOptions> = {}) =>
  jwksVerifier({
    jwksUri: server.uri,
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    issuer: ISSUER,
    audience: AUDIENCE,
    ...options,
  })
const never = new AbortController().signal
/** The code that the token is refused with; undefined if it is accepted. */
async function codeOf(
  verify: ReturnType<typeof verifierOf>,
  text: string,
  signal = never,
): Promise<string | undefined> {
  try {
    const claims: Claims = await verify(text, { signal, clock })
    expect(claims.sub).toBe('ada')
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('a run verifies its token with the key that the issuer publishes', async () => {
  expect((await attempt(verifierOf(), { token: ofMain })).code).toBeUndefined()
  const refused = await attempt(verifierOf(), { token: unknown('gone') })
  expect([refused.code, refused.started]).toEqual(['auth/unknown-key', false])
})

test('keys are cached: many tokens at once need one request', async () => {
  const verify = verifierOf()
  const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(verify, ofMain)))
  expect(codes.every((code) => code === undefined)).toBe(true)
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(server.requests).toBe(1)
})

test('a cached key is found synchronously', async () => {
  const verify = verifierOf()
  await verify(ofMain, { signal: never, clock })
  expect(verify(ofMain, { signal: never, clock })).toMatchObject({ sub: 'ada' })
})

test('the set is fetched again after ten minutes, or ttlMs', async () => {
  const [byDefault, short] = [verifierOf(), verifierOf({ ttlMs: 1_000 })]
  for (const verify of [byDefault, short]) await codeOf(verify, ofMain)
  await clock.advance(999)
  await codeOf(short, ofMain)
  expect(server.requests).toBe(2)
  await clock.advance(1)
  await codeOf(short, ofMain)
  expect(server.requests).toBe(3)
  await clock.advance(598_999)
  await codeOf(byDefault, ofMain)
  expect(server.requests).toBe(3)
  await clock.advance(1)
  await codeOf(byDefault, ofMain)
  expect(server.requests).toBe(4)
})

test('rotation: a new key is found at once, before the set has aged', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(await codeOf(verify, ofNext)).toBe('auth/unknown-key')
  server.publish(MAIN, NEXT)
  expect(await codeOf(verify, ofNext)).toBeUndefined()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(server.requests).toBe(3)
})

test('a swapped set: the removed key is refused as soon as the new set is fetched, and the new key is accepted', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.publish(NEXT)
  expect(await codeOf(verify, ofNext)).toBeUndefined()
  expect(await codeOf(verify, ofMain)).toBe('auth/unknown-key')
})

test('a swapped set that no token asks for: the removed key is refused once the cached set has aged', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.publish(NEXT)
  await clock.advance(600_000)
  expect(await codeOf(verify, ofMain)).toBe('auth/unknown-key')
})

test('a swapped key with the same id: a token of the old key is auth/bad-signature', async () => {
  const verify = verifierOf({ ttlMs: 1_000 })
  const byOther = token({ header: { kid: 'main' }, key: otherRsa.privateKey })
  expect([await codeOf(verify, ofMain), await codeOf(verify, byOther)]).toEqual([undefined, 'auth/bad-signature'])
  server.publish(jwkOf(otherRsa, 'main'))
  await clock.advance(1_000)
  expect([await codeOf(verify, byOther), await codeOf(verify, ofMain)]).toEqual([undefined, 'auth/bad-signature'])
})

const DOWN: readonly (readonly [name: string, answer: Parameters<JwksServer['answer']>[0]])[] = [
  ['responds with 503', (response) => response.writeHead(503).end('{"keys":[]}')],
  ['responds with 404', (response) => response.writeHead(404).end()],
  ['responds with 204', (response) => response.writeHead(204).end()],
  [
    'responds with 203, like a proxy that changed the response',
    (response) => response.writeHead(203).end(JSON.stringify({ keys: [MAIN] })),
  ],
  [
    'redirects to its keys',
    (response, { url }) =>
      url === '/moved'
        ? response.end(JSON.stringify({ keys: [MAIN] }))
        : response.writeHead(302, { location: '/moved' }).end(),
  ],
  ['closes the connection', (response) => response.destroy()],
  [
    'breaks off',
    (response) => void response.writeHead(200, { 'content-length': 500 }).write('{"keys":[', () => response.destroy()),
  ],
  ['responds with HTML', (response) => response.end('<html>')],
  ['responds with half of the JSON', (response) => response.end('{"keys":[')],
  ['responds with an empty body', (response) => response.end()],
  ['responds with null', (response) => response.end('null')],
  ['responds without keys', (response) => response.end('{}')],
  ['responds with keys that are not an array', (response) => response.end('{"keys":{"0":{}}}')],
  ['responds with no key in the list', (response) => response.end('{"keys":[]}')],
  [
    'responds with a list of things that are not keys',
    (response) => response.end('{"keys":[null,7,"a",[],{},{"kty":"RSA"}]}'),
  ],
  [
    'publishes only a secret',
    (response) => response.end(JSON.stringify({ keys: [{ kty: 'oct', kid: 'main', k: base64url(SECRET) }] })),
  ],
  [
    'publishes only a private key',
    (response) =>
      response.end(JSON.stringify({ keys: [{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'main' }] })),
  ],
  [
    'publishes only a key for encryption',
    (response) => response.end(JSON.stringify({ keys: [{ ...MAIN, use: 'enc' }] })),
  ],
]

test.each(DOWN)(
  'a key server that %s: the run fails with a retryable auth/unavailable, and the next one succeeds once the server is up',
  async (_, answer) => {
    server.answer(answer)
    const verify = verifierOf()
    const refused = await attempt(verify, { token: ofMain })
    expect([refused.code, refused.started, refused.clock.pending]).toEqual(['auth/unavailable', false, 0])
    expect(refused.sink.of('auth.failure')[0]?.data).toEqual({ reason: 'auth/unavailable', retryable: true })
    server.publish(MAIN)
    expect((await attempt(verify, { token: ofMain })).code).toBeUndefined()
  },
)

test('a key server that is not there: the message has the address and the reason', async () => {
  const verify = verifierOf()
  await server.close()
  const refused = await attempt(verify, { token: ofMain })
  expect(refused.code).toBe('auth/unavailable')
  expect(refused.result).toMatchObject({
    errors: [
      {
        message: expect.stringMatching(
          `^Could not fetch the key set from ${server.uri}: fetch failed \\(connect ECONNREFUSED .*\\)\\.$`,
        ),
        cause: { message: 'fetch failed' },
      },
    ],
  })
})

test('a key server that is down while the cached set is fresh: known keys are accepted, an unknown key is auth/unavailable', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.answer((response) => response.writeHead(500).end())
  expect([await codeOf(verify, ofNext), await codeOf(verify, ofMain)]).toEqual(['auth/unavailable', undefined])
})

test('a set that has aged is not used while the server is down, because its keys may have been removed', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.answer((response) => response.writeHead(500).end())
  await clock.advance(600_000)
  expect(await codeOf(verify, ofMain)).toBe('auth/unavailable')
})

test('rate limit: made-up key ids cost ten requests a minute; known keys are accepted, and unknown ones are auth/unavailable', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  const codes: (string | undefined)[] = []
  for (let each = 0; each < 20; each++) codes.push(await codeOf(verify, unknown(`made-up-${each}`)))
  expect(codes).toEqual([
    ...Array.from({ length: 9 }, () => 'auth/unknown-key'),
    ...Array.from({ length: 11 }, () => 'auth/unavailable'),
  ])
  expect([server.requests, await codeOf(verify, ofMain)]).toEqual([10, undefined])
  await clock.advance(60_000)
  expect([await codeOf(verify, unknown('made-up')), server.requests]).toEqual(['auth/unknown-key', 11])
})

test('a key that is published while made-up key ids use up the requests is retryable, and accepted a minute later', async () => {
  const verify = verifierOf({ requestsPerMinute: 2 })
  for (const text of [ofMain, unknown('made-up')]) await codeOf(verify, text)
  server.publish(MAIN, NEXT)
  const request = { signal: never, clock }
  expect(() => verify(ofNext, request)).toThrow(
    expect.objectContaining({
      code: 'auth/unavailable',
      retryable: true,
      message: `Could not fetch the key set from ${server.uri}: all 2 requests of this minute are used up (requestsPerMinute).`,
    }),
  )
  await clock.advance(60_000)
  expect(await codeOf(verify, ofNext)).toBeUndefined()
})

test('rate limit: a server that is down gets at most requestsPerMinute requests', async () => {
  server.answer((response) => response.writeHead(500).end())
  const verify = verifierOf({ requestsPerMinute: 3 })
  for (let each = 0; each < 20; each++) expect(await codeOf(verify, ofMain)).toBe('auth/unavailable')
  expect(server.requests).toBe(3)
})

/** Makes the server hang. `asked`: it has a request; `closed`: the connection was closed. */
const hang = () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  server.answer((response) => {
    response.on('close', close)
    resolve()
  })
  return { asked, closed }
}

test('a request without a response ends after five seconds, or timeoutMs, and its connection is closed', async () => {
  for (const [options, ms] of [
    [{}, 5_000],
    [{ timeoutMs: 70 }, 70],
  ] as const) {
    const { asked, closed } = hang()
    const verify = verifierOf(options)
    const code = codeOf(verify, ofMain)
    await asked
    await clock.advance(ms - 1)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(await code).toBe('auth/unavailable')
    await closed
    server.publish(MAIN)
    expect(await codeOf(verify, ofMain)).toBeUndefined()
  }
})

test('a server that sends its answer drop by drop has no more time than one that sends none', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  server.answer((response) => void response.write('{"keys":[', () => resolve()))
  const code = codeOf(verifierOf(), ofMain)
  await asked
  await clock.advance(5_000)
  expect(await code).toBe('auth/unavailable')
})

test('a caller that aborts leaves the request to the other callers; the last one to abort ends it', async () => {
  const { asked, closed } = hang()
  const verify = verifierOf()
  const [first, second] = [new AbortController(), new AbortController()]
  const codes = [first, second].map(({ signal }) => verify(ofMain, { signal, clock }))
  const settled = Promise.allSettled(codes)
  await asked
  first.abort(new Error('first'))
  await clock.settle()
  expect(clock.pending).toBe(1)
  second.abort(new Error('second'))
  expect(await settled).toMatchObject([{ reason: { message: 'first' } }, { reason: { message: 'second' } }])
  await closed
  server.publish(MAIN)
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(await codeOf(verify, ofMain, AbortSignal.abort(new Error('late')))).toBeUndefined()
})

test('a caller after an aborted request makes a request of its own', async () => {
  const { asked } = hang()
  const verify = verifierOf()
  const caller = new AbortController()
  const given = verify(ofMain, { signal: caller.signal, clock }) as Promise<Claims>
  await asked
  server.publish(MAIN)
  caller.abort(new Error('gone'))
  const next = codeOf(verify, ofMain)
  await expect(given).rejects.toThrow('gone')
  expect(await next).toBeUndefined()
  const aborted = verifierOf()(ofMain, { signal: AbortSignal.abort(new Error('before')), clock })
  await expect(aborted).rejects.toThrow('before')
})

test.each([
  ['with its length', (response: ServerResponse, body: string) => response.end(body)],
  [
    'in pieces',
    (response: ServerResponse, body: string) => {
      for (let at = 0; at < body.length; at += 50_000) response.write(body.slice(at, at + 50_000))
      response.end()
    },
  ],
])('a response that is one byte too long is refused, sent %s; one byte less is accepted', async (_, send) => {
  const body = (length: number) => {
    const text = JSON.stringify({ keys: [MAIN] })
    return text + ' '.repeat(length - text.length)
  }
  server.answer((response) => send(response, body(262_145)))
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBe('auth/unavailable')
  server.answer((response) => send(response, body(262_144)))
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(await codeOf(verifierOf({ maxResponseBytes: 100 }), ofMain)).toBe('auth/unavailable')
})

test('an endless response ends at the limit', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  server.answer((response) => {
    const more = (): void =>
      void (response.write(' '.repeat(10_000)) ? setImmediate(more) : response.once('drain', more))
    response.on('close', resolve)
    more()
  })
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/unavailable')
  await closed
})

test('a compressed response is limited by its uncompressed size', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '))
  expect(bomb.length).toBeLessThan(100_000)
  server.answer((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/unavailable')
  server.answer((response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify({ keys: [MAIN] }))),
  )
  expect(await codeOf(verifierOf(), ofMain)).toBeUndefined()
})

test.each([
  ['no key id', token(), 'auth/unknown-key'],
  ['a key id that is a path', unknown('../../dev/null'), 'auth/unknown-key'],
  ['a key id that is __proto__', unknown('__proto__'), 'auth/unknown-key'],
  ['a key id that is an address', unknown('https://evil.example/jwks.json'), 'auth/unknown-key'],
  ['an embedded jku', token({ header: { kid: 'main', jku: 'https://evil.example/jwks.json' } }), 'auth/header-refused'],
  ['an embedded jwk', token({ header: { kid: 'main', jwk: MAIN } }), 'auth/header-refused'],
  [
    'HS256 with the public key',
    token({ algorithm: 'HS256', key: SECRET, header: { kid: 'main' } }),
    'auth/algorithm-refused',
  ],
  [
    'ES256 with an RSA key',
    token({ algorithm: 'ES256', key: ec.privateKey, header: { kid: 'main' } }),
    'auth/algorithm-refused',
  ],
  ['expired', token({ header: { kid: 'main' }, claims: goodClaims({ exp: 1 }) }), 'auth/expired'],
])('a token with %s is refused', async (_, text, code) => {
  expect(await codeOf(verifierOf(), text)).toBe(code)
  expect(await codeOf(verifierOf(), ofMain)).toBeUndefined()
})

test('a token with a wrong shape or header causes no request', async () => {
  const verify = verifierOf()
  for (const text of [
    '',
    'a.b.c',
    token(),
    token({ header: { kid: 'main', crit: ['x'] } }),
    token({ algorithm: 'RS512' }),
  ])
    await codeOf(verify, text)
  expect(server.requests).toBe(0)
})

test('a key verifies only the algorithm that the set allows for it', async () => {
  server.publish({ ...MAIN, alg: 'RS512' })
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/algorithm-refused')
  server.publish({ ...MAIN, alg: 'RS256' })
  expect(await codeOf(verifierOf(), ofMain)).toBeUndefined()
})

test('a set may have keys of several kinds; a weak one verifies nothing', async () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  server.publish(jwkOf(ec, 'curve'), jwkOf(small, 'small'), MAIN)
  const verify = verifierOf()
  expect(
    await codeOf(verify, token({ algorithm: 'ES256', key: ec.privateKey, header: { kid: 'curve' } })),
  ).toBeUndefined()
  expect(await codeOf(verify, token({ key: small.privateKey, header: { kid: 'small' } }))).toBe(
    'auth/algorithm-refused',
  )
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(await codeOf(verify, token({ key: otherRsa.privateKey, header: { kid: 'main' } }))).toBe('auth/bad-signature')
})

test('of several keys with one id, the one that signed the token counts', async () => {
  const header = { kid: 'main' }
  const third = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const others = [jwkOf(ec, 'main'), { ...jwkOf(otherRsa, 'main'), alg: 'RS256' }, { ...MAIN, alg: undefined }]
  for (const published of [others, others.toReversed()]) {
    server.publish(...published)
    const verify = verifierOf()
    expect(await codeOf(verify, ofMain)).toBeUndefined()
    expect(await codeOf(verify, token({ key: otherRsa.privateKey, header }))).toBeUndefined()
    expect(await codeOf(verify, token({ algorithm: 'ES256', key: ec.privateKey, header }))).toBeUndefined()
    expect(await codeOf(verify, token({ key: third.privateKey, header }))).toBe('auth/bad-signature')
    expect(await codeOf(verify, token({ header, claims: goodClaims({ exp: 1 }) }))).toBe('auth/expired')
    expect(await codeOf(verify, token({ algorithm: 'EdDSA', key: ed25519.privateKey, header }))).toBe(
      'auth/algorithm-refused',
    )
  }
})

test('a token is tried with at most four keys of one id', async () => {
  const wrong = [1, 2, 3, 4].map(() => jwkOf(otherRsa, 'main'))
  server.publish(...wrong.slice(1), MAIN)
  expect(await codeOf(verifierOf(), ofMain)).toBeUndefined()
  server.publish(...wrong, MAIN)
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/bad-signature')
})

test('an RSA key with the exponent 1 verifies nothing: anyone could write its signatures', async () => {
  server.publish({ ...MAIN, e: 'AQ' }, { ...jwkOf(rsa, 'two'), e: 'Ag' })
  for (const kid of ['main', 'two']) {
    const text = token({ header: { kid } }).replace(/\.[^.]*$/, '')
    const hash = createHash('sha256').update(text).digest()
    const info = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), hash])
    const padded = Buffer.concat([
      Buffer.from([0, 1]),
      Buffer.alloc(256 - 3 - info.length, 255),
      Buffer.from([0]),
      info,
    ])
    expect(await codeOf(verifierOf(), `${text}.${base64url(padded)}`)).toMatch(
      /^auth\/(algorithm-refused|unknown-key)$/,
    )
  }
})

test('EdDSA: an Ed25519 key of the set verifies EdDSA only, and no other key verifies EdDSA', async () => {
  const header = { kid: 'edwards' }
  server.publish(jwkOf(ed25519, 'edwards'), MAIN)
  const verify = verifierOf()
  expect(await codeOf(verify, token({ algorithm: 'EdDSA', key: ed25519.privateKey, header }))).toBeUndefined()
  expect(await codeOf(verify, token({ key: rsa.privateKey, header }))).toBe('auth/algorithm-refused')
  expect(await codeOf(verify, token({ algorithm: 'EdDSA', key: ed25519.privateKey, header: { kid: 'main' } }))).toBe(
    'auth/algorithm-refused',
  )
  const rsOnly = verifierOf({ algorithms: ['RS256'] })
  expect(await codeOf(rsOnly, token({ algorithm: 'EdDSA', key: ed25519.privateKey, header }))).toBe(
    'auth/algorithm-refused',
  )
})

const HIDDEN: readonly (readonly [name: string, jwk: object])[] = [
  ['is for encryption', { ...NEXT, use: 'enc' }],
  ['is for another operation', { ...NEXT, use: undefined, key_ops: ['encrypt'] }],
  ['has operations that are not an array', { ...NEXT, key_ops: 'verify' }],
  ['is a private key', { ...otherRsa.privateKey.export({ format: 'jwk' }), kid: 'next' }],
  ['is of a kind that Node does not know', { ...NEXT, kty: 'AKP' }],
  ['is cut short', { ...NEXT, n: undefined }],
  ['has an algorithm that is not a string', { ...NEXT, alg: ['RS256'] }],
  ['has no id', { ...NEXT, kid: undefined }],
  ['has an id that is not a string', { ...NEXT, kid: 7 }],
]
test.each(HIDDEN)('a key of the set that %s verifies nothing, and the other keys do', async (_, jwk) => {
  server.publish(jwk as typeof NEXT, MAIN)
  const verify = verifierOf()
  expect(await codeOf(verify, ofNext)).toBe('auth/unknown-key')
  expect(await codeOf(verify, ofMain)).toBeUndefined()
})

test('a redirect to another host is not followed', async () => {
  const other = await jwksServer(MAIN)
  server.answer((response) => response.writeHead(307, { location: other.uri }).end())
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/unavailable')
  expect(other.requests).toBe(0)
  await other.close()
})

test.each<readonly [name: string, options: object, message: string]>([
  ['no address', { jwksUri: undefined }, 'jwksUri must be the URL of a key set'],
  ['an address without a scheme', { jwksUri: 'issuer.example/jwks' }, 'jwksUri must be the URL of a key set'],
  ['http to another machine', { jwksUri: 'http://issuer.example/jwks' }, 'jwksUri must be an https: URL, not http:'],
  [
    'http to a name that only begins with localhost',
    { jwksUri: 'http://localhost.evil.example/jwks' },
    'must be an https: URL',
  ],
  ['a file', { jwksUri: 'file:///etc/passwd' }, 'not file:'],
  ['data', { jwksUri: 'data:application/json,{}', allowHttp: true }, 'not data:'],
  [
    'a password in the address',
    { jwksUri: 'https://user:hunter2@issuer.example/' },
    'must not have a user name or password',
  ],
  ['HS256', { algorithms: ['HS256'] }, 'the keys of a key set are public'],
  ['HS256 among others', { algorithms: ['RS256', 'HS256'] }, 'the keys of a key set are public'],
  ['no algorithms', { algorithms: [] }, 'there is no default'],
  ['no issuer', { issuer: undefined }, 'issuer is missing: pass who may issue tokens'],
  ['no audience', { audience: undefined }, 'audience is missing: pass the name of your service'],
  ['allowHttp that is a string', { allowHttp: 'no' }, 'allowHttp must be true or false, not "no"'],
  ['an age of NaN', { ttlMs: NaN }, 'ttlMs must be a number of milliseconds from 0, not NaN'],
  ['no requests', { requestsPerMinute: 0 }, 'requestsPerMinute must be a whole number from 1, not 0'],
  ['no time', { timeoutMs: 0 }, 'timeoutMs must be a number of milliseconds above 0, not 0'],
  ['no size', { maxResponseBytes: Infinity }, 'maxResponseBytes must be a whole number from 1, not Infinity'],
  ['an unknown option', { cacheMaxAge: 5 }, 'unknown option "cacheMaxAge"'],
])('jwksVerifier() throws auth/illegal-option for %s', (_, options, message) => {
  expect(() => verifierOf(options as never)).toThrow(
    expect.objectContaining({ code: 'auth/illegal-option', message: expect.stringContaining(message) }),
  )
  expect(() => verifierOf(options as never)).not.toThrow(/hunter2/)
})

test('https is allowed, and http to the machine itself or with allowHttp', () => {
  for (const jwksUri of [
    'https://issuer.example/jwks',
    'http://localhost:1/jwks',
    'http://127.0.0.1/jwks',
    'http://[::1]:1/jwks',
  ])
    expect(verifierOf({ jwksUri })).toBeTypeOf('function')
  expect(verifierOf({ jwksUri: 'http://issuer.internal/jwks', allowHttp: true })).toBeTypeOf('function')
  expect(() => jwksVerifier(undefined as never)).toThrow(
    'jwksVerifier(): the options must be an object, not undefined.',
  )
})
