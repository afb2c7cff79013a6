import { StageflowError } from '@stageflow/core'
import type { StandardJSONSchemaV1 } from '@standard-schema/spec'

import type { AnyTool, JsonSchema } from './tool-types.ts'

/** What MCP and Anthropic ask for; for what tools need, other providers read it the same. */
const TARGET = 'draft-2020-12'

const known = new WeakMap<AnyTool, JsonSchema>()

/** What a model is told of a tool's input; derived once. A copy each time, for some SDKs write into it. `tools/no-json-schema` where there is none. */
export function inputJsonSchema(tool: AnyTool): Record<string, unknown> {
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
  const given = schema['type'] === undefined ? 'has no "type"' : `is of type ${JSON.stringify(schema['type'])}`
  throw noJsonSchema(
    `The JSON Schema of the input of tool "${tool.name}" ${given}, and providers take "object" only; make its input an object, or give inputJsonSchema.`,
  )
}

/** As the provider will get it; nothing that is changed later is in it. */
function asJson(schema: JsonSchema, { name }: AnyTool): JsonSchema {
  try {
    return JSON.parse(JSON.stringify(schema)) as JsonSchema
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw noJsonSchema(`The JSON Schema of the input of tool "${name}" is no JSON: ${reason}. Mend it.`, cause)
  }
}

function converted({ name, input }: AnyTool): JsonSchema {
  const { vendor, jsonSchema } = input['~standard'] as Partial<StandardJSONSchemaV1.Props>
  if (typeof jsonSchema?.input !== 'function')
    throw noJsonSchema(
      `The input schema of tool "${name}" (of ${String(vendor)}) cannot tell its JSON Schema: give defineTool() an inputJsonSchema, or a schema that has Standard JSON Schema, as those of zod 4.2 and newer, or of toStandardJsonSchema() of @valibot/to-json-schema.`,
    )
  try {
    return jsonSchema.input({ target: TARGET })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw noJsonSchema(
      `The input schema of tool "${name}" has no JSON Schema: ${reason}. Use types that JSON has, or give defineTool() an inputJsonSchema.`,
      cause,
    )
  }
}

const noJsonSchema = (message: string, cause?: unknown): StageflowError =>
  new StageflowError('tools/no-json-schema', message, cause === undefined ? {} : { cause })
