import { createPublicKey, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { attempt } from '../test/runs.ts'
import {
  AUDIENCE,
  ISSUER,
  NOW,
  NOW_MS,
  SECRET,
  ec,
  ed25519,
  goodClaims,
  otherRsa,
  pemOf,
  rsa,
  token,
} from '../test/tokens.ts'
import { type JwtVerifierOptions, jwtVerifier } from './index.ts'

const base = { issuer: ISSUER, audience: AUDIENCE }
const RS = { ...base, algorithms: ['RS256'], key: pemOf(rsa) } as const
const HS = { ...base, algorithms: ['HS256'], secret: SECRET } as const
const privatePem = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const smallRsa = generateKeyPairSync('rsa', { modulusLength: 1_024 })
const pss = generateKeyPairSync('rsa-pss', {
  modulusLength: 2_048,
  hashAlgorithm: 'sha256',
  mgf1HashAlgorithm: 'sha256',
  // The types of Node want a string here, and Node a number.
  saltLength: 32 as never,
})
const ed448 = generateKeyPairSync('ed448')
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })

test.each<readonly [name: string, options: unknown, message: string]>([
  ['undefined', undefined, 'jwtVerifier(): the options must be an object, not undefined.'],
  ['no algorithms', { ...base, key: pemOf(rsa) }, 'there is no default'],
  ['an empty list of algorithms', { ...RS, algorithms: [] }, 'there is no default'],
  ['one algorithm that is not in an array', { ...RS, algorithms: 'RS256' }, 'must be an array'],
  ['alg none', { ...RS, algorithms: ['none'] }, 'algorithms has "none"'],
  ['ES256K', { ...RS, algorithms: ['ES256K'] }, 'pass auth() a verify function of your own'],
  ['an RSA key for EdDSA', { ...RS, algorithms: ['EdDSA'] }, 'EdDSA needs an Ed25519 key'],
  ['an EC key for EdDSA', { ...RS, algorithms: ['EdDSA'], key: ec.publicKey }, 'EdDSA needs an Ed25519 key'],
  ['an Ed448 key for EdDSA', { ...RS, algorithms: ['EdDSA'], key: ed448.publicKey }, 'EdDSA needs an Ed25519 key'],
  [
    'a secret for EdDSA',
    { ...base, algorithms: ['EdDSA'], secret: SECRET },
    'EdDSA cannot verify with secret: pass key',
  ],
  ['EdDSA and HS together', { ...RS, algorithms: ['EdDSA', 'HS256'], key: ed25519.publicKey }, 'mixes HS… with others'],
  ['an Ed25519 key for RS', { ...RS, key: ed25519.publicKey }, 'RS256 needs an RSA key'],
  ['an Ed25519 key for ES', { ...RS, algorithms: ['ES256'], key: ed25519.publicKey }, 'ES256 needs an EC key'],
  ['an unknown algorithm', { ...RS, algorithms: ['RS256', 'RS1024'] }, 'algorithms has "RS1024"'],
  ['an algorithm that is undefined', { ...RS, algorithms: [undefined] }, 'algorithms has undefined;'],
  ['an algorithm that is a number', { ...RS, algorithms: [1n] }, 'algorithms has 1n; '],
  ['an algorithm that is a symbol', { ...RS, algorithms: [Symbol('RS256')] }, 'algorithms has Symbol(RS256); '],
  ['RS and HS together', { ...RS, algorithms: ['RS256', 'HS256'] }, 'mixes HS… with others'],
  ['HS with a public key as its secret', { ...HS, secret: pemOf(rsa) }, 'is a key of a key pair, not a secret'],
  ['HS with a public key in bytes', { ...HS, secret: Buffer.from(pemOf(rsa)) }, 'not a secret'],
  [
    'HS with a public key in DER',
    { ...HS, secret: rsa.publicKey.export({ format: 'der', type: 'spki' }) },
    'not a secret',
  ],
  [
    'HS with a public key as a JWK',
    { ...HS, secret: JSON.stringify(rsa.publicKey.export({ format: 'jwk' })) },
    'not a secret',
  ],
  ['HS with a public KeyObject', { ...HS, secret: rsa.publicKey }, 'HS256 needs a secret, not a public key'],
  ['HS with a key', { ...base, algorithms: ['HS256'], key: pemOf(rsa) }, 'HS256 cannot verify with key: pass secret'],
  ['RS with a secret', { ...base, algorithms: ['RS256'], secret: SECRET }, 'RS256 cannot verify with secret: pass key'],
  ['a weak secret', { ...HS, secret: 'k'.repeat(31) }, 'HS256 needs a secret of at least 32 bytes, not 31'],
  [
    'a weak secret for HS512',
    { ...HS, algorithms: ['HS256', 'HS512'], secret: 'k'.repeat(63) },
    'HS512 needs a secret of at least 64 bytes, not 63',
  ],
  ['a weak secret in a KeyObject', { ...HS, secret: createSecretKey(randomBytes(16)) }, 'at least 32 bytes, not 16'],
  ['an empty secret', { ...HS, secret: '' }, 'secret is empty'],
  ['a secret that is a number', { ...HS, secret: 7 }, 'secret must be a string, bytes or a KeyObject'],
  ['a private key', { ...RS, key: privatePem }, 'is a private key'],
  ['a private KeyObject', { ...RS, key: rsa.privateKey }, 'RS256 needs a public key, not a private key'],
  [
    'a secret KeyObject for RS',
    { ...RS, key: createSecretKey(randomBytes(32)) },
    'RS256 needs a public key, not a secret',
  ],
  ['a key that is not in PEM', { ...RS, key: 'ssh-rsa AAAA' }, 'key is not a public key in PEM'],
  ['a key that is a number', { ...RS, key: 7 }, 'key must be a public key'],
  ['an EC key for RS', { ...RS, key: ec.publicKey }, 'RS256 needs an RSA key'],
  ['an RSA key for ES', { ...RS, algorithms: ['ES256'] }, 'ES256 needs an EC key on prime256v1'],
  [
    'a key on another curve',
    { ...RS, algorithms: ['ES256'], key: p384.publicKey },
    'ES256 needs an EC key on prime256v1',
  ],
  ['a small RSA key', { ...RS, key: smallRsa.publicKey }, 'RSA keys need at least 2048 bits'],
  ['an RSA-PSS key for RS', { ...RS, key: pss.publicKey }, 'RS256 needs an RSA key'],
  [
    'an RSA-PSS key for another hash',
    { ...RS, algorithms: ['PS512'], key: pss.publicKey },
    'PS512 needs an RSA-PSS key for sha512',
  ],
  ['one key for two kinds', { ...RS, algorithms: ['RS256', 'ES256'] }, 'ES256 needs an EC key'],
  ['no key', { ...base, algorithms: ['RS256'] }, 'pass exactly one of secret, key and keys, not none'],
  ['two keys', { ...RS, keys: { a: pemOf(rsa) } }, 'not key and keys'],
  ['no keys in keys', { ...base, algorithms: ['RS256'], keys: {} }, 'at least one key by its id'],
  ['keys in an array', { ...base, algorithms: ['RS256'], keys: [pemOf(rsa)] }, 'at least one key by its id'],
  [
    'a bad key in keys',
    { ...base, algorithms: ['RS256'], keys: { a: pemOf(rsa), b: '?' } },
    'keys["b"] is not a public key',
  ],
  [
    'a weak secret in keys',
    { ...base, algorithms: ['HS256'], keys: { a: SECRET, b: 'short' } },
    'keys["b"] does not fit',
  ],
  ['no issuer', { ...RS, issuer: undefined }, 'issuer is missing: pass who may issue tokens'],
  [
    'an issuer of true',
    { ...RS, issuer: true },
    'issuer must be a string, an array of strings, or false for "not checked", not true',
  ],
  ['an empty issuer', { ...RS, issuer: '' }, 'not ""'],
  ['no issuers', { ...RS, issuer: [] }, 'not an array'],
  ['no audience', { ...RS, audience: undefined }, 'audience is missing: pass the name of your service'],
  ['an audience of null', { ...RS, audience: null }, 'not null'],
  ['an audience that is a pattern', { ...RS, audience: /.*/ }, 'not an instance of RegExp'],
  [
    'a list with an empty audience',
    { ...RS, audience: ['chat', ''] },
    'audience must be a string, an array of strings',
  ],
  [
    'a tolerance below zero',
    { ...RS, clockToleranceMs: -1 },
    'clockToleranceMs must be a number of milliseconds from 0, not -1',
  ],
  ['an endless tolerance', { ...RS, clockToleranceMs: Infinity }, 'not Infinity'],
  ['a tolerance of NaN', { ...RS, clockToleranceMs: NaN }, 'not NaN'],
  ['a tolerance of null', { ...RS, clockToleranceMs: null }, 'not null'],
  ['no size', { ...RS, maxTokenBytes: 0 }, 'maxTokenBytes must be a whole number from 1, not 0'],
  ['an endless size', { ...RS, maxTokenBytes: Infinity }, 'not Infinity'],
  ['an expiry of maybe', { ...RS, requireExpiry: 0 }, 'requireExpiry must be true or false, not 0'],
  ['required claims that are not an array', { ...RS, requiredClaims: 'sub' }, 'requiredClaims must be an array'],
  ['no types', { ...RS, types: [] }, "types must be an array such as ['JWT'], not an array"],
  ['an option of jsonwebtoken', { ...RS, ignoreExpiration: true }, 'unknown option "ignoreExpiration"'],
])('jwtVerifier() throws auth/illegal-option for %s', (_, options, message) => {
  expect(() => jwtVerifier(options as never)).toThrow(
    expect.objectContaining({ code: 'auth/illegal-option', message: expect.stringContaining(message) }),
  )
})

test('no message about a key holds a part of it', () => {
  const messageOf = (options: unknown): string => {
    try {
      jwtVerifier(options as never)
    } catch (error) {
      return String(error)
    }
    throw new Error('it was accepted')
  }
  expect(messageOf({ ...HS, secret: 'hunter2' })).not.toContain('hunter2')
  expect(messageOf({ ...RS, key: privatePem })).not.toContain(privatePem.split('\n')[1])
  expect(messageOf({ ...HS, secret: { password: 'hunter2' } })).not.toContain('hunter2')
})

test('keys may be PEM, KeyObjects and bytes', async () => {
  const accepted: readonly (readonly [JwtVerifierOptions, string])[] = [
    [{ ...RS, key: createPublicKey(pemOf(rsa)) }, token()],
    [{ ...HS, secret: Buffer.from(SECRET) }, token({ algorithm: 'HS256', key: SECRET })],
    [{ ...HS, secret: createSecretKey(Buffer.from(SECRET)) }, token({ algorithm: 'HS256', key: SECRET })],
    [
      { ...base, algorithms: ['HS256'], keys: { a: SECRET, b: `${SECRET}!` } },
      token({ algorithm: 'HS256', key: `${SECRET}!`, header: { kid: 'b' } }),
    ],
    [{ ...base, algorithms: ['PS256'], key: pss.publicKey }, token({ algorithm: 'PS256', key: pss.privateKey })],
    [{ ...base, algorithms: ['RS256', 'PS256'], key: pemOf(rsa) }, token({ algorithm: 'PS256' })],
    [{ ...base, algorithms: ['EdDSA'], key: pemOf(ed25519) }, token({ algorithm: 'EdDSA', key: ed25519.privateKey })],
    [
      { ...base, algorithms: ['EdDSA', 'RS256'], keys: { a: pemOf(rsa), b: ed25519.publicKey } },
      token({ algorithm: 'EdDSA', key: ed25519.privateKey, header: { kid: 'b' } }),
    ],
  ]
  for (const [options, text] of accepted)
    expect((await attempt(jwtVerifier(options), { token: text })).code).toBeUndefined()
})

test('several issuers and audiences are allowed, and false checks none', async () => {
  const codeOf = async (options: object, changes: object) =>
    (await attempt(jwtVerifier({ ...RS, ...options }), { token: token({ claims: goodClaims({ ...changes }) }) })).code
  expect(await codeOf({ issuer: ['a', 'b'], audience: ['c', 'd'] }, { iss: 'b', aud: ['x', 'c'] })).toBeUndefined()
  expect(await codeOf({ issuer: ['a', 'b'] }, { iss: 'c' })).toBe('auth/wrong-issuer')
  expect(await codeOf({ issuer: false, audience: false }, { iss: undefined, aud: undefined })).toBeUndefined()
})

test('with requireExpiry: false a token may have no expiry, and an expiry that it has is checked', async () => {
  const verify = jwtVerifier({ ...RS, requireExpiry: false })
  const codeOf = async (exp: unknown) => (await attempt(verify, { token: token({ claims: goodClaims({ exp }) }) })).code
  expect([await codeOf(undefined), await codeOf(NOW - 60), await codeOf('never')]).toEqual([
    undefined,
    'auth/expired',
    'auth/illegal-claim',
  ])
})

test('the clocks may differ by clockToleranceMs, to the millisecond', async () => {
  const strict = jwtVerifier({ ...RS, clockToleranceMs: 0 })
  const lenient = jwtVerifier({ ...RS, clockToleranceMs: 60_000 })
  const codeOf = async (verify: typeof strict, changes: object) =>
    (await attempt(verify, { token: token({ claims: goodClaims({ ...changes }) }) })).code
  expect(await codeOf(strict, { exp: NOW })).toBe('auth/expired')
  expect(await codeOf(strict, { exp: NOW + 0.001 })).toBeUndefined()
  expect(await codeOf(strict, { nbf: NOW + 0.001 })).toBe('auth/not-yet-valid')
  expect(await codeOf(strict, { nbf: NOW, iat: NOW })).toBeUndefined()
  expect(await codeOf(lenient, { exp: NOW - 59, nbf: NOW + 59, iat: NOW + 59 })).toBeUndefined()
})

test("expiry is checked on the run's clock, even at time 0", () => {
  const verify = jwtVerifier(RS)
  const at = (ms: number) => ({ signal: new AbortController().signal, clock: { now: () => ms } as never })
  const early = token({ claims: goodClaims({ iat: 0, exp: 60 }) })
  expect(verify(early, at(0))).toMatchObject({ sub: 'ada' })
  expect(() => verify(early, at(NOW_MS))).toThrow(expect.objectContaining({ code: 'auth/expired' }))
})

test('types accepts other types, in any case and with or without application/', async () => {
  const verify = jwtVerifier({ ...RS, types: ['application/Acme+JWT'] })
  expect((await attempt(verify, { token: token({ header: { typ: 'acme+jwt' } }) })).code).toBeUndefined()
  expect((await attempt(verify, { token: token({ header: { typ: 'JWT' } }) })).code).toBe('auth/header-refused')
})

test('arrays that the caller changes later have no effect', async () => {
  const lists = {
    algorithms: ['RS256' as const],
    issuer: [ISSUER],
    audience: [AUDIENCE],
    requiredClaims: ['sub'],
    types: ['JWT'],
  }
  const verify = jwtVerifier({ ...lists, key: pemOf(rsa) })
  lists.issuer[0] = 'https://evil.example'
  lists.requiredClaims.push('other')
  lists.algorithms.length = 0
  expect((await attempt(verify, { token: token() })).code).toBeUndefined()
  expect((await attempt(verify, { token: token({ key: otherRsa.privateKey }) })).code).toBe('auth/bad-signature')
})

test('a verifier refuses tokens that are not strings', () => {
  const request = { signal: new AbortController().signal, clock: { now: () => NOW_MS } as never }
  for (const wrong of [undefined, null, 7, {}, [token()], new String(token())])
    expect(() => jwtVerifier(RS)(wrong as never, request)).toThrow(
      expect.objectContaining({ code: 'auth/malformed-token' }),
    )
})

test('deeply nested claims do not crash the process', async () => {
  const verify = jwtVerifier({ ...RS, maxTokenBytes: 2_000_000 })
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`
    const claims = JSON.stringify(goodClaims()).replace('{', `{"deep":${deep},`)
    expect(['auth/no-claims', undefined]).toContain((await attempt(verify, { token: token({ claims }) })).code)
  }
})
