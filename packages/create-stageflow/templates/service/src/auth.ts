import { createHmac, randomBytes } from 'node:crypto'
import { jwksVerifier, jwtVerifier, type Verify } from '@stageflow/interceptor-auth'

export interface Auth {
  readonly verify: Verify
  /** A token for this machine; undefined if an identity provider issues tokens. */
  readonly sign: ((user: string, organization: string) => string) | undefined
}

/** Verifies tokens by the key set of an identity provider, or by a secret. A token without a user or an organization is refused. */
export function openAuth(env: NodeJS.ProcessEnv): Auth {
  const { JWKS_URI: jwksUri, JWT_ISSUER: issuer = 'login', JWT_AUDIENCE: audience = 'template-package' } = env
  const claims = { issuer, audience, requiredClaims: ['sub', 'org_id'] }
  if (jwksUri) return { verify: jwksVerifier({ ...claims, jwksUri, algorithms: ['RS256', 'ES256'] }), sign: undefined }
  const secret = env['JWT_SECRET'] || randomBytes(32).toString('hex')
  return {
    verify: jwtVerifier({ ...claims, secret, algorithms: ['HS256'] }),
    sign: (user, organization) => signed(secret, { sub: user, org_id: organization, iss: issuer, aud: audience }),
  }
}

/** A token as an identity provider issues it. It is for trying: the service itself only verifies tokens. */
function signed(secret: string, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seconds = Math.floor(Date.now() / 1_000)
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, iat: seconds, exp: seconds + 3_600 })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
