import type { Clock } from '@stageflow/core'
import {
  CLOCK,
  functionLike,
  MILLISECONDS,
  type OptionRule,
  type OptionRules,
  optionProblems,
  or,
  read,
  refuseOptions,
  required,
  TEXT,
  whole,
} from '@stageflow/core/kit'
import type { AnyTool, ToolSource } from '@stageflow/tools'

import type { McpEventEmitter } from './events.ts'
import type { LeftOutTool } from './tool-list.ts'

/** A server that is called over streamable HTTP. */
export interface HttpServer {
  readonly url: string | URL
  /** Sent with every request, such as `{ authorization: 'Bearer …' }`. Never part of an error or an event. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A server that is started as a process, and called over its stdin and stdout. */
export interface StdioServer {
  /** The program. It is not run in a shell. */
  readonly command: string
  readonly args?: readonly string[]
  /** Its environment, besides `PATH`, `HOME` and the like. Never part of an error or an event. */
  readonly env?: Readonly<Record<string, string>>
}

export type McpServer = HttpServer | StdioServer

/** The options of `mcpTools`. */
export interface McpToolsOptions {
  /** The start of every name that models see, such as `crm_`: up to 32 letters, digits, `_` or `-`. Default: none. */
  readonly prefix?: string
  /** Maximum number of tools. Further ones are left out. Default: 256. */
  readonly maxTools?: number
  /** Maximum size of an answer of the server, in bytes. Default: 10,485,760. */
  readonly maxBytes?: number
  /** Maximum time to connect and to list the tools, in ms. Default: 30,000. */
  readonly connectTimeoutMs?: number
  /** Maximum time of a call, in ms; `false`: no limit. Default: 30,000. */
  readonly timeoutMs?: number | false
  /** Gets the events. Default: no events. */
  readonly eventEmitter?: McpEventEmitter
  /** Measures `connectTimeoutMs`. Default: the system's. */
  readonly clock?: Clock
}

/** The tools of an MCP server, for the option `sources` of a `ToolRegistry`. */
export interface McpTools extends ToolSource {
  /** The tools that were listed last. If the connection was lost, it is opened again in the background, and the tools are listed. */
  list(): readonly AnyTool[]
  /** Lists the tools again; first opens the connection again if it was lost. */
  refresh(): Promise<void>
  stats(): McpToolsStats
  /** Ends the connection and, of a `command`, the process. Calls that run fail. */
  close(): Promise<void>
}

export interface McpToolsStats {
  readonly isConnected: boolean
  /** How many connections have been opened. */
  readonly connections: number
  readonly tools: number
  /** Tools of the server that can't be called, and why. */
  readonly leftOut: readonly LeftOutTool[]
  /** How often the emitter threw or rejected, and the last error. */
  readonly emitterErrors: number
  readonly lastEmitterError: unknown
}

export const ILLEGAL = 'tools-mcp/illegal-option'

const URL_RULE: OptionRule = [
  (value) => /^https?:$/.test(URL.parse(String(value))?.protocol ?? ''),
  'a URL that begins with http:// or https://',
  true,
]
const TEXTS: OptionRule = [
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'an array of strings',
]
const TEXT_MAP: OptionRule = [isTextMap, 'an object whose values are strings']
const HTTP: OptionRules<HttpServer> = { url: URL_RULE, headers: TEXT_MAP }
const STDIO: OptionRules<StdioServer> = { command: required(TEXT), args: TEXTS, env: TEXT_MAP }
const OPTIONS: OptionRules<McpToolsOptions> = {
  prefix: [
    (value) => typeof value === 'string' && /^[\w-]{0,32}$/.test(value),
    'up to 32 letters, digits, "_" or "-", such as "crm_"',
  ],
  maxTools: whole(1),
  maxBytes: whole(1),
  connectTimeoutMs: MILLISECONDS,
  timeoutMs: or(MILLISECONDS, false, 'false for no limit'),
  eventEmitter: functionLike('(type, data) => void'),
  clock: CLOCK,
}

/** Throws `tools-mcp/illegal-option` with every problem. A value of `server` may be a secret, so its problems show none. */
export function checkMcpOptions(server: unknown, options: unknown): void {
  const isBoth = read(server, 'url') !== undefined && read(server, 'command') !== undefined
  const rules: OptionRules = read(server, 'command') === undefined ? HTTP : STDIO
  const problems = isBoth
    ? ['pass either url or command']
    : optionProblems(server, rules, 'server.').map((problem) => problem.replace(/, not .*$/s, ''))
  refuseOptions('mcpTools()', ILLEGAL, [...problems, ...optionProblems(options, OPTIONS)])
}

/** Of a list such as `Headers` nothing would be sent. `process.env` isn't a plain object. */
function isTextMap(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(Symbol.iterator in value) &&
    Object.values(value).every((one) => typeof one === 'string')
  )
}

export const isHttp = (server: McpServer): server is HttpServer => 'url' in server && server.url !== undefined
