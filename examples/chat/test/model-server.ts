import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

interface Asked {
  readonly authorization: string | undefined
  readonly body: {
    readonly model: string
    readonly messages: readonly { readonly role: string; readonly content: string }[]
  }
}

export interface ModelServer extends AsyncDisposable {
  readonly baseURL: string
  readonly requests: readonly Asked[]
}

/** A server that speaks OpenAI's chat completions; `respond` writes each response. */
export async function startModelServer(
  respond: (response: ServerResponse, request: number) => void,
): Promise<ModelServer> {
  const requests: Asked[] = []
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      requests.push({ authorization: request.headers.authorization, body: body as Asked['body'] })
      respond(response, requests.length)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Writes chunks of a streamed completion. */
export function stream(response: ServerResponse, ...chunks: readonly object[]): ServerResponse {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const chunk of chunks)
    response.write(`data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', ...chunk })}\n\n`)
  return response
}

export const words = (content: string): object => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
export const finish = (reason: string): object => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
export const USAGE = { choices: [], usage: { prompt_tokens: 9, completion_tokens: 6, total_tokens: 15 } }
export const DONE = 'data: [DONE]\n\n'
