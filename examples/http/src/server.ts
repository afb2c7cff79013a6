import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isStageEvent, type ErrorRecord } from '@stageflow/core'
import type { App } from './app.ts'

const LARGEST_BODY = 64_000
const RUN_TIMEOUT_MS = 60_000

export interface Service {
  readonly server: Server
  /** Takes no new requests, gives those in progress `graceMs` to end, then cancels them. */
  close(graceMs?: number): Promise<void>
}

export function openService(app: App): Service {
  const stop = new AbortController()
  const inProgress = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const handled = route(request, response).catch((error: unknown) => fail(response, error))
    inProgress.add(handled)
    void handled.finally(() => inProgress.delete(handled))
  })

  function fail(response: ServerResponse, error: unknown): void {
    if (response.destroyed) return
    if (error instanceof BadRequest) response.setHeader('connection', 'close')
    else app.logger.error(error, 'a request failed')
    const [status, code] = error instanceof BadRequest ? [error.status, error.message] : [500, 'internal']
    end(response, status, { error: code })
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const target = `${request.method} ${pathname}`
    if (target === 'POST /chat') return answer(request, response)
    if (target === 'GET /metrics') {
      // Keep it on a port that only your Prometheus reaches.
      const { type, text } = await app.metrics()
      return void response.setHeader('content-type', type).end(text)
    }
    if (target === 'GET /health') return reply(response, 200, { status: 'ok' })
    return reply(response, 404, { error: 'not-found' })
  }

  /** Server-sent events: `token` for each piece of the answer, then `done` or `error`. Failures before the first token are HTTP statuses. */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort('the client disconnected'))
    const question = await readQuestion(request)
    const signal = AbortSignal.any([gone.signal, stop.signal])
    const run = app.graph.start(
      { inputText: question, extensions: keyOf(request) },
      {
        token: /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1],
        signal,
        timeoutMs: RUN_TIMEOUT_MS,
      },
    )
    for await (const event of run) {
      if (!isStageEvent(event, 'chunk') || event.stage !== 'answer') continue
      if (!response.headersSent)
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      // A slow client slows the model down: the loop takes no further token until the socket has room.
      if (!send(response, 'token', event.data.chunk)) await once(response, 'drain', { signal }).catch(() => {})
    }

    const result = await run.settled
    if (gone.signal.aborted) return
    const accepted = result.report.stages['accept']?.notes.idempotency?.result
    if (result.status === 'completed') {
      send(response, 'done', { messageId: result.data.accept.messageId, idempotency: accepted })
      response.end()
    } else if (result.status === 'cancelled') {
      end(response, stop.signal.aborted ? 503 : 422, { error: 'cancelled', reason: result.reason })
    } else if (result.status === 'failed') {
      const [error] = result.errors
      end(response, statusOf(error), { error: error?.code })
    } else end(response, 500, { error: result.status }) // no stage of this pipeline suspends
  }

  return {
    server,
    async close(graceMs = 10_000) {
      server.close()
      const timer = setTimeout(() => stop.abort('the service is stopping'), graceMs)
      await Promise.all(inProgress)
      clearTimeout(timer)
      server.closeAllConnections()
      await app.close()
    },
  }
}

/** A message tells what is inside the service, so clients get the code alone. Logs have the message. */
function statusOf(error: ErrorRecord | undefined): number {
  const { code = '' } = error ?? {}
  if (code === 'auth/forbidden') return 403
  if (code.startsWith('auth/')) return 401
  if (code === 'idempotency/other-input' || code === 'idempotency/in-progress') return 409
  if (code === 'circuit-breaker/open') return 503
  return code.startsWith('timeout/') || code === 'core/timed-out' ? 504 : 500
}

function keyOf({ headers }: IncomingMessage): { idempotencyKey?: string } {
  const key = headers['idempotency-key']
  return typeof key === 'string' ? { idempotencyKey: key } : {}
}

class BadRequest extends Error {
  readonly status: number
  constructor(status: number, code: string) {
    super(code)
    this.status = status
  }
}

async function readQuestion(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request.setEncoding('utf8')) {
    body += part
    if (body.length > LARGEST_BODY) throw new BadRequest(413, 'too-large')
  }
  try {
    const { question } = JSON.parse(body) as { question?: unknown }
    if (typeof question === 'string') return question
  } catch {
    // Not JSON: the same error as for a body without a question.
  }
  throw new BadRequest(400, 'no-question')
}

/** False if the socket is full. */
function send(response: ServerResponse, event: string, data: unknown): boolean {
  return response.destroyed || response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

/** After the first token, the status is sent already: the stream says how it ended. */
function end(response: ServerResponse, status: number, body: object): void {
  if (!response.headersSent) return reply(response, status, body)
  send(response, 'error', body)
  response.end()
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
