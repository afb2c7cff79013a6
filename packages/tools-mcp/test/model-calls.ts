import { systemClock, type Clock } from '@stageflow/core'
import { ToolExecutor } from '@stageflow/tool-executor'
import { ToolRegistry, type ExecutedCall, type ToolResult } from '@stageflow/tools'

import type { McpTools } from '../src/index.ts'

/** Calls tools as a model does: by name, through a registry and an executor. */
export interface ModelCalls {
  readonly registry: ToolRegistry
  readonly names: () => readonly string[]
  readonly call: (name: string, input?: object, signal?: AbortSignal) => Promise<ToolResult>
}

/** `clock`: measures the time limits of calls. */
export function modelCalls(tools: McpTools, clock: Clock = systemClock): ModelCalls {
  const registry = new ToolRegistry({ sources: [tools] })
  const executor = new ToolExecutor({ clock })
  return {
    registry,
    names: () => registry.list().map(({ name }) => name),
    call: async (name, input = {}, signal) => {
      const options = { registry, ...(signal !== undefined && { signal }) }
      const [result] = await executor.execute([{ id: 'c1', name, arguments: input }], options)
      if (result === undefined) throw new Error('no result')
      return result
    },
  }
}

/** What became of a call, in short: its output, or its code and message. */
export function endOf(result: ToolResult | ExecutedCall): unknown {
  if (result.status === 'completed') return result.output
  return result.status === 'failed'
    ? `${result.error.code}: ${result.error.message}`
    : `${result.status}: ${result.message}`
}
