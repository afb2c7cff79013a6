import { isArray, isObject } from '../base/check.ts'
import { freezeDeep } from '../base/objects.ts'
import type { OutputSchema } from '../contract/stage.ts'

/** A schema that can say what it takes as JSON Schema (https://standardschema.dev/json-schema), such as a zod schema. */
interface JsonSchemaSource {
  readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-2020-12' }) => unknown } | undefined
}
const jsonSchemas = new WeakMap<OutputSchema, object | undefined>()

/** The JSON Schema of what a schema takes, as plain data. Undefined if it has none, or one that isn't an object in JSON. */
export function jsonSchemaOf(schema: OutputSchema | undefined): object | undefined {
  if (schema === undefined) return undefined
  if (!jsonSchemas.has(schema)) jsonSchemas.set(schema, readJsonSchema(schema))
  return jsonSchemas.get(schema)
}

function readJsonSchema(schema: OutputSchema): object | undefined {
  try {
    const { jsonSchema } = schema['~standard'] as JsonSchemaSource
    const copy: unknown = JSON.parse(JSON.stringify(jsonSchema?.input({ target: 'draft-2020-12' })))
    return isObject(copy) && !isArray(copy) ? freezeDeep(copy) : undefined
  } catch {
    return undefined // JSON Schema can't say what this schema takes
  }
}
