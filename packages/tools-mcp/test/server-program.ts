import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

import { createMcpHandler, McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'

import { offeredNow, type Host, type ServerPlan, writeLine } from './offered-tools.ts'

// The program of a real MCP server, which tests start, kill and start again.

const plan = JSON.parse(process.env['MCP_TEST'] ?? '') as ServerPlan
/** How many tools a page of a list of this length has. */
const pageOf = (length: number): number => (length > 100 ? 50 : 4)
let lastAuthorization = ''

/** `announce`: how it tells its clients that the list of tools has changed. */
function makeServer(announce?: () => void): McpServer {
  const mcp = new McpServer({ name: 'test', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } })
  const host: Host = {
    plan,
    announce: async () => (announce === undefined ? mcp.server.sendToolListChanged() : announce()),
    forget: () => sessions.clear(),
    secrets: () => `${lastAuthorization} ${process.env['MCP_KEY'] ?? ''}`,
  }
  // Below the tools of the SDK, so that names, schemas and pages are ours.
  mcp.server.setRequestHandler('tools/list', async ({ params }) => {
    if (existsSync(plan.silenceFile)) return new Promise(() => {})
    const offered = offeredNow(plan)
    const start = Number(params?.cursor ?? 0)
    const end = start + pageOf(offered.length)
    const tools = offered.slice(start, end).map((one) => {
      const { call: _, ...tool } = one
      return tool
    })
    if (offered.some(({ name }) => name === 'endless')) return { tools, nextCursor: `${start + 1}` }
    return end < offered.length ? { tools, nextCursor: `${end}` } : { tools }
  })
  mcp.server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = offeredNow(plan).find(({ name }) => name === params.name)
    if (tool === undefined) throw Object.assign(new Error(`Unknown tool: ${params.name}`), { code: -32602 })
    return tool.call(params.arguments ?? {}, context, host)
  })
  return mcp
}

const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()

/** Keeps a server for each session, as the examples of the SDK do. */
async function serveSession(request: Request): Promise<Response> {
  if (plan.kind === 'deaf' && request.method === 'GET') {
    await sleep(200) // until the client has its tools
    writeLine(plan, 'no stream')
    return new Response('no such page', { status: 404 })
  }
  const id = request.headers.get('mcp-session-id')
  const known = sessions.get(id ?? '')
  if (known !== undefined) return known.handleRequest(request)
  if (id !== null)
    return plan.kind === 'old-sessions'
      ? Response.json(failure(-32_000, 'Bad Request: No valid session ID provided'), { status: 400 })
      : Response.json(failure(-32_001, 'Session not found'), { status: 404 })
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    enableJsonResponse: plan.kind === 'json',
    onsessioninitialized: (session) => {
      sessions.set(session, transport)
    },
    onsessionclosed: (session) => {
      sessions.delete(session)
      writeLine(plan, 'session ended')
    },
  })
  await makeServer().connect(transport)
  return transport.handleRequest(request)
}

const failure = (code: number, message: string): object => ({ jsonrpc: '2.0', id: null, error: { code, message } })

const modern = createMcpHandler(() => makeServer(() => void modern.notify.toolsChanged()), { legacy: 'reject' })

/** The answers to calls that are being written. A signal cuts them. */
const answers = new Set<ServerResponse>()
process.on('SIGUSR2', () => {
  for (const answer of answers) answer.destroy()
})

async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  const method = message.method ?? 'GET'
  if (method === 'POST') answers.add(response)
  response.on('close', () => {
    gone.abort()
    if (answers.delete(response) && !response.writableFinished) writeLine(plan, 'answer cut')
  })
  lastAuthorization = message.headers.authorization ?? ''
  if (lastAuthorization === 'Bearer expired-secret') {
    response.writeHead(401).end(`not ${lastAuthorization}`)
    return
  }
  const body = method === 'POST' ? { body: Readable.toWeb(message) as ReadableStream, duplex: 'half' as const } : {}
  const headers = new Headers(
    Object.entries(message.headers).map(([name, value]): [string, string] => [name, `${value}`]),
  )
  const request = new Request(`http://127.0.0.1${message.url}`, { method, headers, signal: gone.signal, ...body })
  const answer = await (plan.kind === 'modern' ? modern.fetch(request) : serveSession(request))
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.flushHeaders()
  const reader = answer.body?.getReader()
  response.on('close', () => void reader?.cancel().catch(() => {}))
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) response.write(part.value)
  response.end()
}

writeLine(plan, `pid ${process.pid}`)
if (plan.kind === 'stdio') {
  await makeServer().connect(new StdioServerTransport())
  process.stdin.on('end', () => process.exit())
} else {
  // The tests hold its stdin: it ends with them.
  process.stdin.on('end', () => process.exit()).resume()
  const http = createServer((message, response) => {
    serve(message, response).catch(() => response.destroy())
  })
  http.listen(plan.port, '127.0.0.1', () => process.stdout.write('ready\n'))
}
