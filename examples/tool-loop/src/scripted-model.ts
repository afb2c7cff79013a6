import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OpenAI } from 'openai'

type Delta = OpenAI.ChatCompletionChunk.Choice.Delta
type Request = OpenAI.ChatCompletionCreateParamsStreaming

/** A server on this machine that speaks OpenAI's protocol for streamed chat completions, and follows a script. */
export async function startScriptedModel(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => void respond(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { model, messages } = JSON.parse(await textOf(request)) as Request
  const chunk = (choices: unknown[], usage?: unknown): void => {
    const data = { id: 'scripted', object: 'chat.completion.chunk', created: 0, model, choices, usage }
    response.write(`data: ${JSON.stringify(data)}\n\n`)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const deltas = nextDeltas(messages)
  chunk([{ index: 0, delta: { role: 'assistant', content: null }, finish_reason: null }])
  for (const delta of deltas) chunk([{ index: 0, delta, finish_reason: null }])
  const isCall = deltas.some((delta) => delta.tool_calls !== undefined)
  chunk([{ index: 0, delta: {}, finish_reason: isCall ? 'tool_calls' : 'stop' }])
  const prompt = Math.ceil(JSON.stringify(messages).length / 4)
  chunk([], { prompt_tokens: prompt, completion_tokens: deltas.length, total_tokens: prompt + deltas.length })
  response.end('data: [DONE]\n\n')
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  return text
}

/** The script: look for trains, misspell a tool's name as models do, book, then answer from the results. */
function nextDeltas(messages: Request['messages']): Delta[] {
  const question = contentOf(messages.find(({ role }) => role === 'user'))
  const results = messages.filter(({ role }) => role === 'tool').map(contentOf)
  const seats = Number(/\d+/.exec(question)?.[0] ?? 2)
  const city = /\bto ([A-Z]\p{L}+)/u.exec(question)?.[1] ?? 'Oslo'
  const last = results.at(-1) ?? ''
  if (/\bforever\b/.test(question)) return calls(results.length, ['find_trains', { to: city }])
  if (results.length === 0) return calls(0, ['find_trains', { to: city }], ['find_trains', { to: 'Bergen' }])
  const [train] = trainsIn(results[0]!)
  if (train === undefined) return words(`I am sorry: ${results[0]}`)
  if (results.length === 2) return calls(2, ['book_seat', { train: train.train, seats }])
  if (results.length === 3) return calls(3, ['book_seats', { train: train.train, seats }])
  const { booking, euros } = bookingIn(last)
  if (booking === undefined) return words(`I could not book: ${last}`)
  return words(
    `I booked ${seats} seats in ${train.train} to ${city} at ${train.departs}, for ${euros} euros: ${booking}.`,
  )
}

/** This example sends plain text only, no parts. */
function contentOf(message: Request['messages'][number] | undefined): string {
  return typeof message?.content === 'string' ? message.content : ''
}

const words = (text: string): Delta[] => text.split(/(?<= )/).map((content) => ({ content }))

function calls(earlier: number, ...wanted: readonly (readonly [name: string, input: object])[]): Delta[] {
  return wanted.map(([name, input], index) => {
    const id = `call_${earlier + index}`
    return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: JSON.stringify(input) } }] }
  })
}

function trainsIn(text: string): readonly { readonly train: string; readonly departs: string }[] {
  return text.startsWith('[') ? JSON.parse(text) : []
}

function bookingIn(text: string): { readonly booking?: string; readonly euros?: number } {
  return text.startsWith('{') ? JSON.parse(text) : {}
}
