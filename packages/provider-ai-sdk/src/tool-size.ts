import { read } from '@stageflow/core/kit'
import { asSchema } from 'ai'
import type { ToolSet } from 'ai'

/** What a model reads of the tools: names, descriptions and schemas. */
export const shownTools = (tools: ToolSet): readonly unknown[] =>
  Object.entries(tools).map(([name, tool]) => [name, read(tool, 'description'), schemaOf(read(tool, 'inputSchema'))])

const schemas = new WeakMap<object, unknown>()

/** The JSON Schema, made once. Undefined if it isn't known yet, or can't be made: then the request fails with the reason. */
function schemaOf(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return undefined
  if (!schemas.has(given)) schemas.set(given, jsonSchemaOf(given))
  return schemas.get(given)
}

function jsonSchemaOf(schema: object): unknown {
  try {
    return asSchema(schema as Parameters<typeof asSchema>[0]).jsonSchema
  } catch {
    return undefined
  }
}
