import { StageflowError } from '@stageflow/core'
import { asClause, checkArgumentCount, isThenable, read, show, textOf } from '@stageflow/core/kit'
import type { LLMToolCall } from '@stageflow/provider-types'
import { CODE } from './options.ts'

/** Any Standard Schema (https://standardschema.dev) of an object, such as a zod schema. */
export interface ValueSchema<Value extends object = object> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
    readonly types?: { readonly input: unknown; readonly output: Value } | undefined
  }
}

/** What a model is to return: a schema that gives its JSON Schema, or one with the JSON Schema beside it. */
export type GivenSchema<Value extends object> =
  | ValueSchema<Value>
  | { readonly schema: ValueSchema<Value>; readonly jsonSchema: object }

/** The schema of the value that a model is to return instead of text. */
export interface SchemaOption<Value extends object> {
  readonly schema: GivenSchema<Value>
}

/** A schema with its JSON Schema, as `callModelForValue` takes it. */
export interface ResolvedSchema<Value extends object> {
  readonly schema: ValueSchema<Value>
  readonly jsonSchema: object
}

/** The schema that was given, with its JSON Schema. Throws `models/illegal-option` if it isn't one of an object, or gives no JSON Schema. */
export function resolveSchema<Value extends object>(given: GivenSchema<Value>): ResolvedSchema<Value> {
  checkArgumentCount(arguments.length, 1, 'resolveSchema(schema)', CODE)
  const hasBoth = read(given, '~standard') === undefined
  const schema = (hasBoth ? read(given, 'schema') : given) as ValueSchema<Value>
  if (typeof read(read(schema, '~standard'), 'validate') !== 'function')
    throw illegal(`must be a Standard Schema, or { schema, jsonSchema } with one, not ${show(given)}.`)
  const jsonSchema = hasBoth ? read(given, 'jsonSchema') : jsonSchemaOf(schema)
  if (typeof jsonSchema !== 'object' || jsonSchema === null)
    throw illegal(`needs its JSON Schema: pass { schema, jsonSchema }. It is ${show(jsonSchema)}.`)
  const type = read(jsonSchema, 'type')
  if (typeof type === 'string' && type !== 'object')
    throw illegal(
      `must be one of an object, not of type ${show(type)}. Put the value into an object: z.object({ value: … }).`,
    )
  return { schema, jsonSchema }
}

function jsonSchemaOf(schema: ValueSchema): object {
  const { vendor, jsonSchema } = schema['~standard'] as ValueSchema['~standard'] & {
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-2020-12' }) => object }
  }
  if (jsonSchema === undefined) throw illegal(`of ${vendor} gives no JSON Schema. Pass { schema, jsonSchema } instead.`)
  try {
    return jsonSchema.input({ target: 'draft-2020-12' })
  } catch (cause) {
    throw illegal(
      `of ${vendor} can't give its JSON Schema: ${asClause(textOf(cause))}. Pass { schema, jsonSchema } instead.`,
      { cause },
    )
  }
}

const illegal = (problem: string, options?: { readonly cause: unknown }): StageflowError =>
  new StageflowError(CODE, `schema ${problem}`, options)

/** The value that a model wrote, or what is wrong with it, in sentences for the model to read. */
export async function valueIn<Value extends object>(
  { text, toolCalls }: { readonly text: string; readonly toolCalls: readonly LLMToolCall[] },
  { schema }: ResolvedSchema<Value>,
): Promise<{ readonly value: Value } | { readonly problem: string }> {
  const [call] = toolCalls
  if (call !== undefined && text === '') return { problem: `It is a call to tool "${call.name}" instead of the value.` }
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (cause) {
    return { problem: `It isn't JSON: ${asClause(textOf(cause))}.` }
  }
  const checked = schema['~standard'].validate(given)
  const result: unknown = isThenable(checked) ? await checked : checked
  const issues = read(result, 'issues')
  if (Array.isArray(issues)) return { problem: `${issues.map(issueText).join('; ')}.` }
  const value = read(result, 'value')
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: value as Value }
  return { problem: `It must be an object, not ${show(value)}.` }
}

/** What a model is told of a value that the schema refuses. */
export function repairText(problem: string): string {
  checkArgumentCount(arguments.length, 1, 'repairText(problem)', CODE)
  return `That isn't what the schema asks for. ${problem} Answer again with the whole JSON, and nothing else.`
}

function issueText({ message, path = [] }: { readonly message: string; readonly path?: readonly unknown[] }): string {
  const place = path
    .map((step) => String(typeof step === 'object' && step !== null ? (step as { key?: unknown }).key : step))
    .join('.')
  const clause = asClause(message)
  return place === '' ? clause : `${place}: ${clause}`
}
