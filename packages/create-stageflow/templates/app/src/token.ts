import { createHmac, randomBytes } from 'node:crypto'
import { jwtVerifier } from '@stageflow/interceptor-auth'

const secret = randomBytes(32)
const issuer = 'login'
const audience = 'template-package'

/** Verifies tokens. For those of an identity provider, use `jwksVerifier` instead. */
export const verify = jwtVerifier({ algorithms: ['HS256'], secret, issuer, audience })

/** A token as an identity provider issues it, for trying. */
export function devToken(user: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seconds = Math.floor(Date.now() / 1_000)
  const claims = { sub: user, iss: issuer, aud: audience, iat: seconds, exp: seconds + 3_600 }
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
