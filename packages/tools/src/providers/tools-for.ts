import { StageflowError } from '@stageflow/core'
import { didYouMean, refuseOptions, show, textOf } from '@stageflow/core/kit'
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'

import { isTool } from '../define-tool.ts'
import type { AnyTool, JsonSchema } from '../tool-types.ts'

type Schema = Record<string, unknown>
interface Described {
  name: string
  description: string
}

/** The tools of a request, as each provider takes them. */
export interface ToolListShapes {
  'openai-chat': { type: 'function'; function: Described & { parameters: Schema } }[]
  'openai-responses': (Described & { type: 'function'; parameters: Schema; strict: false })[]
  anthropic: (Described & { input_schema: Schema & { type: 'object' } })[]
  google: { functionDeclarations: (Described & { parametersJsonSchema: Schema })[] }[]
  'ai-sdk': Record<string, { description: string; inputSchema: ModelSchema }>
  mcp: (Described & { inputSchema: Schema & { type: 'object' } })[]
}

/** A schema that describes the arguments, and leaves checking them to `parseAndResolve`. */
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

/** Tools as a provider's request takes them: `toolsFor('anthropic', registry.list())`. Throws `tools/no-json-schema` for an input without a JSON Schema. */
export function toolsFor<Shape extends keyof ToolListShapes>(
  shape: Shape,
  tools: readonly AnyTool[],
): ToolListShapes[Shape] {
  const write = writerOf(WRITERS, 'toolsFor(shape, tools)', shape)
  refuseOptions('toolsFor()', 'tools/illegal-option', toolProblems(tools))
  return write(tools)
}

function toolProblems(tools: unknown): readonly string[] {
  if (!Array.isArray(tools)) return [`the tools must be an array, such as registry.list(), not ${show(tools)}`]
  return Array.from<unknown>(tools).flatMap((tool, index) =>
    isTool(tool) ? [] : [`tools[${index}] must be a tool that defineTool() made, not ${show(tool)}`],
  )
}

/** The writer for a shape. `call`: how the function that got the shape is called. Throws `tools/illegal-option` for an unknown shape. */
export function writerOf<Writers extends object, Shape extends keyof Writers>(
  writers: Writers,
  call: string,
  shape: Shape,
): Writers[Shape] {
  if (typeof shape === 'string' && Object.hasOwn(writers, shape)) return writers[shape]
  const shapes = Object.keys(writers)
  const guess = typeof shape === 'string' ? didYouMean(shape, shapes) : undefined
  const known = `${guess === undefined ? '' : `${guess} `}known: ${shapes.join(', ')}`
  throw new StageflowError('tools/illegal-option', `${call}: unknown shape ${show(shape)} (${known}).`)
}

const described = ({ name, description }: AnyTool): Described => ({ name, description })

const objectSchema = (tool: AnyTool): Schema & { type: 'object' } => ({ ...inputJsonSchema(tool), type: 'object' })

/** Not the tool's own schema: the AI SDK would convert the arguments with it, and `parseAndResolve` would convert them again. */
function modelSchema(tool: AnyTool): ModelSchema {
  const schema = (): Schema => inputJsonSchema(tool)
  const validate = (value: unknown): { value: unknown } => ({ value })
  return { '~standard': { version: 1, vendor: 'stageflow', validate, jsonSchema: { input: schema, output: schema } } }
}

/** The dialect of MCP and Anthropic. Other providers read what tools need in the same way. */
const TARGET = 'draft-2020-12'

const known = new WeakMap<AnyTool, JsonSchema>()

/** The JSON Schema of a tool's input, derived once. A copy each time, because some SDKs write into it. */
function inputJsonSchema(tool: AnyTool): Record<string, unknown> {
  let schema = known.get(tool)
  if (schema === undefined) {
    schema = derive(tool)
    known.set(tool, schema)
  }
  return structuredClone(schema)
}

function derive(tool: AnyTool): JsonSchema {
  const { $schema: _, ...schema } = asJson(tool.inputJsonSchema ?? converted(tool), tool)
  if (schema['type'] === 'object') return schema
  const given = schema['type'] === undefined ? 'has no "type"' : `has the type ${JSON.stringify(schema['type'])}`
  throw noJsonSchema(
    `Tool "${tool.name}": the JSON Schema of its input ${given}, and providers accept only "object". Make the input an object, or pass inputJsonSchema.`,
  )
}

/** As the provider gets it, independent of later changes. */
function asJson(schema: JsonSchema, { name }: AnyTool): JsonSchema {
  try {
    return JSON.parse(JSON.stringify(schema)) as JsonSchema
  } catch (cause) {
    throw noJsonSchema(`Tool "${name}": its JSON Schema is not valid JSON (${textOf(cause)}). Pass plain data.`, cause)
  }
}

function converted({ name, input }: AnyTool): JsonSchema {
  const { vendor, jsonSchema } = input['~standard'] as Partial<StandardJSONSchemaV1.Props>
  if (typeof jsonSchema?.input !== 'function')
    throw noJsonSchema(
      `Tool "${name}": its ${String(vendor)} schema cannot be converted to JSON Schema. Pass inputJsonSchema, or use zod >= 4.2 or toStandardJsonSchema() from @valibot/to-json-schema.`,
    )
  try {
    return jsonSchema.input({ target: TARGET })
  } catch (cause) {
    throw noJsonSchema(
      `Tool "${name}": its input cannot be converted to JSON Schema (${textOf(cause)}). Use types that JSON has, or pass inputJsonSchema.`,
      cause,
    )
  }
}

const noJsonSchema = (message: string, cause?: unknown): StageflowError =>
  new StageflowError('tools/no-json-schema', message, cause === undefined ? {} : { cause })
