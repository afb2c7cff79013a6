import type { EventMap } from '@stageflow/core'

import type { LeftOutTool } from './tool-list.ts'

/** A connection was opened, and the tools were listed. */
export interface McpConnectedEvent {
  /** The origin of its URL, or its command. */
  readonly server: string
  /** How many connections have been opened, this one included. */
  readonly connections: number
}

/** A connection was lost: not by `close()`. The next call opens another one. */
export interface McpDisconnectedEvent {
  readonly server: string
  /** What happened to the connection, without secrets. */
  readonly message: string
}

/** The server lists other tools than before. Names are those that models see. */
export interface McpToolsChangedEvent {
  readonly server: string
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Tools with another description, schema or hint than before. */
  readonly changed: readonly string[]
  /** Tools of the server that can't be called, and why. */
  readonly leftOut: readonly LeftOutTool[]
}

/** The tools could not be listed in the background. Those that were listed last stay. */
export interface McpListFailedEvent {
  readonly server: string
  /** Why, without secrets. */
  readonly message: string
}

declare module '@stageflow/core' {
  interface EventMap {
    'mcp.connected': McpConnectedEvent
    'mcp.disconnected': McpDisconnectedEvent
    'mcp.tools_changed': McpToolsChangedEvent
    'mcp.list_failed': McpListFailedEvent
  }
}

export type McpEvent = Extract<keyof EventMap, `mcp.${string}`>

/** Receives events. If it throws or rejects, the error is counted and changes nothing. */
export type McpEventEmitter = (type: McpEvent, data: EventMap[McpEvent]) => unknown
