import jwt from 'jsonwebtoken'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'chat'

/** A token as your identity provider issues it. The service itself only verifies tokens. */
export function signToken(secret: string, user: string): string {
  return jwt.sign({}, secret, {
    algorithm: 'HS256',
    subject: user,
    issuer: ISSUER,
    audience: AUDIENCE,
    expiresIn: '1h',
  })
}
