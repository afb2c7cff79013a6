import { StageflowError } from '@stageflow/core'
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'

import { isTool } from './define-tool.ts'
import { show } from './option-rules.ts'
import { inputJsonSchema } from './json-schema.ts'
import type { AnyTool } from './tool-types.ts'

type Schema = Record<string, unknown>
interface Described {
  name: string
  description: string
}

/** What each provider's request takes as its tools. */
export interface ToolListShapes {
  'openai-chat': { type: 'function'; function: Described & { parameters: Schema } }[]
  'openai-responses': (Described & { type: 'function'; parameters: Schema; strict: false })[]
  anthropic: (Described & { input_schema: Schema & { type: 'object' } })[]
  google: { functionDeclarations: (Described & { parametersJsonSchema: Schema })[] }[]
  'ai-sdk': Record<string, { description: string; inputSchema: ModelSchema }>
  mcp: (Described & { inputSchema: Schema & { type: 'object' } })[]
}

/** A schema that tells the model what to give, and leaves the checking to `parseAndResolve`. */
export type ModelSchema = StandardSchemaV1<unknown> & StandardJSONSchemaV1<unknown>

const WRITERS: { readonly [Shape in keyof ToolListShapes]: (tools: readonly AnyTool[]) => ToolListShapes[Shape] } = {
  'openai-chat': (tools) =>
    tools.map((tool) => ({ type: 'function', function: { ...described(tool), parameters: inputJsonSchema(tool) } })),
  'openai-responses': (tools) =>
    tools.map((tool) => ({ type: 'function', ...described(tool), parameters: inputJsonSchema(tool), strict: false })),
  anthropic: (tools) => tools.map((tool) => ({ ...described(tool), input_schema: objectSchema(tool) })),
  google: (tools) => [
    {
      functionDeclarations: tools.map((tool) => ({ ...described(tool), parametersJsonSchema: inputJsonSchema(tool) })),
    },
  ],
  'ai-sdk': (tools) =>
    Object.fromEntries(
      tools.map((tool) => [tool.name, { description: tool.description, inputSchema: modelSchema(tool) }]),
    ),
  mcp: (tools) => tools.map((tool) => ({ ...described(tool), inputSchema: objectSchema(tool) })),
}

/** The tools as a provider's request takes them: `toolsFor('anthropic', registry.list())`. `tools/no-json-schema` for a schema that has none. */
export function toolsFor<Shape extends keyof ToolListShapes>(
  shape: Shape,
  tools: readonly AnyTool[],
): ToolListShapes[Shape] {
  const write = writerOf(WRITERS, 'toolsFor()', shape)
  if (Array.isArray(tools) && tools.every(isTool)) return write(tools)
  throw new StageflowError(
    'tools/illegal-option',
    `toolsFor() was given ${Array.isArray(tools) ? 'what defineTool() did not make' : show(tools)}; pass tools, such as registry.list().`,
  )
}

/** The writer for a shape; `tools/illegal-option` for one that there is none for. */
export function writerOf<Writers extends object, Shape extends keyof Writers>(
  writers: Writers,
  call: string,
  shape: Shape,
): Writers[Shape] {
  if (typeof shape === 'string' && Object.hasOwn(writers, shape)) return writers[shape]
  const shapes = Object.keys(writers).join(', ')
  throw new StageflowError(
    'tools/illegal-option',
    `${call} was given the shape ${show(shape)}; the shapes are ${shapes}.`,
  )
}

const described = ({ name, description }: AnyTool): Described => ({ name, description })

const objectSchema = (tool: AnyTool): Schema & { type: 'object' } => ({ ...inputJsonSchema(tool), type: 'object' })

/** Not the tool's own schema: the AI SDK would convert the arguments by it, and then they would be converted twice. */
function modelSchema(tool: AnyTool): ModelSchema {
  const schema = (): Schema => inputJsonSchema(tool)
  const validate = (value: unknown): { value: unknown } => ({ value })
  return { '~standard': { version: 1, vendor: 'stageflow', validate, jsonSchema: { input: schema, output: schema } } }
}
