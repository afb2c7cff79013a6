import type { StageContext } from '@stageflow/core'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

import { toolFailure } from './tool-failure.ts'
import { defineTool, ToolRegistry } from './index.ts'
import type { AnyTool, Tool, ToolContext, ToolEventEmitter } from './index.ts'

interface Files {
  read(path: string): Promise<string>
}

const name = 'get_weather'
const description = 'The weather of a city.'
const input = z.object({ city: z.string(), days: z.coerce.number().default(1) })
const output = z.object({ degrees: z.number() })

test('a handler, its undo and the tool have the types of the schemas', () => {
  const weather = defineTool({
    name,
    description,
    input,
    output,
    execute: (given, context) => {
      expectTypeOf(given).toEqualTypeOf<{ city: string; days: number }>()
      expectTypeOf(context).toEqualTypeOf<ToolContext<{}>>()
      return { degrees: given.days }
    },
    undo: (call) => {
      expectTypeOf(call.input.city).toEqualTypeOf<string>()
      expectTypeOf(call.output.degrees).toEqualTypeOf<number>()
    },
  })
  expectTypeOf(weather).toEqualTypeOf<Tool<'get_weather', { city: string; days: number }, { degrees: number }, {}>>()
  expectTypeOf(weather).toExtend<AnyTool>()
})

test('schemas of valibot give the same types', () => {
  const schema = v.object({ city: v.string(), days: v.optional(v.number(), 1) })
  const weather = defineTool({
    name,
    description,
    input: schema,
    output: v.pipe(v.string(), v.transform(Number)),
    execute: ({ city, days }) => `${city.length + days}`,
  })
  expectTypeOf(weather).toEqualTypeOf<Tool<'get_weather', { city: string; days: number }, number, {}>>()
})

test('an output that the schema would refuse does not compile', () => {
  // @ts-expect-error -- degrees is a number
  defineTool({ name, description, input, output, execute: () => ({ degrees: 'warm' }) })
  // @ts-expect-error -- nothing is returned
  defineTool({ name, description, input, output, execute: () => {} })
  // @ts-expect-error -- asynchronous ones neither
  defineTool({ name, description, input, output, execute: async () => ({ degree: 21 }) })
})

test('a handler that asks for what the input has not does not compile', () => {
  // @ts-expect-error -- the city is not a number
  defineTool({ name, description, input, output, execute: (given: { city: number }) => ({ degrees: given.city }) })
})

test('a handler may return synchronously, asynchronously, in parts, or a failure', () => {
  defineTool({ name, description, input, output, execute: async () => ({ degrees: 21 }) })
  defineTool({ name, description, input, output, execute: () => toolFailure('no such city') })
  defineTool({
    name,
    description,
    input,
    output,
    execute: async function* () {
      yield 'looking'
      return { degrees: 21 }
    },
  })
  defineTool({ name, description, input, execute: () => new Map() })
})

test('an option that does not exist does not compile', () => {
  // @ts-expect-error -- it is timeoutMs
  defineTool({ name, description, input, execute: () => 1, timeout: 5 })
})

test('a registry takes tools that need no more than its ports', () => {
  const read = defineTool({
    name: 'read_file',
    description: 'Reads a file.',
    input: z.object({ path: z.string() }),
    execute: ({ path }, { ports }: ToolContext<{ files: Files }>) => ports.files.read(path),
  })
  const weather = defineTool({ name, description, input, output, execute: () => ({ degrees: 21 }) })
  // @ts-expect-error -- there are no files in this registry
  new ToolRegistry().register(read)
  new ToolRegistry<{ files: Files }>({ tools: [read, weather] }).register(read)
})

test('the emitter is the tryEmitEvent of a context as it is', () => {
  const context = {} as StageContext
  expectTypeOf(context.tryEmitEvent).toExtend<ToolEventEmitter>()
  expectTypeOf((_type: string, _data: object) => {}).toExtend<ToolEventEmitter>()
})
