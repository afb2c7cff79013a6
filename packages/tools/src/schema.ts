import { isThenable } from '@stageflow/core/kit'
import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { ToolIssue } from './parsed-call.ts'

/** The result of a check: the value, converted, or what is wrong. */
export type Validation = { readonly value: unknown } | { readonly issues: readonly ToolIssue[] }

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
  const answer = schema['~standard'].validate(value)
  return isThenable(answer) ? Promise.resolve(answer).then(read) : read(answer)
}

function read(answer: StandardSchemaV1.Result<unknown>): Validation {
  if (!answer.issues) return { value: answer.value }
  const { issues } = answer
  const shown = issues.slice(0, MOST_ISSUES).map(issue)
  const more = issues.length - shown.length
  return { issues: more > 0 ? [...shown, { path: '', message: `and ${more} more` }] : shown }
}

function issue({ path, message }: StandardSchemaV1.Issue): ToolIssue {
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
