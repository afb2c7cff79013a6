import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { OpenAI } from 'openai'
import type { Section } from './docs.ts'
import type { Ticket } from './tickets.ts'

type Delta = OpenAI.ChatCompletionChunk.Choice.Delta
type Request = OpenAI.ChatCompletionCreateParamsStreaming

/** A server on this machine that speaks OpenAI's protocol for streamed chat completions, and follows a script. */
export async function startScriptedModel(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(
    (request, response) => void json(request).then((body) => respond(body as Request, response)),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function respond(request: Request, response: ServerResponse): Promise<void> {
  const { model, messages } = request
  const chunk = (choices: unknown[], usage?: unknown): void => {
    const data = { id: 'scripted', object: 'chat.completion.chunk', created: 0, model, choices, usage }
    response.write(`data: ${JSON.stringify(data)}\n\n`)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const { text = '', calls = [] } = nextTurn(request)
  const deltas: Delta[] = [
    ...text.split(/(?<= )/).map((content) => ({ content })),
    ...calls.map(([name, input], index) => deltaOf(messages.length, index, name, input)),
  ]
  for (const delta of deltas) {
    chunk([{ index: 0, delta, finish_reason: null }])
    await wait(10) // a model takes its time
  }
  chunk([{ index: 0, delta: {}, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }])
  const prompt = Math.ceil(JSON.stringify(messages).length / 4)
  chunk([], { prompt_tokens: prompt, completion_tokens: deltas.length, total_tokens: prompt + deltas.length })
  response.end('data: [DONE]\n\n')
}

interface Turn {
  readonly text?: string
  readonly calls?: readonly (readonly [tool: string, input: object])[]
}

/** The script: the tickets, a search with a misspelled tool, as models do, a draft, the end of the ticket, and an answer. */
function nextTurn({ messages, tool_choice: choice }: Request): Turn {
  const task = contentOf(messages.find(({ role }) => role === 'user'))
  const results = messages.filter(({ role }) => role === 'tool').map(contentOf)
  if (choice === 'none') return { text: `I stopped there. ${results.at(-1) ?? ''}` }
  if (/\bforever\b/.test(task)) return { calls: [['search_docs', { words: `page ${results.length}` }]] }

  const [tickets, , , sections, written, closed] = results
  if (tickets === undefined)
    return {
      text: 'I look for the oldest ticket.',
      calls: [
        ['list_tickets', {}],
        ['list_drafts', {}],
      ],
    }
  const ticket = (JSON.parse(tickets) as readonly Ticket[]).find(({ id }) => id === Number(/\d+/.exec(task)?.[0] ?? id))
  if (ticket === undefined) return { text: 'There is no such ticket.' }
  const { id, customer, question } = ticket
  const [, words = question] = /How do I (.*)\?$/.exec(question) ?? []
  if (results.length === 2) return { calls: [['search_doc', { words }]] }
  if (sections === undefined) return { text: 'That tool has another name.', calls: [['search_docs', { words }]] }
  const [best] = (sections.startsWith('[') ? JSON.parse(sections) : []) as readonly Section[]
  if (best === undefined) return { text: `The documentation has nothing about ticket ${id}.` }
  const file = `reply-${id}.md`
  if (written === undefined)
    return { text: `I write to ${customer}.`, calls: [['write_draft', { file, text: replyTo(customer, best) }]] }
  if (closed === undefined) return { text: 'Now the ticket.', calls: [['close_ticket', { ticket: id, file }]] }
  return { text: `Ticket ${id} is closed: ${customer} gets ${file}, which quotes ${best.page}.` }
}

function replyTo(customer: string, { page, text }: Section): string {
  const [first = ''] = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').split('\n\n')
  return `Hello ${customer},\n\n${first}\n\nThe page ${page} has an example.\n\nYour help desk\n`
}

/** The results of this example are plain text, no parts. */
function contentOf(message: Request['messages'][number] | undefined): string {
  return typeof message?.content === 'string' ? message.content : ''
}

/** The id of a call is that of its place in the conversation, so that it is the same in every process. */
function deltaOf(place: number, index: number, name: string, input: object): Delta {
  const call = { name, arguments: JSON.stringify(input) }
  return { tool_calls: [{ index, id: `call_${place}_${index}`, type: 'function', function: call }] }
}
