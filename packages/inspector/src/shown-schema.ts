import type { Redactor } from '@stageflow/core/redaction'

/** The parts of a JSON Schema that have values. All else is texts and structure, which a form needs. */
const VALUES: ReadonlySet<string> = new Set(['default', 'const', 'enum', 'examples'])

/** A schema without secrets. `name`: that of the property which it describes, because the value of a password has no mark of its own. */
export function shownSchema(schema: unknown, redactor: Redactor, name = ''): unknown {
  if (typeof schema === 'string') return redactor.text(schema)
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((part) => shownSchema(part, redactor, name))
  return Object.fromEntries(
    Object.entries(schema).map(([key, part]) => [
      key,
      VALUES.has(key) ? shownValue(part, redactor, name) : shownSchema(part, redactor, key),
    ]),
  )
}

function shownValue(value: unknown, redactor: Redactor, name: string): unknown {
  if (Array.isArray(value)) return value.map((one) => shownValue(one, redactor, name))
  return Object.values(redactor.value({ [name]: value }) as object)[0]
}
