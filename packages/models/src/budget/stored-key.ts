import type { Limit } from './budget-options.ts'

const LONGEST_KEY = 256

/** The key of a limit of a user or an organization in a store: the same in all processes. A window of another length is another one. */
export async function storedKey(
  { name, unit, windowMs }: Limit,
  orgId: string | undefined,
  userId: string | undefined,
): Promise<string> {
  const whose = name === 'perUser' ? [orgId ?? null, userId] : [orgId]
  const key = JSON.stringify([name, unit, windowMs, ...whose])
  return key.length <= LONGEST_KEY ? key : `sha256:${await sha256(key)}`
}

async function sha256(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
