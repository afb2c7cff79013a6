import { Problems, shown } from './problems.ts'

/** Checks a value that is not undefined, adds what is wrong to `problems`, and returns what to keep. */
export type Check<Value> = (value: unknown, field: string, problems: Problems) => Value | undefined

export type Checks<Fields> = { readonly [Name in keyof Fields]-?: Check<Exclude<Fields[Name], undefined>> }

/**
 * Returns the fields of `given` that have a check, as their checks keep them. It may be an instance of a class with getters, and
 * undefined counts as absent. An own field without a check is an error: a misspelt one would be lost silently.
 */
export function readFields<Fields extends object>(
  owner: string,
  checks: Checks<Fields>,
  required: readonly (keyof Fields & string)[],
  given: unknown,
): Fields {
  const problems = new Problems(owner, true)
  const fields = checkFields('', checks, required, given, problems)
  problems.throwIfAny()
  return fields
}

/** `readFields` for a value from JSON, which a later version may have written: ignores unknown members, in nested objects too. */
export function readJsonFields<Fields extends object>(
  owner: string,
  checks: Checks<Fields>,
  required: readonly (keyof Fields & string)[],
  given: unknown,
): Fields {
  if (!isRecord(given)) {
    const is = typeof given === 'string' ? 'a string; read it with JSON.parse first' : shown(given)
    throw new TypeError(`${owner}: the JSON value must be an object, but is ${is}.`)
  }
  const problems = new Problems(owner, false)
  const fields = checkFields('', checks, required, given, problems)
  problems.throwIfAny()
  return fields
}

/** `readFields` for a nested object; `path` goes before the names of its fields. */
function checkFields<Fields extends object>(
  path: string,
  checks: Checks<Fields>,
  required: readonly (keyof Fields & string)[],
  given: unknown,
  problems: Problems,
): Fields {
  const fields: Record<string, unknown> = {}
  if (!isRecord(given)) {
    problems.type(path === '' ? 'the argument' : path, 'an object', given)
    return fields as Fields
  }
  const prefix = path === '' ? '' : `${path}.`
  if (problems.refusesUnknown) reportUnknown(prefix, checks, given, problems)
  for (const name of Object.keys(checks) as (keyof Fields & string)[]) {
    const isJson = !problems.refusesUnknown
    const value = isJson && !Object.hasOwn(given, name) ? undefined : fieldOf(given, name)
    if (value !== undefined) fields[name] = checks[name](value, `${prefix}${name}`, problems)
    else if (required.includes(name)) problems.type(`${prefix}${name}`, 'given', value)
  }
  return fields as Fields
}

function reportUnknown(prefix: string, checks: object, given: object, problems: Problems): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(checks, name)) problems.unknown(unknownField(prefix, name, checks))
  }
}

/** A frozen plain object of the own members of these that are not undefined. */
export function known<Entries extends object, More extends object = {}>(entries: Entries, more?: More): Entries & More {
  const all = [...Object.entries(entries), ...Object.entries(more ?? {})]
  const kept = all.filter(([, value]) => value !== undefined)
  return Object.freeze(Object.fromEntries(kept)) as Entries & More
}

/** A field of the object itself or of its class. What every object inherits doesn't count. */
const fieldOf = (given: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(given, name) || !(name in Object.prototype) ? given[name] : undefined

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function unknownField(prefix: string, name: string, checks: object): string {
  const camelCase = name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase())
  const guess = Object.hasOwn(checks, camelCase) ? `did you mean "${camelCase}"? ` : ''
  return `${prefix}${name.slice(0, 60)} is an unknown field (${guess}known: ${Object.keys(checks).join(', ')})`
}

export const text: Check<string> = (value, field, problems) =>
  typeof value === 'string' ? value : problems.type(field, 'a string', value)

/** A string, or null for the empty one: OpenAI sends null if there is no text. */
export const nullableText: Check<string> = (value, field, problems) =>
  value === null ? '' : text(value, field, problems)

/** A string that is not empty. */
export const name: Check<string> = (value, field, problems) => {
  if (typeof value !== 'string') return problems.type(field, 'a string', value)
  return value === '' ? problems.range(field, 'a string that is not empty', value) : value
}

export const flag: Check<boolean> = (value, field, problems) =>
  typeof value === 'boolean' ? value : problems.type(field, 'true or false', value)

export const count: Check<number> = (value, field, problems) => whole(value, field, problems, 0)

/** A whole number of at least one. */
export const positive: Check<number> = (value, field, problems) => whole(value, field, problems, 1)

function whole(value: unknown, field: string, problems: Problems, least: number): number | undefined {
  const expected = `a whole number of ${least} or more`
  if (typeof value !== 'number') return problems.type(field, expected, value)
  if (!Number.isSafeInteger(value) || value < least) return problems.range(field, expected, value)
  return value === 0 ? 0 : value
}

/** A duration, an amount of money. */
export const amount: Check<number> = (value, field, problems) => between(value, field, problems, Number.MAX_VALUE)

/** From 0 to 1. */
export const ratio: Check<number> = (value, field, problems) => between(value, field, problems, 1)

function between(value: unknown, field: string, problems: Problems, most: number): number | undefined {
  const expected = most === 1 ? 'a number from 0 to 1' : 'a finite number of 0 or more'
  if (typeof value !== 'number') return problems.type(field, expected, value)
  if (!(value >= 0 && value <= most)) return problems.range(field, expected, value)
  return value === 0 ? 0 : value
}

/** A frozen copy of an array, each item as its check keeps it. */
export function listOf<Value>(check: Check<Value>): Check<readonly Value[]> {
  return (value, field, problems) => {
    if (!Array.isArray(value)) return problems.type(field, 'an array', value)
    // `map` would skip the holes of an array.
    const items = Array.from(value as unknown[], (item, index) => check(item, `${field}[${index}]`, problems) as Value)
    return Object.freeze(items)
  }
}

/** A frozen copy of an object with these fields. */
export function objectOf<Fields extends object>(
  checks: Checks<Fields>,
  required: readonly (keyof Fields & string)[],
): Check<Readonly<Fields>> {
  return (value, field, problems) => Object.freeze(checkFields(field, checks, required, value, problems))
}

/** Any value, kept as it is. */
export const anything: Check<unknown> = (value) => value
