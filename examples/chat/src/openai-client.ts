import { type Clock, StageflowError } from '@stageflow/core'
import type { LLMDelta } from '@stageflow/provider-types'
import { createParser } from 'eventsource-parser'
import type { ModelServer } from './openai-settings.ts'
import { failureOf, nameIn, readChunk, unexpectedEnd } from './openai-protocol.ts'

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface ClientLimits {
  /** The longest the server may say nothing, before its first word and between words. */
  readonly idleMs: number
  /** The longest answer, in characters. */
  readonly maxCharacters: number
  /** Of everything that is received, for a server that sends comments or empty chunks for ever. */
  readonly maxBytes: number
}

const CLIENT_LIMITS: ClientLimits = { idleMs: 30_000, maxCharacters: 100_000, maxBytes: 50_000_000 }
/** Of one event: each carries a word or two, so that anything near this is not a chat completion. */
const LARGEST_EVENT = 1_000_000

interface Call extends Partial<ClientLimits> {
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** Yields what each chunk of a streamed chat completion says: words, and what the server counted. Everything that is not a whole answer throws a `chat/model-…` error without the key. */
export async function* streamCompletion(
  server: ModelServer,
  messages: readonly ChatMessage[],
  call: Call,
): AsyncGenerator<LLMDelta, void, undefined> {
  const limits = { ...CLIENT_LIMITS, ...call }
  const silence = silenceLimit(call, limits.idleMs, server)
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined
  try {
    const response = await silence.during(request(server, messages, silence.signal))
    const type = response.headers.get('content-type') ?? 'none'
    if (response.body === null || !/^text\/event-stream\b/i.test(type)) {
      await response.body?.cancel()
      throw new StageflowError(
        'chat/model-malformed',
        `The model's server answered with the content type "${type.slice(0, 80)}" where an event stream was asked for. Check that OPENAI_BASE_URL is the address of an OpenAI-compatible API, usually ending in /v1.`,
      )
    }
    const reader = response.body.getReader()
    body = reader
    yield { requestId: nameIn(response.headers.get('x-request-id')) }
    yield* readAnswer(() => silence.during(reader.read()), server, limits)
  } catch (error) {
    // Whatever the abort made fetch throw, the reason for it is what happened.
    if (silence.signal.aborted) throw silence.signal.reason
    throw StageflowError.is(error) ? error : unexpectedEnd(error, body !== undefined, server)
  } finally {
    silence.release()
    // Closes the connection, also when the reader of the words has left.
    await body?.cancel().catch(() => {})
  }
}

/** The response to the question, which is a good one. Without the option servers count nothing, and some refuse it. */
async function request(server: ModelServer, messages: readonly ChatMessage[], signal: AbortSignal): Promise<Response> {
  const counted = await post(server, { messages, stream_options: { include_usage: true } }, signal)
  if (counted.ok) return counted
  const failure = await failureOf(counted, server)
  if (failure.code !== 'chat/model-rejected' || !failure.message.includes('stream_options')) throw failure
  const uncounted = await post(server, { messages }, signal)
  if (uncounted.ok) return uncounted
  throw await failureOf(uncounted, server)
}

function post({ url, apiKey, model }: ModelServer, body: object, signal: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ model, stream: true, ...body }),
    // A redirect would carry the question elsewhere.
    redirect: 'error',
    signal,
  })
}

type Read = () => Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>

async function* readAnswer(
  read: Read,
  server: ModelServer,
  { maxCharacters, maxBytes }: ClientLimits,
): AsyncGenerator<LLMDelta, void, undefined> {
  const events: string[] = []
  let broken: Error | undefined
  const parser = createParser({
    maxBufferSize: LARGEST_EVENT,
    onEvent: ({ event, data }) =>
      void events.push(event === 'error' && !data.includes('"error"') ? `{"error":${JSON.stringify(data)}}` : data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') broken = error
    },
  })
  const decoder = new TextDecoder()
  let bytes = 0
  let characters = 0
  let finished = false
  while (true) {
    const { done, value } = await read()
    if (done || value === undefined) break
    bytes += value.byteLength
    parser.feed(decoder.decode(value, { stream: true }))
    if (broken !== undefined) throw tooLong(`an event of more than ${LARGEST_EVENT} bytes`, broken)
    if (bytes > maxBytes) throw tooLong(`more than ${maxBytes} bytes`)
    for (const data of events.splice(0)) {
      if (data === '[DONE]') return
      const { delta, end } = readChunk(data, server)
      characters += delta.text?.length ?? 0
      if (characters > maxCharacters) throw tooLong(`an answer of more than ${maxCharacters} characters`)
      yield delta
      finished ||= end
    }
  }
  // Some servers close after the last chunk without saying [DONE].
  if (!finished) throw unexpectedEnd(undefined, true, server)
}

const tooLong = (what: string, cause?: Error): StageflowError =>
  new StageflowError(
    'chat/model-too-long',
    `The model's server sent ${what}. Ask for less, or use another model by OPENAI_MODEL.`,
    { cause },
  )

interface SilenceLimit {
  readonly signal: AbortSignal
  /** Counts only while the server's answer is waited for. The reader of the words may take any time. */
  during<T>(waiting: Promise<T>): Promise<T>
  release(): void
}

/** A signal that aborts with the caller's, or when the server was waited for longer than `idleMs`. */
function silenceLimit({ signal, clock }: Call, idleMs: number, { url }: ModelServer): SilenceLimit {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const onSilence = (): void =>
    controller.abort(
      new StageflowError(
        'chat/model-silent',
        `The model's server at ${url.host} said nothing for ${idleMs} ms. Try again, or check that it is up.`,
      ),
    )
  return {
    signal: controller.signal,
    during(waiting) {
      const stop = clock.setTimeout(onSilence, idleMs)
      return waiting.finally(stop)
    },
    release: () => signal.removeEventListener('abort', onAbort),
  }
}
