import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deferred } from './async-values.ts'

export interface AskedModel {
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly body: {
    readonly model: string
    readonly stream: boolean
    readonly messages: readonly { readonly role: string; readonly content: string }[]
  }
  /** Resolves when the client has gone before the answer's end. */
  readonly disconnected: Promise<void>
}

export interface ModelServer extends AsyncDisposable {
  readonly baseUrl: string
  readonly asked: readonly AskedModel[]
  /** The next request to come. */
  readonly next: () => Promise<AskedModel>
}

export type Answer = (response: ServerResponse, asked: AskedModel) => void | Promise<void>

/** A real server that speaks the streaming protocol of chat completions, on a free port of this machine. */
export async function startModelServer(answer: Answer): Promise<ModelServer> {
  const asked: AskedModel[] = []
  let arrived = deferred<AskedModel>()
  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const one: AskedModel = {
        path: request.url,
        authorization: request.headers.authorization,
        body: JSON.parse(text) as AskedModel['body'],
        disconnected: new Promise((resolve) =>
          response.once('close', () => void (response.writableFinished || resolve())),
        ),
      }
      asked.push(one)
      arrived.resolve(one)
      arrived = deferred<AskedModel>()
      return answer(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    next: () => arrived.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One event with a piece of the answer. */
export const words = (content: string): string =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
export const finish = (finish_reason: string): string => event({ choices: [{ index: 0, delta: {}, finish_reason }] })
export const event = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
export const DONE = 'data: [DONE]\n\n'

export function stream(response: ServerResponse, ...parts: readonly string[]): ServerResponse {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (const part of parts) response.write(part)
  return response
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}
