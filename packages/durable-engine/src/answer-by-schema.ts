import { Validator } from '@cfworker/json-schema'

/** A longer schema isn't read. */
const LONGEST_SCHEMA = 64 * 1024

/**
 * What is wrong with an answer, by the JSON Schema that its question carries. Undefined if the answer fits, or if the schema can't be read.
 * That is so if it is too long, refers to the outside or to itself without end, or has a keyword with a wrong value.
 */
export function problemBySchema(answer: unknown, schema: object): string | undefined {
  if (refersToOutside(schema) || JSON.stringify(schema).length > LONGEST_SCHEMA) return undefined
  try {
    // It notes places in the schema.
    const validator = new Validator(structuredClone(schema), '2020-12', true)
    const { errors } = validator.validate(answer)
    // The last one is the innermost.
    const { instanceLocation = '#', error = '' } = errors.at(-1) ?? {}
    return errors.length === 0 ? undefined : `${instanceLocation}: ${error}`
  } catch {
    return undefined
  }
}

/** References may lead to a place of the same schema only. Nothing is fetched. */
const refersToOutside = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  Object.entries(schema).some(
    ([name, value]) => (isReference(name, value) && !value.startsWith('#')) || refersToOutside(value),
  )

const isReference = (name: string, value: unknown): value is string =>
  typeof value === 'string' && ['$ref', '$dynamicRef', '$recursiveRef'].includes(name)
