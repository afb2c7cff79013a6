import { StageflowError, quote, textOf } from './errors.ts'
import { nearest } from './nearest.ts'
import { isPlain } from './plain.ts'
import { checkRules, isArray, isObject, isText } from './rules.ts'
import type { Rules } from './rules.ts'
import type { RunIdentity } from './snapshot-types.ts'

/** What a snapshot holds, flat; the bundles are views of it. */
export type Fields = { readonly [field: string]: unknown }

export const IDS: readonly (keyof RunIdentity)[] = [
  'pipelineRunId',
  'requestId',
  'sessionId',
  'userId',
  'orgId',
  'interactionId',
]
export const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  runId: IDS,
  conversation: ['messages', 'inputText', 'routingDecision'],
  enrichments: ['profile', 'memory', 'documents', 'webResults'],
}
const LONE_FIELDS: readonly string[] = ['extensions', 'topology', 'executionMode', 'metadata', 'createdAt']

const isPlainObject = (value: unknown): boolean => isObject(value) && isPlain(value)
const PLAIN = 'a plain object'
const LIST: Rules[string] = [isArray, 'an array']
const TEXT: Rules[string] = [isText, 'a string']
const ANYTHING: Rules[string] = [() => true, '']
const RULES: Rules = {
  runId: [isPlainObject, PLAIN],
  conversation: [isPlainObject, PLAIN],
  enrichments: [isPlainObject, PLAIN],
  messages: LIST,
  documents: LIST,
  webResults: LIST,
  profile: ANYTHING,
  memory: ANYTHING,
  routingDecision: ANYTHING,
  extensions: [isPlainObject, PLAIN],
  metadata: [isPlainObject, PLAIN],
  createdAt: [Number.isFinite, 'a number'],
}
export const FIELDS: ReadonlySet<string> = new Set([...Object.values(BUNDLES).flat(), ...LONE_FIELDS])

/** Reads an input that may throw when it is read. */
export function reading(read: () => Fields): Fields {
  try {
    return read()
  } catch (cause) {
    if (StageflowError.is(cause)) throw cause
    throw new StageflowError('core/snapshot', `The input of a run cannot be read: ${textOf(cause)}. Pass plain data.`, {
      cause,
    })
  }
}

/** Reads what a caller gave, flat or in bundles, into frozen copies; refuses what a snapshot has no place for. */
export function readFields(input: object): Fields {
  if (typeof input !== 'object' || input === null || !isPlain(input)) {
    throw new StageflowError(
      'core/snapshot',
      `The input of a run is a plain object such as { inputText: 'Hello' }, or a ContextSnapshot; it was given ${quote(input)}.`,
    )
  }
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(input)) put(fields, key, (input as Fields)[key], undefined)
  return fields
}

function put(fields: Record<string, unknown>, key: string, value: unknown, bundle: string | undefined): void {
  const inside = bundle === undefined && Object.hasOwn(BUNDLES, key)
  if (!inside && !(bundle === undefined ? FIELDS.has(key) : BUNDLES[bundle]?.includes(key)))
    throw unknownField(key, bundle)
  checkRules({ [key]: value }, { [key]: RULES[key] ?? TEXT }, (_, why) => {
    throw new StageflowError('core/snapshot', `The input's "${key}" is ${why}.`)
  })
  if (!inside) fields[key] = frozenCopy(value, key)
  else if (value === undefined) return
  else for (const one of Object.keys(value as object)) put(fields, one, (value as Fields)[one], key)
}

function unknownField(key: string, bundle: string | undefined): StageflowError {
  const names = bundle === undefined ? [...FIELDS, ...Object.keys(BUNDLES)] : (BUNDLES[bundle] ?? [])
  const near = nearest(key, names)
  const where = bundle === undefined ? 'The input' : `The input's "${bundle}"`
  return new StageflowError(
    'core/snapshot',
    `${where} has no field ${quote(key)}.${near === undefined ? '' : ` Did you mean "${near}"?`} Values of your own go into "metadata", or typed into "extensions".`,
  )
}

const DEEPEST = 200
/** Top values that this module froze: shared between snapshots instead of copied again. */
const copies = new WeakSet<object>()

function frozenCopy(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || copies.has(value)) return value
  const made = copyInto(value, 0, field, new Map()) as object
  copies.add(made)
  return made
}

/** `seen`: what was copied already; what contains itself is found before it has a copy. */
function copyInto(value: unknown, depth: number, field: string, seen: Map<object, object | undefined>): unknown {
  if (typeof value !== 'object' || value === null || copies.has(value)) return value
  if (!Array.isArray(value) && !isPlain(value)) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (depth === DEEPEST || seen.has(value)) {
    throw new StageflowError(
      'core/snapshot',
      `The input's "${field}" is nested deeper than ${DEEPEST} levels, or contains itself; pass flatter data.`,
    )
  }
  seen.set(value, undefined)
  const made = Array.isArray(value)
    ? value.map((one) => copyInto(one, depth + 1, field, seen))
    : copyObject(value as Fields, depth, field, seen)
  seen.set(value, made)
  return Object.freeze(made)
}

function copyObject(value: Fields, depth: number, field: string, seen: Map<object, object | undefined>): object {
  const made: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const inner = copyInto(value[key], depth + 1, field, seen)
    // An own key named __proto__, as JSON.parse makes it, stays data.
    if (key === '__proto__')
      Object.defineProperty(made, key, { value: inner, enumerable: true, configurable: true, writable: true })
    else made[key] = inner
  }
  return made
}
