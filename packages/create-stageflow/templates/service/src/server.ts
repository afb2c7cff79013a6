import { createServer, type RequestListener, type Server } from 'node:http'
import { StageflowError } from '@stageflow/core'
import { bearerToken, readJson, sseResponse, verifyRequest } from '@stageflow/http'
import { nodeHandler } from '@stageflow/http/node'
import { idempotentRun } from '@stageflow/interceptor-idempotency/run'
import type { App } from './app.ts'

/** The statuses of the error codes of this service. Those of Stageflow are known. */
const ERRORS = { 'chat/no-question': { status: 400, message: 'Send {"question":"…"}.' } }

export interface Service {
  readonly server: Server
  /** Keep its port inside your network. */
  readonly metrics: Server
  /** Takes no new requests, lets those in progress end for `drainMs`, then cancels them. */
  readonly close: (drainMs?: number) => Promise<void>
}

export function openService(app: App): Service {
  const stopping = new AbortController()
  const options = { errors: ERRORS, stopping: stopping.signal }
  const onError = (error: unknown): void => app.logger.error(error, 'a request failed')
  let isReady = true

  /** Nothing is sent before the first chunk, so a refused request has its status. A client that leaves cancels its run. */
  async function chat(request: Request): Promise<Response> {
    const inputText = questionIn(await readJson(request))
    const traceparent = request.headers.get('traceparent') ?? undefined // the caller's trace goes on
    const run = await idempotentRun(
      app.graph,
      { inputText, extensions: { traceparent } },
      {
        key: request.headers.get('idempotency-key'),
        store: app.store,
        token: bearerToken(request),
        signal: AbortSignal.any([request.signal, stopping.signal]),
        timeoutMs: 60_000,
      },
    )
    return sseResponse(run, { stage: 'answer', body: ({ save }) => save, ...options })
  }

  async function messages(request: Request): Promise<Response> {
    const { claims } = await verifyRequest(request, app.verify)
    return Response.json(app.database.messagesOf(String(claims['org_id']), String(claims.sub)))
  }

  const routes: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
    'POST /chat': chat,
    'GET /messages': messages,
    'GET /ready': () => new Response(null, { status: isReady ? 200 : 503 }),
  }
  const handle = nodeHandler(
    (request) => {
      const route = routes[`${request.method} ${new URL(request.url).pathname}`]
      return route?.(request) ?? Response.json({ error: { code: 'not-found' } }, { status: 404 })
    },
    { ...options, onError },
  )
  const handleMetrics = nodeHandler(
    async () => {
      const { type, text } = await app.metrics()
      return new Response(text, { headers: { 'content-type': type } })
    },
    { onError },
  )
  const listener: RequestListener = (request, response) => {
    // Otherwise the client sends its next request here.
    if (!isReady) response.setHeader('connection', 'close')
    response.once('close', () => {
      if (!isReady) server.closeIdleConnections()
    })
    void handle(request, response)
  }
  const server = createServer(listener)
  const metrics = createServer((request, response) => void handleMetrics(request, response))

  return {
    server,
    metrics,
    async close(drainMs = 10_000) {
      isReady = false
      const cancel = setTimeout(() => stopping.abort('the server shuts down'), drainMs)
      // Clients that neither send nor read.
      const force = setTimeout(() => server.closeAllConnections(), drainMs + 2_000)
      await new Promise((resolve) => server.close(resolve))
      clearTimeout(cancel)
      clearTimeout(force)
      metrics.close()
      metrics.closeAllConnections()
      await app.close()
    },
  }
}

function questionIn(body: unknown): string {
  const { question } = Object(body) as { readonly question?: unknown }
  if (typeof question === 'string') return question
  throw new StageflowError('chat/no-question', 'The body has no question.')
}
