import { generateKeyPairSync } from 'node:crypto'
import { createRedactor } from '@stageflow/core/redaction'
import { expect, test } from 'vitest'
import { attempt } from '../test/runs.ts'
import {
  AUDIENCE,
  ISSUER,
  NOW,
  SECRET,
  base64url,
  ec,
  ed25519,
  goodClaims,
  otherRsa,
  pemOf,
  rsa,
  signed,
  token,
} from '../test/tokens.ts'
import { type JwtVerifierOptions, jwtVerifier } from './index.ts'

const RS256: JwtVerifierOptions = { algorithms: ['RS256'], key: pemOf(rsa), issuer: ISSUER, audience: AUDIENCE }
const HS256: JwtVerifierOptions = { algorithms: ['HS256'], secret: SECRET, issuer: ISSUER, audience: AUDIENCE }
const KEYS: JwtVerifierOptions = {
  algorithms: ['RS256', 'ES256'],
  keys: { main: pemOf(rsa), curve: ec.publicKey },
  issuer: ISSUER,
  audience: AUDIENCE,
}
const ED: JwtVerifierOptions = { algorithms: ['EdDSA'], key: ed25519.publicKey, issuer: ISSUER, audience: AUDIENCE }
const edTwin = token({ algorithm: 'EdDSA', key: ed25519.privateKey })
const jwk = otherRsa.publicKey.export({ format: 'jwk' })
const embedded = (header: object) => token({ header: { ...header } })
const claims = (changes: object) => token({ claims: goodClaims({ ...changes }) })
const without = (name: string) => token({ claims: goodClaims({ [name]: undefined }) })
const ofBytes = (bytes: string, header = base64url('{"alg":"RS256","typ":"JWT"}')) =>
  signed(header, bytes, 'RS256', rsa.privateKey)
const json = JSON.stringify(goodClaims())
const twin = token()

/** Each bad token is signed correctly and wrong in one property. Its good twin is right in that property too. */
type Attack = readonly [name: string, code: string, bad: string, good: string, options?: JwtVerifierOptions]
const ATTACKS: readonly Attack[] = [
  [
    'alg none, without a signature',
    'auth/algorithm-refused',
    `${base64url('{"alg":"none","typ":"JWT"}')}.${base64url(json)}.`,
    twin,
  ],
  ['alg none, with a signature', 'auth/algorithm-refused', token({ header: { alg: 'none' } }), twin],
  ['alg nOnE', 'auth/algorithm-refused', token({ header: { alg: 'nOnE' } }), twin],
  [
    'no alg',
    'auth/algorithm-refused',
    token({ header: '{"typ":"JWT"}' }),
    token({ header: '{"typ":"JWT","alg":"RS256"}' }),
  ],
  ['alg as an array', 'auth/algorithm-refused', token({ header: { alg: ['RS256'] } }), twin],
  ['alg in lower case', 'auth/algorithm-refused', token({ header: { alg: 'rs256' } }), twin],
  ['alg toString', 'auth/algorithm-refused', token({ header: { alg: 'toString' } }), twin],
  ['HS256 signed with the public key', 'auth/algorithm-refused', token({ algorithm: 'HS256', key: pemOf(rsa) }), twin],
  ['another algorithm of the same key', 'auth/algorithm-refused', token({ algorithm: 'RS512' }), twin],
  ['PS256 if only RS256 is allowed', 'auth/algorithm-refused', token({ algorithm: 'PS256' }), twin],
  [
    'a key of another kind than the algorithm',
    'auth/algorithm-refused',
    token({ header: { kid: 'curve' } }),
    token({ header: { kid: 'main' } }),
    KEYS,
  ],
  ['an embedded jwk', 'auth/header-refused', token({ header: { jwk }, key: otherRsa.privateKey }), twin],
  ['an embedded jwk, signed with the right key', 'auth/header-refused', embedded({ jwk }), twin],
  ['an embedded jku', 'auth/header-refused', embedded({ jku: 'https://evil.example/jwks.json' }), twin],
  ['an embedded x5u', 'auth/header-refused', embedded({ x5u: 'https://evil.example/cert.pem' }), twin],
  ['an embedded x5c', 'auth/header-refused', embedded({ x5c: ['MIIB'] }), twin],
  ['an embedded x5c, even an empty one', 'auth/header-refused', embedded({ x5c: [] }), embedded({ x5t: 'abc' })],
  ['an unknown critical header', 'auth/header-refused', embedded({ crit: ['acme'], acme: 1 }), embedded({ acme: 1 })],
  ['an empty crit', 'auth/header-refused', embedded({ crit: [] }), twin],
  ['an unencoded payload (b64)', 'auth/header-refused', embedded({ b64: false }), twin],
  ['a compressed payload (zip)', 'auth/header-refused', embedded({ zip: 'DEF' }), twin],
  ['an encrypted token by its header (enc)', 'auth/header-refused', embedded({ enc: 'A256GCM' }), twin],
  ['another type', 'auth/header-refused', embedded({ typ: 'logout+jwt' }), embedded({ typ: 'application/at+JWT' })],
  ['a type that is not a string', 'auth/header-refused', embedded({ typ: ['JWT'] }), embedded({ typ: undefined })],
  [
    'a kid that is a path',
    'auth/unknown-key',
    embedded({ kid: '../../../../dev/null' }),
    embedded({ kid: 'main' }),
    KEYS,
  ],
  [
    'a kid that is SQL',
    'auth/header-refused',
    embedded({ kid: "x' UNION SELECT 'secret" }),
    embedded({ kid: 'main' }),
    KEYS,
  ],
  [
    'a kid that is SQL without spaces',
    'auth/unknown-key',
    embedded({ kid: "x'/**/OR/**/'1'='1" }),
    embedded({ kid: 'main' }),
    KEYS,
  ],
  ['a kid that is a command', 'auth/header-refused', embedded({ kid: 'main | sh' }), embedded({ kid: 'main' }), KEYS],
  [
    'a kid that every object has',
    'auth/unknown-key',
    embedded({ kid: 'constructor' }),
    embedded({ kid: 'main' }),
    KEYS,
  ],
  ['a kid that is __proto__', 'auth/unknown-key', embedded({ kid: '__proto__' }), embedded({ kid: 'main' }), KEYS],
  ['a kid with a null byte', 'auth/header-refused', embedded({ kid: 'main\0' }), embedded({ kid: 'main' }), KEYS],
  ['a kid that is a number', 'auth/header-refused', embedded({ kid: 7 }), embedded({ kid: '7' })],
  ['a kid that is an array', 'auth/header-refused', embedded({ kid: ['main'] }), embedded({ kid: 'main' }), KEYS],
  ['an empty kid', 'auth/header-refused', embedded({ kid: '' }), twin],
  [
    'a kid that is too long',
    'auth/header-refused',
    embedded({ kid: 'k'.repeat(257) }),
    embedded({ kid: 'k'.repeat(256) }),
  ],
  ['no kid for a verifier of several keys', 'auth/unknown-key', twin, embedded({ kid: 'main' }), KEYS],
  ['a kid of another key', 'auth/unknown-key', embedded({ kid: 'gone' }), embedded({ kid: 'main' }), KEYS],
  ['expired', 'auth/expired', claims({ exp: NOW - 5 }), claims({ exp: NOW - 4 })],
  ['expired in 1970', 'auth/expired', claims({ exp: 0 }), claims({ exp: NOW + 0.5 })],
  ['no expiry', 'auth/no-expiry', without('exp'), twin],
  ['an expiry of null', 'auth/illegal-claim', claims({ exp: null }), twin],
  ['an expiry that is a string', 'auth/illegal-claim', claims({ exp: String(NOW + 600) }), claims({ exp: NOW + 600 })],
  ['an expiry of NaN', 'auth/illegal-claim', claims({ exp: 'NaN' }), twin],
  [
    'an expiry of Infinity',
    'auth/illegal-claim',
    token({ claims: json.replace(`"exp":${NOW + 600}`, '"exp":1e999') }),
    twin,
  ],
  ['an expiry in milliseconds', 'auth/illegal-claim', claims({ exp: (NOW + 600) * 1_000 }), twin],
  ['an expiry that is huge', 'auth/illegal-claim', claims({ exp: 253_402_300_800 }), claims({ exp: 253_402_300_799 })],
  ['an expiry below zero', 'auth/illegal-claim', claims({ exp: -1 }), twin],
  ['an expiry that is an array', 'auth/illegal-claim', claims({ exp: [NOW + 600] }), twin],
  ['an expiry that is true', 'auth/illegal-claim', claims({ exp: true }), twin],
  ['not valid yet', 'auth/not-yet-valid', claims({ nbf: NOW + 6 }), claims({ nbf: NOW + 5 })],
  ['a not-before that is a string', 'auth/illegal-claim', claims({ nbf: '0' }), claims({ nbf: 0 })],
  ['issued in the future', 'auth/not-yet-valid', claims({ iat: NOW + 6 }), claims({ iat: NOW + 5 })],
  ['issued at a string', 'auth/illegal-claim', claims({ iat: 'now' }), without('iat')],
  ['another issuer', 'auth/wrong-issuer', claims({ iss: 'https://evil.example' }), twin],
  [
    'an issuer that only begins with the right one',
    'auth/wrong-issuer',
    claims({ iss: `${ISSUER}.evil.example` }),
    twin,
  ],
  ['no issuer', 'auth/wrong-issuer', without('iss'), twin],
  ['an issuer in an array', 'auth/illegal-claim', claims({ iss: [ISSUER] }), twin],
  ['another audience', 'auth/wrong-audience', claims({ aud: 'billing' }), twin],
  [
    'audiences without ours',
    'auth/wrong-audience',
    claims({ aud: ['billing', 'chat2'] }),
    claims({ aud: ['billing', AUDIENCE] }),
  ],
  ['no audience', 'auth/wrong-audience', without('aud'), twin],
  ['an empty array of audiences', 'auth/wrong-audience', claims({ aud: [] }), twin],
  ['an audience that is an object', 'auth/illegal-claim', claims({ aud: { 0: AUDIENCE } }), twin],
  [
    'an array with an audience that is a number',
    'auth/illegal-claim',
    claims({ aud: [AUDIENCE, 7] }),
    claims({ aud: [AUDIENCE] }),
  ],
  ['a user that is a number', 'auth/illegal-claim', claims({ sub: 7 }), claims({ sub: '7' })],
  ['a user that is an object', 'auth/illegal-claim', claims({ sub: { $ne: null } }), twin],
  ['a user with a null byte', 'auth/illegal-claim', claims({ sub: 'ada\0' }), twin],
  ['a user with a line break', 'auth/illegal-claim', claims({ sub: 'ada\nroot' }), twin],
  ['an empty user', 'auth/illegal-claim', claims({ sub: '' }), twin],
  ['a user that is too long', 'auth/illegal-claim', claims({ sub: 'a'.repeat(513) }), claims({ sub: 'a'.repeat(512) })],
  ['no user', 'auth/missing-claim', without('sub'), twin],
  ['an organization that is an array', 'auth/illegal-claim', claims({ org_id: ['acme'] }), without('org_id')],
  [
    'roles that are an object',
    'auth/illegal-claim',
    claims({ roles: { admin: true } }),
    claims({ roles: 'reader admin' }),
  ],
  ['roles that are not all strings', 'auth/illegal-claim', claims({ roles: ['reader', 1] }), claims({ roles: [] })],
  [
    'a required claim is missing',
    'auth/missing-claim',
    twin,
    claims({ tenant: 'acme' }),
    { ...RS256, requiredClaims: ['tenant'] },
  ],
  [
    'a required claim is null',
    'auth/missing-claim',
    claims({ tenant: null }),
    claims({ tenant: 0 }),
    { ...RS256, requiredClaims: ['tenant'] },
  ],
  [
    'a required claim that every object has',
    'auth/missing-claim',
    twin,
    claims({ constructor: 1 }),
    { ...RS256, requiredClaims: ['constructor'] },
  ],
  [
    'claims with a prototype',
    'auth/malformed-token',
    token({ claims: json.replace('{', '{"__proto__":{"roles":["admin"]},') }),
    twin,
  ],
  [
    'a prototype deep in the claims',
    'auth/malformed-token',
    token({ claims: json.replace('{', '{"a":[{"__proto__":1}],') }),
    token({ claims: json.replace('{', '{"a":[{"proto":1}],') }),
  ],
  ['a claim twice', 'auth/malformed-token', token({ claims: json.replace('{', '{"sub":"root",') }), twin],
  [
    'a claim twice, once escaped',
    'auth/malformed-token',
    token({ claims: json.replace('{', String.raw`{"\u0073ub":"root",`) }),
    twin,
  ],
  [
    'alg twice in the header',
    'auth/malformed-token',
    token({ header: '{"alg":"none","alg":"RS256"}' }),
    token({ header: '{"alg":"RS256"}' }),
  ],
  ['claims that are an array', 'auth/malformed-token', token({ claims: '[]' }), twin],
  ['claims that are null', 'auth/malformed-token', token({ claims: 'null' }), twin],
  ['claims that are a string', 'auth/malformed-token', token({ claims: '"ada"' }), twin],
  ['claims that are not JSON', 'auth/malformed-token', token({ claims: '{sub:ada}' }), twin],
  [
    'claims with a byte order mark',
    'auth/malformed-token',
    token({ claims: `\uFEFF${json}` }),
    token({ claims: ` ${json}\n` }),
  ],
  [
    'claims that are not UTF-8',
    'auth/malformed-token',
    ofBytes(base64url(Buffer.from(json.replace('ada', '\xff'), 'latin1'))),
    ofBytes(base64url(json)),
  ],
  ['a header that is an array', 'auth/malformed-token', token({ header: '["RS256"]' }), twin],
  ['truncated in the claims', 'auth/malformed-token', twin.slice(0, twin.indexOf('.') + 20), twin],
  ['truncated in the signature', 'auth/bad-signature', twin.slice(0, -2), twin],
  ['truncated before the signature', 'auth/bad-signature', twin.slice(0, twin.lastIndexOf('.') + 1), twin],
  ['truncated before the last dot', 'auth/malformed-token', twin.slice(0, twin.lastIndexOf('.')), twin],
  ['a fourth part', 'auth/malformed-token', `${twin}.abc`, twin],
  ['five parts, as encrypted ones have', 'auth/malformed-token', `${twin}.abc.abc`, twin],
  ['padded base64', 'auth/malformed-token', ofBytes(`${base64url(json)}==`), ofBytes(base64url(json))],
  [
    'base64 of the other alphabet',
    'auth/malformed-token',
    ofBytes(`${base64url('{"a":"?>"}').replace('-', '+')}+/`),
    twin,
  ],
  ['base64 that is not canonical', 'auth/malformed-token', nonCanonical(twin), twin],
  ['a space before', 'auth/malformed-token', ` ${twin}`, twin],
  ['a line break after', 'auth/malformed-token', `${twin}\n`, twin],
  ['a null byte after', 'auth/malformed-token', `${twin}\0`, twin],
  ['with its scheme', 'auth/malformed-token', `Bearer ${twin}`, twin],
  ['other claims under a right signature', 'auth/bad-signature', tampered({ sub: 'root' }), twin],
  ['signed with another key', 'auth/bad-signature', token({ key: otherRsa.privateKey }), twin],
  [
    'HS256 signed with another secret',
    'auth/bad-signature',
    token({ algorithm: 'HS256', key: `${SECRET}!` }),
    token({ algorithm: 'HS256', key: SECRET }),
    HS256,
  ],
  [
    'HS256 signed with nothing',
    'auth/bad-signature',
    token({ algorithm: 'HS256', key: '' }),
    token({ algorithm: 'HS256', key: SECRET }),
    HS256,
  ],
  [
    'ES256 with a signature of zeros',
    'auth/bad-signature',
    withSignature(token({ algorithm: 'ES256', key: ec.privateKey, header: { kid: 'curve' } }), new Uint8Array(64)),
    token({ algorithm: 'ES256', key: ec.privateKey, header: { kid: 'curve' } }),
    KEYS,
  ],
  [
    'EdDSA signed with another key',
    'auth/bad-signature',
    token({ algorithm: 'EdDSA', key: generateKeyPairSync('ed25519').privateKey }),
    edTwin,
    ED,
  ],
  ['EdDSA with a signature of zeros', 'auth/bad-signature', withSignature(edTwin, new Uint8Array(64)), edTwin, ED],
  [
    'EdDSA with half of the signature',
    'auth/bad-signature',
    withSignature(edTwin, signatureOf(edTwin).subarray(0, 32)),
    edTwin,
    ED,
  ],
  ['EdDSA without the signature', 'auth/bad-signature', withSignature(edTwin, new Uint8Array()), edTwin, ED],
  [
    'EdDSA with the other scalar of the same signature',
    'auth/bad-signature',
    withSignature(edTwin, otherScalar(signatureOf(edTwin))),
    edTwin,
    ED,
  ],
  ['EdDSA with other claims', 'auth/bad-signature', tampered({ sub: 'root' }, edTwin), edTwin, ED],
  ['EdDSA if only RS256 is allowed', 'auth/algorithm-refused', edTwin, twin],
  [
    'EdDSA with an RSA key',
    'auth/algorithm-refused',
    token({ algorithm: 'EdDSA', key: ed25519.privateKey, header: { kid: 'main' } }),
    token({ header: { kid: 'main' } }),
    { ...KEYS, algorithms: ['RS256', 'ES256', 'EdDSA'] },
  ],
  [
    'alg eddsa',
    'auth/algorithm-refused',
    token({ algorithm: 'EdDSA', key: ed25519.privateKey, header: { alg: 'eddsa' } }),
    edTwin,
    ED,
  ],
  [
    'HS256 signed with the Ed25519 public key',
    'auth/algorithm-refused',
    token({ algorithm: 'HS256', key: pemOf(ed25519) }),
    edTwin,
    ED,
  ],
  ['oversized', 'auth/too-large', padded(8_193), padded(8_192)],
  ['oversized and not a token', 'auth/too-large', 'a'.repeat(50_000_000), twin],
]

const attacks = ATTACKS.map(([name, code, bad, good, options = RS256]) => ({ name, code, bad, good, options }))

test.each(attacks)(
  '$name: $code before any stage starts, and its twin is accepted',
  async ({ code, bad, good, options }) => {
    const verify = jwtVerifier(options)
    const refused = await attempt(verify, { token: bad })
    expect({ code: refused.code, started: refused.started }).toEqual({ code, started: false })
    expect(refused.sink.types()).toEqual(['pipeline.started', 'auth.failure', 'pipeline.failed'])
    expect(refused.sink.of('auth.failure')[0]?.data).toEqual({ reason: code, retryable: false })
    expect(JSON.stringify([refused.result, refused.sink.events])).not.toContain(bad.slice(0, 1_000))
    const taken = await attempt(verify, { token: good })
    expect({ code: taken.code, started: taken.started }).toEqual({ code: undefined, started: true })
  },
)

test.each(attacks)('$name: no word of the message is redacted in a log', async ({ bad, options }) => {
  const { result } = await attempt(jwtVerifier(options), { token: bad })
  const message = result.status === 'failed' ? (result.errors[0]?.message ?? '') : ''
  expect(message).not.toBe('')
  expect(createRedactor().text(message)).toBe(message)
})

test('every algorithm is verified with a key of its kind', async () => {
  const p384 = keyPair('P-384')
  const p521 = keyPair('P-521')
  const cases = [
    ...(['HS256', 'HS384', 'HS512'] as const).map((name) => [name, { secret: SECRET }, SECRET] as const),
    ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map(
      (name) => [name, { key: rsa.publicKey }, rsa.privateKey] as const,
    ),
    ['ES256', { key: ec.publicKey }, ec.privateKey] as const,
    ['ES384', { key: p384.publicKey }, p384.privateKey] as const,
    ['ES512', { key: p521.publicKey }, p521.privateKey] as const,
    ['EdDSA', { key: ed25519.publicKey }, ed25519.privateKey] as const,
  ]
  for (const [algorithm, source, key] of cases) {
    const verify = jwtVerifier({ algorithms: [algorithm], ...source, issuer: ISSUER, audience: AUDIENCE })
    expect([algorithm, (await attempt(verify, { token: token({ algorithm, key }) })).code]).toEqual([
      algorithm,
      undefined,
    ])
  }
})

test('a token with one changed character is refused, whichever character it is', async () => {
  const verify = jwtVerifier(RS256)
  const request = { signal: new AbortController().signal, clock: (await attempt(verify, { token: twin })).clock }
  let refused = 0
  for (let place = 0; place < twin.length; place += 3) {
    const changed = twin.slice(0, place) + (twin[place] === 'A' ? 'B' : 'A') + twin.slice(place + 1)
    expect(() => verify(changed, request)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^auth\//) }))
    refused++
  }
  expect(refused).toBeGreaterThan(150)
})

function keyPair(namedCurve: string) {
  return generateKeyPairSync('ec', { namedCurve })
}

/** Other text for the same bytes: the last character has bits without a meaning. */
function nonCanonical(text: string): string {
  const last = text.at(-1) ?? ''
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const changed = `${text.slice(0, -1)}${alphabet[alphabet.indexOf(last) + 1]}`
  expect(Buffer.from(changed.split('.')[2] ?? '', 'base64url')).toEqual(
    Buffer.from(text.split('.')[2] ?? '', 'base64url'),
  )
  return changed
}

/** Other claims under the signature of the right ones. */
function tampered(changes: object, of = twin): string {
  const [header, , signature] = of.split('.')
  return `${header}.${base64url(JSON.stringify(goodClaims({ ...changes })))}.${signature}`
}

function signatureOf(text: string): Buffer {
  return Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url')
}
function withSignature(text: string, bytes: Uint8Array): string {
  return `${text.slice(0, text.lastIndexOf('.'))}.${base64url(bytes)}`
}

/** Adds the order of the group (RFC 8032) to the scalar: a verifier that skips its range check accepts the result too. */
function otherScalar(signature: Buffer): Buffer {
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n
  let scalar = 0n
  for (const byte of signature.subarray(32).toReversed()) scalar = scalar * 256n + BigInt(byte)
  scalar += order
  const bytes = Array.from({ length: 32 }, (_, at) => Number((scalar >> BigInt(8 * at)) & 255n))
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(bytes)])
}

/** A good token of exactly this length. */
function padded(length: number): string {
  for (let size = Math.floor(((length - twin.length) * 3) / 4) - 40; ; size++) {
    for (const kid of ['k', 'kk', 'kkk', 'kkkk']) {
      const text = token({ header: { kid }, claims: goodClaims({ pad: 'p'.repeat(size) }) })
      if (text.length === length) return text
    }
  }
}
