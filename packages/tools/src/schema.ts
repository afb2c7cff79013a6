import { isThenable } from '@stageflow/core/kit'
import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { ToolIssue } from './parsed-call.ts'

/** What a schema says against a value. */
export interface Refusal {
  readonly issues: readonly ToolIssue[]
}

/** The result of a check: the value, converted, or what is wrong. */
export type Validation = { readonly value: unknown } | Refusal

const MOST_ISSUES = 20
const LONGEST_TEXT = 200

/** Whether `value` is a Standard Schema. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  // Some libraries' schemas are functions.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as Partial<StandardSchemaV1>)['~standard']
  return typeof standard?.validate === 'function' && standard.version === 1
}

/** Checks `value` with `schema`: synchronously if the schema is synchronous. Throws, or rejects, if the schema does. */
export function validate(schema: StandardSchemaV1, value: unknown): Validation | Promise<Validation> {
  const result = schema['~standard'].validate(value)
  return isThenable(result) ? Promise.resolve(result).then(validationOf) : validationOf(result)
}

/** The issues as a part of a sentence. */
export function issuesText(issues: readonly ToolIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
}

function validationOf(result: StandardSchemaV1.Result<unknown>): Validation {
  if (!result.issues) return { value: result.value }
  const shown = result.issues.slice(0, MOST_ISSUES).map(issueOf)
  const more = result.issues.length - shown.length
  return { issues: more > 0 ? [...shown, { path: '', message: `and ${more} more` }] : shown }
}

function issueOf({ path, message }: StandardSchemaV1.Issue): ToolIssue {
  return { path: cut(pathText(path ?? [])), message: cut(String(message)) }
}

/** A path as JavaScript writes it: `items[0].price`, `headers["x-id"]`. */
function pathText(path: readonly (PropertyKey | StandardSchemaV1.PathSegment)[]): string {
  let text = ''
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment
    if (typeof key === 'number') text += `[${key}]`
    else if (typeof key === 'string' && !/^[\w$]+$/.test(key)) text += `[${JSON.stringify(key)}]`
    else text += text === '' ? String(key) : `.${String(key)}`
    if (text.length > LONGEST_TEXT) break
  }
  return text
}

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text)
