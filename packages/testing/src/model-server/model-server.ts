import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkArgumentCount } from '@stageflow/core/kit'
import { anthropic } from './anthropic.ts'
import { google } from './google.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Protocol } from './protocol.ts'
import { checkScript } from './script.ts'
import type { ServedAnswer, ServedFault } from './script.ts'

const PROTOCOLS: readonly Protocol[] = [openaiChat, openaiResponses, anthropic, google]

/** A request that the server got. */
export interface ServedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** What its JSON says. Of a body that isn't JSON its text, and undefined without a body. */
  readonly body: unknown
  /** Resolves when the client has closed the connection before the answer was whole. */
  readonly closed: Promise<void>
}

export interface FakeModelServer {
  /** `http://127.0.0.1:…`. */
  readonly url: string
  readonly requests: readonly ServedRequest[]
  /** How many connections are open. */
  connections(): Promise<number>
  close(): Promise<void>
}

/**
 * Starts a server on loopback that speaks OpenAI's chat completions and responses, Anthropic's messages and Google's generateContent, and
 * answers as scripted, good or bad. The last answer is that of all further requests. It doesn't keep the process running. Rejects with
 * `testing/illegal-option`.
 */
export async function fakeModelServer(script: readonly ServedAnswer[]): Promise<FakeModelServer> {
  checkArgumentCount(arguments.length, 1, 'fakeModelServer(script)', 'testing/illegal-option')
  checkScript(script)
  const requests: ServedRequest[] = []
  let taken = 0
  const server = createServer((request, response) => {
    const answer = script[Math.min(taken++, script.length - 1)] ?? {}
    serve(request, response, answer, requests).catch(() => response.destroy()) // the client broke off in its request
  })
  server.on('connection', (socket) => socket.unref())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ServedAnswer,
  requests: ServedRequest[],
): Promise<void> {
  const closed = new Promise<void>((resolve) => response.on('close', () => response.writableFinished || resolve()))
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  const { body, isJson } = readBody(await textOf(request))
  requests.push({ path, headers: request.headers, body, closed })
  const protocol = PROTOCOLS.find((one) => one.path.test(path))
  if (protocol === undefined) return sendRefusal(response, openaiChat, { status: 404 })
  if (!isJson) return sendRefusal(response, protocol, { status: 400 })
  if (answer.status !== undefined) return sendRefusal(response, protocol, answer)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for await (const part of partsOf(protocol, answer)) {
    if (response.destroyed) return
    if (part === 'cut') return void response.destroy()
    if (part === 'stall') return
    response.write(part)
  }
  response.end()
}

function readBody(text: string): { readonly body: unknown; readonly isJson: boolean } {
  if (text === '') return { body: undefined, isJson: false }
  try {
    return { body: JSON.parse(text), isJson: true }
  } catch {
    return { body: text, isJson: false }
  }
}

function sendRefusal(
  response: ServerResponse,
  protocol: Protocol,
  { status = 500, code, retryAfterMs }: ServedAnswer,
): void {
  const wait = retryAfterMs === undefined ? undefined : { 'retry-after-ms': `${retryAfterMs}` }
  response.writeHead(status, { 'content-type': 'application/json', ...wait })
  response.end(JSON.stringify(protocol.refused(status, code)))
}

/** What goes over the wire, one part after the other. */
async function* partsOf(protocol: Protocol, answer: ServedAnswer): AsyncGenerator<string> {
  const { text = [], toolCalls = [], usage = { inputTokens: 9, outputTokens: 3 }, fault, chunkMs = 0 } = answer
  const { ending = toolCalls.length > 0 ? 'tool-calls' : 'stop' } = answer
  if (fault?.kind === 'cut' && fault.afterChunks === 0) return yield 'cut'
  yield protocol.begin(usage)
  for (const [index, chunk] of text.entries()) {
    if (fault?.afterChunks === index) return yield* gone(protocol, fault.kind)
    yield protocol.text(chunk, index, usage)
    await sleep(chunkMs)
  }
  if (fault !== undefined) return yield* gone(protocol, fault.kind)
  for (const [index, call] of toolCalls.entries()) yield protocol.toolCall(call, index)
  yield protocol.end(ending, usage, text.join(''))
}

function* gone(protocol: Protocol, kind: ServedFault): Generator<string> {
  if (kind === 'overloaded') yield protocol.overloaded()
  else if (kind === 'malformed') yield 'data: {"choices":[{"delta\n\n'
  else if (kind !== 'end') yield kind
}
