import type { Refusal } from '../../src/protocol.ts'
import { accessHeaders } from './key.ts'

/** An answer of the server that isn't a success. */
export class RefusedError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'RefusedError'
    this.status = status
  }
}

/** Reads from the server. `path` is relative to where the app has mounted the page. */
export async function read<Answer>(path: string): Promise<Answer> {
  const response = await fetch(path, { headers: accessHeaders() })
  return answerOf<Answer>(response)
}

export async function send<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { ...accessHeaders(), 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return answerOf<Answer>(response)
}

/** The path of a run, or of something below it. */
export function runPath(run: string, below = ''): string {
  return `api/runs/${encodeURIComponent(run)}${below}`
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  // The server and this page are one version of one package, so that the form of an answer is known.
  if (response.ok) return (await response.json()) as Answer
  throw await refusalOf(response)
}

/** The error of an answer. A proxy in front of the app may answer with something that isn't JSON. */
export async function refusalOf(response: Response): Promise<RefusedError> {
  const refusal = (await response.json().catch(() => undefined)) as Refusal | undefined
  return new RefusedError(response.status, refusal?.error.message ?? `The app answered with HTTP ${response.status}.`)
}

/** What to tell the reader of a request that failed. */
export function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
