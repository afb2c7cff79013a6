import { textOf } from '@stageflow/core/kit'
import { refusal } from './refusal.ts'

/** Fetches the list of keys: follows no redirect, accepts HTTP 200 only, and reads no more than `maxBytes`. */
export async function fetchKeys(uri: URL, maxBytes: number, signal: AbortSignal): Promise<readonly unknown[]> {
  const response = await fetch(uri, { signal, redirect: 'error', headers: { accept: 'application/json' } })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw unavailable(uri, `HTTP ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop closes the connection.
    if (size > maxBytes) throw unavailable(uri, `the response is longer than ${maxBytes} bytes (maxResponseBytes)`)
    chunks.push(chunk)
  }
  const keys = keysIn(Buffer.concat(chunks).toString('utf8'))
  if (keys === undefined) throw unavailable(uri, 'the response is not a key set: { "keys": [ … ] }')
  return keys
}

function keysIn(text: string): readonly unknown[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { readonly keys: unknown }
    return Array.isArray(keys) ? keys : undefined
  } catch {
    return undefined
  }
}

/** The error of a key set that could not be fetched. It is retryable, because nothing speaks against the token. */
export function unavailable(uri: URL, why: string, cause?: unknown): Error {
  const options = cause === undefined ? undefined : { cause }
  const error = refusal('auth/keys-unavailable', `Could not fetch the key set from ${placeOf(uri)}: ${why}.`, options)
  return Object.assign(error, { retryable: true })
}

/** What fetch threw, in words. Its own message is only "fetch failed"; the cause says why. */
export function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined
  return cause instanceof Error ? `${textOf(thrown)} (${textOf(cause)})` : textOf(thrown)
}

/** Leaves out the query, which may hold a secret. */
const placeOf = (uri: URL): string => `${uri.origin}${uri.pathname}`
