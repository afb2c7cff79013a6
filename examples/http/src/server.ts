import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { bearerToken, readJson, sseResponse } from '@stageflow/http'
import { nodeHandler } from '@stageflow/http/node'
import { idempotentRun } from '@stageflow/interceptor-idempotency/run'
import { StageflowError } from '@stageflow/core'
import type { App } from './app.ts'

const RUN_TIMEOUT_MS = 60_000

/** The statuses of the codes of this service. Those of Stageflow are known. */
const ERRORS = { 'chat/no-question': { status: 400, message: 'Send {"question":"…"}.' } }

export interface Service {
  readonly server: Server
  /** Takes no new requests, gives those in progress `graceMs` to end, then cancels them. */
  close(graceMs?: number): Promise<void>
}

export function openService(app: App): Service {
  const stop = new AbortController()
  const options = { errors: ERRORS, stopping: stop.signal }
  const onError = (error: unknown): void => app.logger.error(error, 'a request failed')

  async function route(request: Request): Promise<Response> {
    const target = `${request.method} ${new URL(request.url).pathname}`
    if (target === 'POST /chat') return answer(request)
    if (target === 'GET /metrics') {
      // Keep it on a port that only your Prometheus reaches.
      const { type, text } = await app.metrics()
      return new Response(text, { headers: { 'content-type': type } })
    }
    if (target === 'GET /health') return Response.json({ status: 'ok' })
    return Response.json({ error: { code: 'not-found' } }, { status: 404 })
  }

  /** A refused request has its HTTP status: nothing is sent before the first token. A repeat with the same key gets the recorded answer. */
  async function answer(request: Request): Promise<Response> {
    const inputText = questionIn(await readJson(request))
    const signal = AbortSignal.any([request.signal, stop.signal])
    const run = await idempotentRun(
      app.graph,
      { inputText },
      {
        key: request.headers.get('idempotency-key'),
        store: app.store,
        token: bearerToken(request),
        signal,
        timeoutMs: RUN_TIMEOUT_MS,
      },
    )
    return sseResponse(run, { stage: 'answer', body: ({ accept }) => accept, ...options })
  }

  const server = createServer((request, response) => void handle(request, response))
  const handle = nodeHandler(route, { ...options, onError })
  return {
    server,
    async close(graceMs = 10_000) {
      const closed = once(server, 'close')
      server.close()
      const timer = setTimeout(() => stop.abort('the service is stopping'), graceMs)
      // Clients that neither send nor read.
      const force = setTimeout(() => server.closeAllConnections(), graceMs + 2_000)
      await closed
      clearTimeout(timer)
      clearTimeout(force)
      await app.close()
    },
  }
}

function questionIn(body: unknown): string {
  const { question } = Object(body) as { readonly question?: unknown }
  if (typeof question === 'string') return question
  throw new StageflowError('chat/no-question', 'The body has no question.')
}
