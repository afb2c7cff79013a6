import type { Transport } from '@modelcontextprotocol/client'
import type { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

import { HttpTransport, type HttpTransportSetup } from './http-transport.ts'
import { isHttp, type McpServer, type StdioServer } from './options.ts'

/** How much of what a process wrote to stderr is kept for an error, in characters. */
const KEPT_OUTPUT = 500

/** A transport, and the last words of its process. */
export interface OpenedTransport {
  readonly transport: Transport
  /** How to find out which protocol the server speaks. The probe of `auto` would start a process twice. */
  readonly negotiation: 'auto' | 'legacy'
  readonly lastWords: () => string
}

export async function openTransport(server: McpServer, options: HttpTransportSetup): Promise<OpenedTransport> {
  if (isHttp(server)) return { transport: new HttpTransport(server, options), negotiation: 'auto', lastWords: () => '' }
  const transport = await stdioTransport(server, options.maxBytes)
  let words = ''
  transport.stderr?.on('data', (chunk: unknown) => {
    words = (words + String(chunk)).slice(-KEPT_OUTPUT)
  })
  return { transport, negotiation: 'legacy', lastWords: () => words.trim() }
}

/** Loads what starts processes only if a server is one. */
async function stdioTransport(
  { command, args = [], env = {} }: StdioServer,
  maxBytes: number,
): Promise<StdioClientTransport> {
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
  return new StdioClientTransport({
    command,
    args: [...args],
    env: { ...env },
    stderr: 'pipe',
    maxBufferSize: maxBytes,
  })
}
