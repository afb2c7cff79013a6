import { z } from 'zod'

import { defineTool, type AnyTool, type ToolContext } from '../src/index.ts'

type Handler = (input: any, context: ToolContext) => unknown
type More = Partial<Omit<Parameters<typeof defineTool>[0], 'execute' | 'name'>>

/** A tool that takes anything. */
export function tool(name: string, execute: Handler, more: More = {}): AnyTool {
  return defineTool({
    name,
    description: `The tool ${name}.`,
    input: z.looseObject({}),
    ...more,
    execute,
  } as Parameters<typeof defineTool>[0]) as AnyTool
}
