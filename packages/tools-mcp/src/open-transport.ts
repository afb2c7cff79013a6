import type { Transport } from '@modelcontextprotocol/client'
import type { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { withinLimit } from '@stageflow/core/kit'

import { HttpTransport, type HttpTransportSetup } from './http-transport.ts'
import { isHttp, type McpServer, type StdioServer } from './options.ts'

/** How much of what a process wrote to stderr is kept for an error, in characters. */
const KEPT_OUTPUT = 500

/** How long a process that was killed has to end, in ms. */
const END_MS = 1_000

/** A transport, and what it needs besides. */
export interface OpenedTransport {
  readonly transport: Transport
  /** How to find out which protocol the server speaks. The probe of `auto` would start a process twice. */
  readonly negotiation: 'auto' | 'legacy'
  /** What a process has written to stderr at last. */
  readonly lastWords: () => string
  readonly close: () => Promise<void>
}

export async function openTransport(server: McpServer, setup: HttpTransportSetup): Promise<OpenedTransport> {
  if (!isHttp(server)) return openProcess(server, setup)
  const transport = new HttpTransport(server, setup)
  return { transport, negotiation: 'auto', lastWords: () => '', close: () => transport.close() }
}

async function openProcess(server: StdioServer, { maxBytes, clock }: HttpTransportSetup): Promise<OpenedTransport> {
  const transport = await stdioTransport(server, maxBytes)
  let words = ''
  transport.stderr?.on('data', (chunk: unknown) => {
    words = (words + String(chunk)).slice(-KEPT_OUTPUT)
  })
  const ended = Promise.withResolvers<void>()
  transport.onclose = () => ended.resolve()
  const close = async (): Promise<void> => {
    await transport.close()
    // The SDK doesn't wait for a process that it kills. One whose children hold its output is left.
    await withinLimit(ended.promise, { clock, limitMs: END_MS, late: () => new Error('still running') })
  }
  return { transport, negotiation: 'legacy', lastWords: () => words.trim(), close }
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
