import { createHmac, timingSafeEqual } from 'node:crypto'
import { StageflowError } from '@stageflow/core'
import { ILLEGAL_OPTION } from './option-rules.ts'

/** What the clients and the workers of a workflow share: at least 32 bytes, such as 32 random characters. */
export type Secret = string | Uint8Array

/** A secret, or two while it changes: the first one signs, and both are accepted. */
export type Secrets = Secret | readonly [signs: Secret, alsoAccepted: Secret]

/** The secrets as bytes, the one that signs first. None: nothing is signed or checked. */
export type Keys = readonly Buffer[]

const LEAST_BYTES = 32

const MUST = `a string or bytes of at least ${LEAST_BYTES} bytes, such as process.env.STAGEFLOW_SECRET, or an array of two of them while it changes`

/**
 * Reads the option `secret`. Throws `durable-restate/illegal-option`, with a message that doesn't show what was given. `none`: what
 * `false` means there; undefined if it isn't allowed.
 */
export function keysOf(where: string, secret: unknown, none: string | undefined): Keys {
  if (secret === false && none !== undefined) return []
  const secrets = Array.isArray(secret) && secret.length === 2 ? (secret as readonly unknown[]) : [secret]
  const keys = secrets.flatMap((one) => (typeof one === 'string' || one instanceof Uint8Array ? Buffer.from(one) : []))
  if (keys.length === secrets.length && keys.every(({ length }) => length >= LEAST_BYTES)) return keys
  throw new StageflowError(
    ILLEGAL_OPTION,
    `${where}: secret must be ${MUST}${none === undefined ? '' : `, or false ${none}`}; it is ${kindOf(secret)}.`,
  )
}

/** What a secret is, without the secret. */
function kindOf(secret: unknown): string {
  if (typeof secret === 'string' || secret instanceof Uint8Array) return `${Buffer.from(secret).length} bytes long`
  if (Array.isArray(secret)) return `an array of ${secret.length}: ${secret.map(kindOf).join(', ')}`
  return secret === null ? 'null' : `of type ${typeof secret}`
}

const macOf = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

export const sign = ([key]: Keys, text: string): string => macOf(key as Buffer, text).toString('base64url')

/** Whether one of the secrets has signed a text. Takes the same time for every wrong signature. */
export function hasSigned(keys: Keys, text: string, mac: string): boolean {
  const given = Buffer.from(mac, 'base64url')
  return keys.some((key) => {
    const right = macOf(key, text)
    return right.length === given.length && timingSafeEqual(right, given)
  })
}
