import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { defineTool, ToolRegistry } from '../../packages/tools/src/index.ts'
import { root } from '../places.mjs'

// Ten tool calls as a chat model sends them, their arguments as texts, checked by zod; beside only parsing and checking them.

const { resolve } = createRequire(join(root, 'packages/tools/package.json'))
const { z } = await import(pathToFileURL(resolve('zod')).href)

const input = z.object({ city: z.string(), days: z.number().int().min(1).max(14), units: z.enum(['metric', 'us']) })
const forecast = defineTool({
  name: 'forecast',
  description: 'Tells the weather of the next days.',
  input,
  output: z.object({ text: z.string() }),
  execute: ({ city }) => ({ text: city }),
})
const registry = new ToolRegistry()
registry.register(forecast)

const calls = Array.from({ length: 10 }, (_, index) => ({
  id: `call_${index}`,
  type: 'function',
  function: { name: 'forecast', arguments: JSON.stringify({ city: `City ${index}`, days: 3, units: 'metric' }) },
}))
const MESSAGES = 2_000

export const toolCalls = [
  {
    id: 'parseAndResolve',
    group: 'tools',
    title: '`parseAndResolve` of ten calls',
    count: MESSAGES,
    async run() {
      for (let message = 0; message < MESSAGES; message += 1) {
        const { resolved } = await registry.parseAndResolve(calls)
        if (resolved.length !== 10) throw new Error(`${resolved.length} of 10 calls were resolved.`)
      }
    },
  },
  {
    id: 'parseByHand',
    group: 'tools',
    title: '`JSON.parse` and zod’s `parse` of the same ten',
    count: MESSAGES,
    async run() {
      for (let message = 0; message < MESSAGES; message += 1) {
        for (const call of calls) input.parse(JSON.parse(call.function.arguments))
        await undefined
      }
    },
  },
]
