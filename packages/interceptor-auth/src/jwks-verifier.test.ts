import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { type ManualClock, manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JwksServer, jwkOf, jwksServer } from '../test/jwks-server.ts'
import { attempt } from '../test/runs.ts'
import { AUDIENCE, ISSUER, NOW_MS, SECRET, base64url, ec, goodClaims, otherRsa, rsa, token } from '../test/tokens.ts'
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
  jwksVerifier({ jwksUri: server.uri, algorithms: ['RS256', 'ES256'], issuer: ISSUER, audience: AUDIENCE, ...options })
const never = new AbortController().signal
/** The code that the token is refused with; undefined where it is accepted. */
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

test('a token is verified with the key that its issuer publishes, by way of a whole run', async () => {
  expect((await attempt(verifierOf(), { token: ofMain })).code).toBeUndefined()
  const refused = await attempt(verifierOf(), { token: unknown('gone') })
  expect([refused.code, refused.started]).toEqual(['auth/unknown-key', false])
})

test('keys are cached: many tokens, also at once, are one request', async () => {
  const verify = verifierOf()
  const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(verify, ofMain)))
  expect(codes.every((code) => code === undefined)).toBe(true)
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(server.requests).toBe(1)
})

test('a known key is found without waiting: the run stays synchronous', async () => {
  const verify = verifierOf()
  await verify(ofMain, { signal: never, clock })
  expect(verify(ofMain, { signal: never, clock })).toMatchObject({ sub: 'ada' })
})

test('the set is fetched anew after ten minutes, or maxAgeMs', async () => {
  const [byDefault, short] = [verifierOf(), verifierOf({ maxAgeMs: 1_000 })]
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

test('rotation: a key that appears is found at once, without waiting for the set to age', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(await codeOf(verify, ofNext)).toBe('auth/unknown-key')
  server.publish(MAIN, NEXT)
  expect(await codeOf(verify, ofNext)).toBeUndefined()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(server.requests).toBe(3)
})

test('JWKS swapped: the key that is gone is refused from the first look on, the new one accepted', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.publish(NEXT)
  expect(await codeOf(verify, ofNext)).toBeUndefined()
  expect(await codeOf(verify, ofMain)).toBe('auth/unknown-key')
})

test('JWKS swapped unseen: the key that is gone is refused once the set has aged', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.publish(NEXT)
  await clock.advance(600_000)
  expect(await codeOf(verify, ofMain)).toBe('auth/unknown-key')
})

test('JWKS swapped under the same id: what the old key signed is auth/bad-signature', async () => {
  const verify = verifierOf({ maxAgeMs: 1_000 })
  const byOther = token({ header: { kid: 'main' }, key: otherRsa.privateKey })
  expect([await codeOf(verify, ofMain), await codeOf(verify, byOther)]).toEqual([undefined, 'auth/bad-signature'])
  server.publish(jwkOf(otherRsa, 'main'))
  await clock.advance(1_000)
  expect([await codeOf(verify, byOther), await codeOf(verify, ofMain)]).toEqual([undefined, 'auth/bad-signature'])
})

const DOWN: readonly (readonly [name: string, answer: Parameters<JwksServer['answer']>[0]])[] = [
  ['answers 503', (response) => response.writeHead(503).end('{"keys":[]}')],
  ['answers 404', (response) => response.writeHead(404).end()],
  ['answers 204', (response) => response.writeHead(204).end()],
  [
    'answers 203, as a proxy that changed it does',
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
  ['answers with no JSON', (response) => response.end('<html>')],
  ['answers with half of it', (response) => response.end('{"keys":[')],
  ['answers with nothing', (response) => response.end()],
  ['answers with null', (response) => response.end('null')],
  ['answers with no keys', (response) => response.end('{}')],
  ['answers with keys that are no list', (response) => response.end('{"keys":{"0":{}}}')],
  ['answers with an empty list', (response) => response.end('{"keys":[]}')],
  ['answers with nothing that is a key', (response) => response.end('{"keys":[null,7,"a",[],{},{"kty":"RSA"}]}')],
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
  'JWKS down, a server that %s: auth/keys-unavailable, retryable, and accepted once it is up',
  async (_, answer) => {
    server.answer(answer)
    const verify = verifierOf()
    const refused = await attempt(verify, { token: ofMain })
    expect([refused.code, refused.started, refused.clock.pending]).toEqual(['auth/keys-unavailable', false, 0])
    expect(refused.sink.of('auth.failure')[0]?.data).toEqual({ reason: 'auth/keys-unavailable', retryable: true })
    server.publish(MAIN)
    expect((await attempt(verify, { token: ofMain })).code).toBeUndefined()
  },
)

test('JWKS down: a server that is not there', async () => {
  const verify = verifierOf()
  await server.close()
  const refused = await attempt(verify, { token: ofMain })
  expect(refused.code).toBe('auth/keys-unavailable')
  expect(refused.result).toMatchObject({
    errors: [{ message: `The keys of ${server.uri} cannot be had: fetch failed.`, cause: { message: 'fetch failed' } }],
  })
})

test('JWKS down while the set is fresh: known keys go on, an unknown one may be new and is retryable', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.answer((response) => response.writeHead(500).end())
  expect([await codeOf(verify, ofNext), await codeOf(verify, ofMain)]).toEqual(['auth/keys-unavailable', undefined])
})

test('a set that has aged is not used when the server is down: nobody knows which of its keys were taken out', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  server.answer((response) => response.writeHead(500).end())
  await clock.advance(600_000)
  expect(await codeOf(verify, ofMain)).toBe('auth/keys-unavailable')
})

test('rate limit: tokens with made-up key ids cost ten requests a minute, and good tokens go on', async () => {
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  for (let each = 0; each < 50; each++)
    expect(await codeOf(verify, unknown(`made-up-${each}`))).toBe('auth/unknown-key')
  expect([server.requests, await codeOf(verify, ofMain)]).toEqual([10, undefined])
  server.publish(MAIN, NEXT)
  expect(await codeOf(verify, ofNext)).toBe('auth/unknown-key')
  await clock.advance(60_000)
  expect([await codeOf(verify, ofNext), server.requests]).toEqual([undefined, 11])
})

test('rate limit: while the server is down, no more than requestsPerMinute ask it', async () => {
  server.answer((response) => response.writeHead(500).end())
  const verify = verifierOf({ requestsPerMinute: 3 })
  for (let each = 0; each < 20; each++) expect(await codeOf(verify, ofMain)).toBe('auth/keys-unavailable')
  expect(server.requests).toBe(3)
})

/** Lets a server hang, and waits until it has the request. */
const hang = () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  server.answer((response) => {
    response.on('close', close)
    resolve()
  })
  return { asked, closed }
}

test('a server that does not answer is given up after five seconds, or timeoutMs, and its connection closed', async () => {
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
    expect(await code).toBe('auth/keys-unavailable')
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
  expect(await code).toBe('auth/keys-unavailable')
})

test('one that gives up does not take the request from the others; the last one ends it', async () => {
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

test('the next one after a request that was given up has a request of his own', async () => {
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
])('an answer that is too long is given up, sent %s; its twin of the same length but one is taken', async (_, send) => {
  const body = (length: number) => {
    const text = JSON.stringify({ keys: [MAIN] })
    return text + ' '.repeat(length - text.length)
  }
  server.answer((response) => send(response, body(262_145)))
  const verify = verifierOf()
  expect(await codeOf(verify, ofMain)).toBe('auth/keys-unavailable')
  server.answer((response) => send(response, body(262_144)))
  expect(await codeOf(verify, ofMain)).toBeUndefined()
  expect(await codeOf(verifierOf({ maxResponseBytes: 100 }), ofMain)).toBe('auth/keys-unavailable')
})

test('an endless answer is given up at the limit', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  server.answer((response) => {
    const more = (): void =>
      void (response.write(' '.repeat(10_000)) ? setImmediate(more) : response.once('drain', more))
    response.on('close', resolve)
    more()
  })
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/keys-unavailable')
  await closed
})

test('an answer that is small only on the wire is given up at the limit too', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '))
  expect(bomb.length).toBeLessThan(100_000)
  server.answer((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/keys-unavailable')
  server.answer((response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify({ keys: [MAIN] }))),
  )
  expect(await codeOf(verifierOf(), ofMain)).toBeUndefined()
})

test.each([
  ['no key id', token(), 'auth/unknown-key'],
  ['a key id that is a path', unknown('../../dev/null'), 'auth/unknown-key'],
  ['a key id of every prototype', unknown('__proto__'), 'auth/unknown-key'],
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

test('a token that is refused by its shape or header causes no request', async () => {
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

test('a key verifies only the algorithm that the set says for it', async () => {
  server.publish({ ...MAIN, alg: 'RS512' })
  expect(await codeOf(verifierOf(), ofMain)).toBe('auth/algorithm-refused')
  server.publish({ ...MAIN, alg: 'RS256' })
  expect(await codeOf(verifierOf(), ofMain)).toBeUndefined()
})

test('keys of several kinds stand in one set; a weak one verifies nothing, and of two of one id the first counts', async () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  server.publish(jwkOf(ec, 'curve'), jwkOf(small, 'small'), MAIN, jwkOf(otherRsa, 'main'))
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

test.each<readonly [name: string, options: object, message: string]>([
  ['no address', { jwksUri: undefined }, '"jwksUri" is no URL'],
  ['what is no address', { jwksUri: 'issuer.example/jwks' }, '"jwksUri" is no URL'],
  ['http to another machine', { jwksUri: 'http://issuer.example/jwks' }, 'pass an https: address'],
  [
    'http to what only begins like this machine',
    { jwksUri: 'http://localhost.evil.example/jwks' },
    'pass an https: address',
  ],
  ['a file', { jwksUri: 'file:///etc/passwd' }, 'begins with file:'],
  ['data', { jwksUri: 'data:application/json,{}', allowHttp: true }, 'begins with data:'],
  ['a password in the address', { jwksUri: 'https://user:hunter2@issuer.example/' }, 'holds a user name or password'],
  ['HS256', { algorithms: ['HS256'] }, 'the keys of a JWKS are public'],
  ['HS256 among others', { algorithms: ['RS256', 'HS256'] }, 'the keys of a JWKS are public'],
  ['no algorithms', { algorithms: [] }, 'there is no default'],
  ['no issuer', { issuer: undefined }, '"issuer" is undefined'],
  ['no audience', { audience: undefined }, '"audience" is undefined'],
  ['allowHttp that is no boolean', { allowHttp: 'no' }, '"allowHttp" is "no"'],
  ['an age of NaN', { maxAgeMs: NaN }, '"maxAgeMs" is NaN'],
  ['no requests', { requestsPerMinute: 0 }, '"requestsPerMinute" is 0'],
  ['no time', { timeoutMs: 0 }, '"timeoutMs" is 0'],
  ['no size', { maxResponseBytes: Infinity }, '"maxResponseBytes" is Infinity'],
  ['an option of jwks-rsa', { cacheMaxAge: 5 }, 'There is no option "cacheMaxAge"'],
])('%s is refused when the verifier is made (auth/illegal-option)', (_, options, message) => {
  expect(() => verifierOf(options as never)).toThrow(
    expect.objectContaining({ code: 'auth/illegal-option', message: expect.stringContaining(message) }),
  )
  expect(() => verifierOf(options as never)).not.toThrow(/hunter2/)
})

test('https, and http to the machine itself or by allowHttp, are taken', () => {
  for (const jwksUri of [
    'https://issuer.example/jwks',
    'http://localhost:1/jwks',
    'http://127.0.0.1/jwks',
    'http://[::1]:1/jwks',
  ])
    expect(verifierOf({ jwksUri })).toBeTypeOf('function')
  expect(verifierOf({ jwksUri: 'http://issuer.internal/jwks', allowHttp: true })).toBeTypeOf('function')
  expect(() => jwksVerifier(undefined as never)).toThrow(
    /jwksVerifier was given undefined; pass jwksVerifier\(\{ jwksUri/,
  )
})
