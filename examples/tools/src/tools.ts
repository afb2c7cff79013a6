import { defineTool, toolFailure, type ToolContext } from '@stageflow/tools'
import { z } from 'zod'
import type { Database } from './database.ts'
import type { Sandbox } from './sandbox.ts'

/** What the app injects: a handler sees no other file and no other database. */
export interface Ports {
  readonly sandbox: Sandbox
  readonly database: Database
  /** Yields one document after the other, and may well stop to. */
  readonly search: (words: string, signal: AbortSignal) => AsyncIterable<string>
}

type Context = ToolContext<Ports>

const writeFile = defineTool({
  name: 'write_file',
  description: 'Writes a text file, and replaces the one that is there.',
  input: z.object({ path: z.string(), text: z.string().max(10_000) }),
  output: z.object({ characters: z.number() }),
  execute: async ({ path, text }, { ports, signal, keepForUndo }: Context) => {
    keepForUndo(await ports.sandbox.write(path, text, signal))
    return { characters: text.length }
  },
  undo: async ({ input, kept }, { ports, signal }) => {
    if (typeof kept === 'string') await ports.sandbox.write(input.path, kept, signal)
    else await ports.sandbox.remove(input.path)
  },
})

const readFile = defineTool({
  name: 'read_file',
  description: 'Reads a text file.',
  input: z.object({ path: z.string() }),
  output: z.string(),
  execute: ({ path }, { ports, signal }: Context) => ports.sandbox.read(path, signal),
})

const queryOrders = defineTool({
  name: 'query_orders',
  description: 'Answers a SELECT over the table orders (id, customer, euros).',
  input: z.object({ sql: z.string(), limit: z.number().int().min(1).max(100).default(10) }),
  output: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  concurrency: 1,
  execute: ({ sql, limit }, { ports }: Context) => {
    const rows = ports.database.query(sql, limit)
    return rows.length > 0 ? rows : toolFailure('No order is like that.')
  },
})

const searchWeb = defineTool({
  name: 'search_web',
  description: 'Searches the web; what it finds comes one by one.',
  input: z.object({ words: z.string() }),
  output: z.object({ found: z.number() }),
  timeoutMs: 200,
  async *execute({ words }, { ports, signal }: Context) {
    let found = 0
    for await (const document of ports.search(words, signal)) {
      found++
      yield document
    }
    return { found }
  },
})

const dropOrders = defineTool({
  name: 'drop_orders',
  description: 'Removes all orders.',
  input: z.object({}),
  executionModes: ['maintenance'],
  execute: () => toolFailure('no call gets here'),
})

export const TOOLS = [writeFile, readFile, queryOrders, searchWeb, dropOrders]
