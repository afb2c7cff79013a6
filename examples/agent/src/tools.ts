import { defineTool, toolFailure, ToolRegistry, type ToolContext } from '@stageflow/tools'
import { z } from 'zod'
import type { Docs } from './docs.ts'
import { FILE_NAME, type Drafts } from './drafts.ts'
import type { Tickets } from './tickets.ts'

/** What the tools reach: no other file, and no other database. */
export interface ToolPorts {
  readonly docs: Docs
  readonly drafts: Drafts
  readonly tickets: Tickets
}

type Context = ToolContext<ToolPorts>
const fileName = z.string().regex(FILE_NAME, 'must be like reply-1.md')

const listTickets = defineTool({
  name: 'list_tickets',
  description: 'Lists the open or the closed tickets, the oldest first.',
  input: z.object({ status: z.enum(['open', 'closed']).default('open') }),
  execute: ({ status }, { ports }: Context) => ports.tickets.list(status),
})

const searchDocs = defineTool({
  name: 'search_docs',
  description: 'Searches the documentation of Stageflow. Returns the three best sections, with their pages.',
  input: z.object({ words: z.string() }),
  execute: ({ words }, { ports }: Context) => {
    const found = ports.docs.search(words)
    return found.length > 0 ? found : toolFailure('No section has these words. Try others.')
  },
})

const listDrafts = defineTool({
  name: 'list_drafts',
  description: 'Lists the names of the drafts.',
  input: z.object({}),
  execute: (_input, { ports }: Context) => ports.drafts.list(),
})

const readDraft = defineTool({
  name: 'read_draft',
  description: 'Reads a draft.',
  input: z.object({ file: fileName }),
  execute: async ({ file }, { ports }: Context) =>
    (await ports.drafts.read(file)) ?? toolFailure(`There is no draft ${file}.`),
})

const writeDraft = defineTool({
  name: 'write_draft',
  description: 'Writes a draft of a reply, such as reply-1.md, and replaces one that is there.',
  input: z.object({ file: fileName, text: z.string().min(1).max(10_000) }),
  execute: async ({ file, text }, { ports, idempotencyKey, keepForUndo }: Context) => {
    keepForUndo(await ports.drafts.write(file, text, idempotencyKey))
    return { characters: text.length }
  },
  undo: ({ input, kept }, { ports }) => ports.drafts.restore(input.file, kept as string | undefined),
})

const closeTicket = defineTool({
  name: 'close_ticket',
  description: 'Closes an open ticket, with a draft as the reply to its customer.',
  input: z.object({ ticket: z.number().int(), file: fileName }),
  execute: async ({ ticket, file }, { ports, idempotencyKey, keepForUndo }: Context) => {
    if ((await ports.drafts.read(file)) === undefined) return toolFailure(`There is no draft ${file}. Write it first.`)
    keepForUndo(idempotencyKey)
    const isClosed = ports.tickets.close(ticket, file, idempotencyKey)
    return isClosed ? { closed: ticket } : toolFailure(`There is no open ticket ${ticket}.`)
  },
  undo: ({ input, kept }, { ports }) => ports.tickets.reopen(input.ticket, kept as string),
})

/** The tools that change something: a person is asked before each call. */
export const CHANGES: ReadonlySet<string> = new Set(['write_draft', 'close_ticket'])

export const registry = new ToolRegistry<ToolPorts>({
  tools: [listTickets, searchDocs, listDrafts, readDraft, writeDraft, closeTicket],
})
