import { show } from '@stageflow/core/kit'

import type { AnswerRequest, CancelRequest } from './protocol.ts'
import { Refused } from './refusal.ts'

/** Maximum length of a body, in bytes, and of the reason of a cancel, in characters. */
const MOST_BYTES = 1_048_576
const MOST_REASON = 1_000

/** The JSON of a request. Another type of content is refused, because a form of another site could send it. */
export async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json(;|$)/.test(type))
    throw illegal(`its content-type must be application/json, not ${show(type)}`)
  const text = await bodyText(request)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw illegal('its body is not JSON')
  }
}

/** Reads no more than a body may have, whatever its length is said to be. */
async function bodyText({ body }: Request): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  const reader = body?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    length += read.value.byteLength
    if (length > MOST_BYTES) {
      await reader?.cancel()
      throw new Refused(413, 'inspector/too-large', `The body is longer than ${MOST_BYTES} bytes. Send less.`)
    }
    parts.push(read.value)
  }
  return Buffer.concat(parts).toString('utf8')
}

export function readAnswer(body: unknown): AnswerRequest {
  const fields = fieldsOf(body)
  const { path, question } = fields
  const isPath = Array.isArray(path) && path.length > 0 && path.length <= 100
  if (!isPath || !path.every((name) => typeof name === 'string')) throw illegal('path must be an array of names')
  if (question !== undefined && typeof question !== 'string') throw illegal('question must be a string')
  if (!Object.hasOwn(fields, 'answer')) throw illegal('answer is missing')
  return { path, answer: fields['answer'], question }
}

export function readCancel(body: unknown): CancelRequest {
  const { reason } = fieldsOf(body)
  if (reason !== undefined && (typeof reason !== 'string' || reason.trim() === '' || reason.length > MOST_REASON))
    throw illegal(`reason must be a text of at most ${MOST_REASON} characters`)
  return { reason }
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  throw illegal('its body must be an object')
}

const illegal = (problem: string): Refused =>
  new Refused(400, 'inspector/unreadable-request', `The request cannot be read: ${problem}.`)
