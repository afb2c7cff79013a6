import { isHeavy } from '../../core/test/property-settings.ts'
import type { McpServer, McpTools } from '../src/index.ts'
import type { RunningServer } from './running-server.ts'

const ALL_KINDS = ['sessions', 'old-sessions', 'json', 'modern', 'stdio'] as const

type Kind = (typeof ALL_KINDS)[number]

/** The kinds of servers with which a test is tried: by day one with sessions, the newest one without, and a process. */
export function kindsToTry(kinds: readonly Kind[] = ALL_KINDS): readonly Kind[] {
  return isHeavy ? kinds : kinds.filter((kind) => kind === 'sessions' || kind === 'modern' || kind === 'stdio')
}

/** The first argument of `mcpTools()` for a server of this kind. */
export const reached = (kind: Kind, { url, command }: RunningServer): McpServer =>
  kind === 'stdio' ? command : { url }

/** Closes the tools at the end of a test. */
export const closing = (tools: McpTools): AsyncDisposable => ({ [Symbol.asyncDispose]: () => tools.close() })
