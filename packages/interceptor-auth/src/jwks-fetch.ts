import { refusal } from './refusal.ts'

/** Fetches a key set: no redirect, nothing but 200, no more than `maxBytes`, however the server sends them. */
export async function fetchKeySet(
  uri: URL,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ readonly keys: unknown }> {
  const response = await fetch(uri, { signal, redirect: 'error', headers: { accept: 'application/json' } })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw unavailable(uri, `the answer was ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop closes the connection.
    if (size > maxBytes) throw unavailable(uri, `the answer is longer than ${maxBytes} bytes (maxResponseBytes)`)
    chunks.push(chunk)
  }
  try {
    const { keys } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly keys: unknown }
    if (Array.isArray(keys)) return { keys: keys.filter((key) => typeof key === 'object' && key !== null) }
  } catch {
    // As any other answer that is no key set.
  }
  throw unavailable(uri, 'the answer is no key set')
}

/** Nothing is known against the token: the same one may be accepted later. */
export function unavailable(uri: URL, why: string, cause?: unknown): Error {
  const options = cause === undefined ? undefined : { cause }
  const error = refusal('auth/keys-unavailable', `The keys of ${placeOf(uri)} cannot be had: ${why}.`, options)
  return Object.assign(error, { retryable: true })
}

/** Without the query, which may hold a secret. */
const placeOf = (uri: URL): string => `${uri.origin}${uri.pathname}`
