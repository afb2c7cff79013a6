import { StageflowError } from '@stageflow/core'
import type { LLMDelta } from '@stageflow/provider-types'
import type { ModelServer } from './openai-settings.ts'

const LONGEST_QUOTE = 300
/** Ends that leave the answer unfinished. Any other word (`stop`, or what other servers say for it) is its end. */
const UNFINISHED = new Set(['length', 'content_filter', 'tool_calls', 'function_call'])

/** Of an id or a name. */
const LONGEST_NAME = 200

export interface Chunk {
  readonly delta: LLMDelta
  /** The model said that it has finished. */
  readonly end: boolean
}

/** Reads the data of one event. */
export function readChunk(data: string, server: ModelServer): Chunk {
  const chunk = parse(data)
  if (!isRecord(chunk)) throw malformed(data, server)
  if (chunk['error'] !== undefined && chunk['error'] !== null) {
    throw new StageflowError(
      'chat/model-stream-error',
      `The model's server broke its answer off with an error: ${said(chunk['error'], server)}. Try again later.`,
    )
  }
  const choices = chunk['choices']
  if (!Array.isArray(choices)) throw malformed(data, server)
  const choice: unknown = choices[0]
  const facts = {
    responseId: nameIn(chunk['id']),
    responseModel: nameIn(chunk['model']),
    usage: usageIn(chunk['usage']),
  }
  // The last chunk may hold only the usage, and some servers open with one that holds only their filters' verdict.
  if (choice === undefined) return { delta: facts, end: false }
  if (!isRecord(choice)) throw malformed(data, server)
  const delta = choice['delta'] ?? {}
  if (!isRecord(delta)) throw malformed(data, server)
  // A model that declines says so in a field of its own.
  const text = delta['content'] ?? delta['refusal'] ?? ''
  if (typeof text !== 'string') throw malformed(data, server)
  const reason = choice['finish_reason'] ?? undefined
  if (typeof reason === 'string' && UNFINISHED.has(reason)) {
    throw new StageflowError(
      'chat/model-incomplete',
      `The model stopped before the end of its answer: "${reason}". Ask for less, or use another model by OPENAI_MODEL.`,
    )
  }
  return { delta: { ...facts, text, finishReason: nameIn(reason) }, end: reason !== undefined }
}

/** A name that the server gave, where it is one. */
export const nameIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME ? value : undefined

/** What the server counted. What it did not count, or counted wrongly, is left out: nothing is made up. */
function usageIn(usage: unknown): LLMDelta['usage'] {
  if (!isRecord(usage)) return undefined
  const detail = (part: string, name: string): number | undefined => {
    const details = usage[part]
    return isRecord(details) ? countIn(details[name]) : undefined
  }
  return {
    inputTokens: countIn(usage['prompt_tokens']),
    outputTokens: countIn(usage['completion_tokens']),
    cachedTokens: detail('prompt_tokens_details', 'cached_tokens'),
    reasoningTokens: detail('completion_tokens_details', 'reasoning_tokens'),
  }
}

const countIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** The error for an answer whose status says that there is no answer. */
export async function failureOf(response: Response, server: ModelServer): Promise<StageflowError> {
  const { status } = response
  const body = await beginningOf(response)
  const parsed = parse(body)
  const detail = said(isRecord(parsed) ? (parsed['error'] ?? parsed) : body, server)
  const problem = `The model's server at ${server.url.host} answered ${status}${detail === '' ? '' : ` (${detail})`}.`
  if (status === 401 || status === 403)
    return new StageflowError('chat/model-unauthorized', `${problem} Check OPENAI_API_KEY.`)
  if (status === 429) {
    const after = /^\d{1,6}$/.exec(response.headers.get('retry-after') ?? '')?.[0]
    return new StageflowError(
      'chat/model-rate-limited',
      `${problem} ${after === undefined ? 'Wait a little' : `Wait ${after} s`} and ask again, or check the quota of the key.`,
    )
  }
  if (status >= 500) return new StageflowError('chat/model-unavailable', `${problem} Ask again later.`)
  return new StageflowError(
    'chat/model-rejected',
    `${problem} Check OPENAI_BASE_URL, and that the server has the model "${server.model}" (OPENAI_MODEL).`,
  )
}

/** The error for a connection that was never made, or that ended in the middle of an answer. */
export function unexpectedEnd(error: unknown, answering: boolean, server: ModelServer): StageflowError {
  const options = error === undefined ? {} : { cause: error }
  if (answering) {
    return new StageflowError(
      'chat/model-stream-cut',
      `The answer of the model's server at ${server.url.host} was cut off before its end. What was printed is not the whole answer. Ask again.`,
      options,
    )
  }
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  return new StageflowError(
    'chat/model-unavailable',
    `The model's server at ${server.url.host} cannot be reached: ${quote(reason, server)}. Check OPENAI_BASE_URL and that the server is up, or unset it to answer without a model.`,
    options,
  )
}

const malformed = (data: string, server: ModelServer): StageflowError =>
  new StageflowError(
    'chat/model-malformed',
    `The model's server sent an event that is no part of a chat completion: ${quote(data, server)}. Check that OPENAI_BASE_URL is the address of an OpenAI-compatible API.`,
  )

function said(error: unknown, server: ModelServer): string {
  if (typeof error === 'string') return quote(error, server)
  if (!isRecord(error)) return quote(JSON.stringify(error) ?? '', server)
  const { message, code } = error as { message?: unknown; code?: unknown }
  const text = typeof message === 'string' ? message : JSON.stringify(error)
  return quote(typeof code === 'string' ? `${code}: ${text}` : text, server)
}

/** What a server said, fit to be shown: short, on one line, without control characters, and never with the key in it. */
function quote(text: string, { apiKey }: ModelServer): string {
  const clean = text
    .replaceAll(apiKey, '[key]')
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
  return clean.length > LONGEST_QUOTE ? `${clean.slice(0, LONGEST_QUOTE)}…` : clean
}

/** An error page may be endless; its first few kilobytes say what there is to say. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (reader !== undefined && text.length < 10_000) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // The status is the message; a body that breaks off adds nothing.
  } finally {
    await reader?.cancel().catch(() => {})
  }
  return text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
