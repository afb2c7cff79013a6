import type { StageContext } from '@stageflow/core'
import {
  defineTool,
  ToolRegistry,
  type AnyTool,
  type ExecutedCall,
  type ResolvedCall,
  type ToolContext,
  type ToolResult,
  type ToolSource,
} from '@stageflow/tools'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

import { ToolExecutor } from './index.ts'

interface Files {
  read(path: string): Promise<string>
}

const name = 'get_weather'
const description = 'The weather of a city.'
const input = z.object({ city: z.string(), days: z.coerce.number().default(1) })
const output = z.object({ degrees: z.number() })

const read = defineTool({
  name: 'read_file',
  description: 'Reads a file.',
  input: z.object({ path: z.string() }),
  execute: ({ path }, { ports }: ToolContext<{ files: Files }>) => ports.files.read(path),
})
const weather = defineTool({ name, description, input, output, execute: () => ({ degrees: 21 }) })
const executor = new ToolExecutor()
const files: Files = { read: async () => '' }
const withFiles = {} as StageContext<{}, { files: Files }>

test('an executor asks for the ports that the tools of its registry need, when it executes and undoes', () => {
  const registry = new ToolRegistry<{ files: Files }>({ tools: [read, weather] })
  void executor.execute([], { registry, ports: { files } })
  // @ts-expect-error -- files are needed
  void executor.execute([], { registry })
  // @ts-expect-error -- a registry is needed to read a message
  void executor.execute({ role: 'assistant' })
  void executor.undo('call', { registry, ports: { files }, pipelineRunId: 'run' })
  void executor.compensate('run', { registry, context: withFiles })
  // @ts-expect-error -- files are needed
  void executor.undo('call', { registry })
  // @ts-expect-error -- files are needed
  void executor.compensate('run', { registry, timeoutMs: 5 })
  // @ts-expect-error -- an executor has no tools
  void executor.compensate('run', { ports: { files } })
  // @ts-expect-error -- an executor has no tools
  void executor.undo('call')
  // @ts-expect-error -- these are other files
  void executor.execute([], { registry, ports: { files: new Map<string, string>() } })
})

test('tools without ports need none', () => {
  const registry = new ToolRegistry().register(weather)
  void executor.execute([], { registry })
  void executor.compensate('run', { registry })
  void executor.execute({ role: 'assistant' }, { registry, context: withFiles })
})

test('a registry that is given its tools at once knows what ports they need', () => {
  const registry = new ToolRegistry({ tools: [read, weather] })
  // @ts-expect-error -- files are needed
  void executor.execute([], { registry })
  void executor.execute([], { registry, context: withFiles })
  // @ts-expect-error -- the stage has no files
  void executor.execute([], { registry, context: {} as StageContext })
})

test('the tools of a source, and tools that come later, ask for their ports too', () => {
  const source: ToolSource<{ files: Files }> = { list: () => [read, weather] }
  const registry = new ToolRegistry({ tools: [weather], sources: [source] })
  // @ts-expect-error -- files are needed
  void executor.execute([], { registry })
  void executor.execute([], { registry, ports: { files } })
  const listed = new ToolRegistry({ sources: [{ list: () => [read] }] })
  // @ts-expect-error -- files are needed
  void executor.execute([], { registry: listed })
  const plain = new ToolRegistry({ tools: [weather] })
  // @ts-expect-error -- its callers have no files
  plain.replace(read)
  // @ts-expect-error -- its callers have no files
  new ToolRegistry<{}>({ sources: [source] })
  // @ts-expect-error -- a source lists tools that defineTool made
  new ToolRegistry({ sources: [{ list: () => [{ name }] }] })
  const outer: ToolSource<{ files: Files }> = registry
  expectTypeOf(outer.list()).toEqualTypeOf<readonly AnyTool<{ files: Files }>[]>()
})

test('resolved calls have results that are not unresolved, and need no registry', async () => {
  const resolved: readonly ResolvedCall[] = []
  expectTypeOf(executor.execute(resolved)).resolves.toEqualTypeOf<readonly ExecutedCall[]>()
  expectTypeOf(executor.execute(resolved, { registry: new ToolRegistry() })).resolves.toEqualTypeOf<
    readonly ToolResult[]
  >()
})
