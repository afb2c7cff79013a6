import { z } from 'zod'

import { defineTool, ToolRegistry, type ToolRegistryOptions } from '../src/index.ts'

export const weather = defineTool({
  name: 'get_weather',
  description: 'The weather of a city.',
  input: z.object({ city: z.string(), days: z.number().int().default(1) }),
  execute: ({ city, days }) => `${city}: ${days}`,
})
export const noArguments = defineTool({
  name: 'list_cities',
  description: 'All cities.',
  input: z.object({}),
  executionModes: ['practice', 'plan'],
  execute: () => [],
})

/** A registry of both tools. */
export const registryOf = (options: ToolRegistryOptions = {}): ToolRegistry =>
  new ToolRegistry({ tools: [weather, noArguments], ...options })
/** A call as OpenAI writes it. */
export const call = (name: unknown, args: unknown, id: unknown = 'c1'): unknown => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})
