import type { JwtAlgorithm } from './jwt-algorithms.ts'
import { type JwtRules, typeName } from './jwt-rules.ts'
import { refusal } from './refusal.ts'
import { parseStrictObject } from './strict-json.ts'

/** A token whose shape and header are right. Its signature isn't verified yet. */
export interface UnverifiedToken {
  readonly text: string
  readonly algorithm: JwtAlgorithm
  readonly kid: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
}

const SHAPE = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/

/** Reads a token before any library sees it. Refuses everything in it that could change how it is verified. */
export function readToken(text: unknown, rules: JwtRules): UnverifiedToken {
  if (typeof text !== 'string') throw malformed('it is not a string')
  if (text.length > rules.maxTokenBytes)
    throw refusal('auth/token-too-large', `The token is longer than ${rules.maxTokenBytes} bytes (maxTokenBytes).`)
  const parts = SHAPE.exec(text)
  if (parts === null)
    throw malformed('it is not three parts of base64url with dots between them. Pass it bare, without "Bearer "')
  const [header, claims] = parts.slice(1).map(decode).map(parseStrictObject)
  if (header === undefined) throw malformed('its header is not a JSON object with each key once')
  const algorithm = checkAlgorithm(header, rules)
  const kid = checkHeader(header, rules)
  if (claims === undefined) throw malformed('its claims are not a JSON object with each key once')
  return { text, algorithm, kid, claims }
}

/** Accepts only the canonical spelling of the bytes. Otherwise one token could be written in several ways. */
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw malformed('one of its parts is not canonical base64url')
  return bytes
}

function checkAlgorithm(header: Readonly<Record<string, unknown>>, { algorithms }: JwtRules): JwtAlgorithm {
  const given = Object.hasOwn(header, 'alg') ? header['alg'] : undefined
  const algorithm = algorithms.find((name) => name === given)
  if (algorithm !== undefined) return algorithm
  throw refusal('auth/algorithm-refused', `The token is not signed with ${algorithms.join(' or ')} (algorithms).`)
}

/** Parameters that hold a key, say where one is, or change how the token is read. */
const REFUSED = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'enc', 'zip']
/** A key id is only looked up. Longer or stranger ones are attacks on software that does more with them. */
const KID = /^[\x21-\x7e]{1,256}$/

function checkHeader(header: Readonly<Record<string, unknown>>, { types }: JwtRules): string | undefined {
  const refused = REFUSED.find((name) => Object.hasOwn(header, name))
  if (refused !== undefined)
    throw refusal('auth/header-refused', `The token's header has "${refused}", which a token must not decide.`)
  const { typ, kid } = header
  if (typ !== undefined && (typeof typ !== 'string' || !types.includes(typeName(typ))))
    throw refusal('auth/header-refused', `The type of the token ("typ") is not ${types.join(' or ')} (types).`)
  if (kid === undefined) return undefined
  if (typeof kid === 'string' && KID.test(kid)) return kid
  throw refusal(
    'auth/header-refused',
    'The "kid" of the token is not a key id: 1 to 256 printable ASCII characters without spaces.',
  )
}

function malformed(why: string): Error {
  return refusal('auth/malformed-token', `The token is not a signed JWT: ${why}.`)
}
