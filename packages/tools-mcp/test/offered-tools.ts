import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'

import type { CallToolResult, ServerContext, Tool } from '@modelcontextprotocol/server'

/** What the tests tell the server, in its environment as `MCP_TEST`. */
export interface ServerPlan {
  /**
   * How it is reached. `sessions`: HTTP with sessions, 404 for an unknown one. `old-sessions`: 400 instead. `json`: sessions, and answers without
   * streams. `deaf`: sessions, and 404 for the stream of its own messages. `modern`: the protocol of 2026, without sessions. `stdio`: its stdin and stdout.
   */
  readonly kind: 'sessions' | 'old-sessions' | 'json' | 'deaf' | 'modern' | 'stdio'
  readonly port: number
  /** Has a line for everything that the tools did. */
  readonly linesFile: string
  /** Has the names of the tools to list. */
  readonly toolsFile: string
  /** If it exists, calls to `look` end the process. The first one removes it, unless it has text. */
  readonly deathFile: string
  /** If it exists, the server doesn't answer requests for its list. */
  readonly silenceFile: string
}

export interface Offered extends Tool {
  readonly call: (input: Record<string, unknown>, context: ServerContext, server: Host) => Promise<CallToolResult>
}

/** What tools need of the server that offers them. */
export interface Host {
  readonly plan: ServerPlan
  readonly announce: () => Promise<void>
  /** Drops all sessions, but not what runs in them. */
  readonly forget: () => void
  readonly secrets: () => string
}

const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] })
const NO_INPUT = { type: 'object' } as const
const TEXT_INPUT = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } as const

export function writeLine({ linesFile }: ServerPlan, line: string): void {
  appendFileSync(linesFile, `${line}\n`)
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('killed')
}

const echo: Offered['call'] = async ({ text: given }) => text(String(given))

/** Ends the calls that hang. */
const hanging: (() => void)[] = []

const hang: Offered['call'] = (_input, { mcpReq: { signal } }, { plan }) =>
  new Promise((resolve) => {
    hanging.push(() => resolve(text('released')))
    signal.addEventListener('abort', () => {
      writeLine(plan, 'cancelled')
      resolve(text('cancelled'))
    })
    writeLine(plan, 'hanging')
  })

const TOOLS: readonly Offered[] = [
  { name: 'echo', description: 'Repeats a text.', inputSchema: TEXT_INPUT, call: echo },
  {
    name: 'pay',
    description: 'Pays. With 13, the server dies when it has paid.',
    inputSchema: { type: 'object', properties: { amount: { type: 'integer', minimum: 1 } }, required: ['amount'] },
    call: async ({ amount }, _context, { plan }) => {
      writeLine(plan, `paid ${String(amount)}`)
      return amount === 13 ? die() : text('paid')
    },
  },
  {
    name: 'look',
    description: 'Looks.',
    inputSchema: NO_INPUT,
    annotations: { readOnlyHint: true },
    call: async (_input, _context, { plan }) => {
      writeLine(plan, 'looked')
      if (!existsSync(plan.deathFile)) return text('seen')
      if (plan.kind === 'stdio') process.stderr.write('the disk is full\n')
      if (readFileSync(plan.deathFile, 'utf8') === '') rmSync(plan.deathFile)
      return die()
    },
  },
  { name: 'hang', inputSchema: NO_INPUT, annotations: { idempotentHint: true }, call: hang },
  { name: 'wait', description: 'Hangs, and has effects.', inputSchema: NO_INPUT, call: hang },
  {
    name: 'release',
    inputSchema: NO_INPUT,
    call: async () => {
      for (const release of hanging.splice(0)) release()
      return text('released others')
    },
  },
  {
    name: 'forget',
    inputSchema: NO_INPUT,
    call: async (_input, _context, { forget }) => {
      forget()
      return text('forgotten')
    },
  },
  {
    name: 'announce',
    inputSchema: NO_INPUT,
    call: async (_input, _context, { announce }) => {
      await announce()
      return text('announced')
    },
  },
  {
    name: 'sum',
    inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
    outputSchema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
    call: async ({ a, b }) => {
      const structuredContent = { sum: Number(a) + Number(b) }
      return { ...text(JSON.stringify(structuredContent)), structuredContent }
    },
  },
  {
    name: 'picture',
    inputSchema: NO_INPUT,
    call: async () => ({
      content: [
        { type: 'text', text: 'a dot' },
        { type: 'image', data: 'R0lGODlhAQABAAAAACw=', mimeType: 'image/gif' },
      ],
    }),
  },
  { name: 'refuse', inputSchema: NO_INPUT, call: async () => ({ ...text('no such customer'), isError: true }) },
  {
    name: 'leak',
    inputSchema: NO_INPUT,
    call: async (_input, _context, { secrets }) => Promise.reject(new Error(`not allowed with ${secrets()}`)),
  },
  {
    name: 'big',
    inputSchema: { type: 'object', properties: { size: { type: 'integer' } } },
    annotations: { readOnlyHint: true },
    call: async ({ size }) => text('x'.repeat(Number(size))),
  },
  {
    name: 'steps',
    inputSchema: NO_INPUT,
    call: async (_input, { mcpReq: { _meta, notify } }) => {
      const progressToken = _meta?.progressToken ?? 'none'
      const params = { progressToken, progress: 1, total: 2, message: 'halfway' }
      await notify({ method: 'notifications/progress', params })
      await new Promise((resolve) => setTimeout(resolve, 50)) // the SDK drops news of a call that has ended
      return text('done')
    },
  },
  { name: 'files.read/all', inputSchema: TEXT_INPUT, call: echo },
  { name: 'files_read_all', inputSchema: NO_INPUT, call: async () => text('the legal one') },
  { name: 'bad', inputSchema: { type: 'object', properties: { a: { type: 'string', pattern: '(' } } }, call: echo },
  { name: `long${'.x'.repeat(60)}`, inputSchema: NO_INPUT, call: async () => text('long') },
  { name: `long${'.x'.repeat(59)}.y`, inputSchema: NO_INPUT, call: async () => text('other') },
]

/** The tools that the server lists now. A name that is followed by `!` has another description than before. */
export function offeredNow({ toolsFile }: ServerPlan): readonly Offered[] {
  const names = JSON.parse(readFileSync(toolsFile, 'utf8')) as readonly string[]
  return names.map((given) => {
    const name = given.replace(/!$/, '')
    const tool = TOOLS.find((one) => one.name === name) ?? { name, inputSchema: NO_INPUT, call: echo }
    return given === name ? tool : { ...tool, description: 'Another description.' }
  })
}

export const longNames: readonly string[] = TOOLS.map(({ name }) => name).filter((name) => name.length > 64)
