import { StageflowError, quote, textOf } from './errors.ts'
import { DEEPEST_INPUT } from './limits.ts'
import { didYouMean } from './nearest.ts'
import { isPlain } from './plain.ts'
import { ANYTHING, checkRules, isArray, isObject, isText } from './rules.ts'
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
export const LONE_FIELDS: readonly string[] = ['extensions', 'topology', 'executionMode', 'metadata', 'createdAt']

const isPlainObject = (value: unknown): value is Fields => isObject(value) && isPlain(value)
const PLAIN: Rules[string] = [isPlainObject, 'a plain object']
const LIST: Rules[string] = [isArray, 'an array']
const TEXT: Rules[string] = [isText, 'a string']
const RULES: Rules = {
  runId: PLAIN,
  conversation: PLAIN,
  enrichments: PLAIN,
  messages: LIST,
  documents: LIST,
  webResults: LIST,
  profile: ANYTHING,
  memory: ANYTHING,
  routingDecision: ANYTHING,
  extensions: PLAIN,
  metadata: PLAIN,
  createdAt: [Number.isFinite, 'a number'],
}
export const FIELDS: readonly string[] = [...Object.values(BUNDLES).flat(), ...LONE_FIELDS]
const FIELDS_AND_BUNDLES = [...FIELDS, ...Object.keys(BUNDLES)]

/** Reads an input that may throw when it is read. */
export function reading(read: () => Fields): Fields {
  try {
    return read()
  } catch (cause) {
    if (StageflowError.is(cause)) throw cause
    throw new StageflowError('core/snapshot', `The input of a run cannot be read: ${textOf(cause)}; pass plain data.`, {
      cause,
    })
  }
}

/** Reads what a caller gave, flat or in bundles, into frozen copies; refuses what a snapshot has no place for. */
export function readFields(input: object): Fields {
  if (!isPlainObject(input)) {
    throw new StageflowError(
      'core/snapshot',
      `The input of a run is a plain object such as { inputText: 'Hello' }, or a ContextSnapshot; it was given ${quote(input)}.`,
    )
  }
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  put(fields, input, FIELDS_AND_BUNDLES, 'The input')
  return fields
}

/** Puts what was given among the fields; a bundle is opened. `known`: the names that may be there. */
function put(fields: Record<string, unknown>, given: Fields, known: readonly string[], where: string): void {
  for (const key of Object.keys(given)) {
    const value = given[key]
    if (!known.includes(key))
      throw new StageflowError(
        'core/snapshot',
        `${where} has no field ${quote(key)}.${didYouMean(key, known) ?? ''} Your own values go into "metadata", or typed into "extensions".`,
      )
    checkRules({ [key]: value }, { [key]: RULES[key] ?? TEXT }, (_, why) => {
      throw new StageflowError('core/snapshot', `The input's "${key}" is ${why}.`)
    })
    const bundle = BUNDLES[key]
    if (bundle === undefined) fields[key] = frozenCopy(value, key)
    else if (value !== undefined) put(fields, value as Fields, bundle, `The input's "${key}"`)
  }
}

/** Top values that this module froze: shared between snapshots instead of copied again. */
const copies = new WeakSet<object>()

/** `seen`: what was copied already; what contains itself is found before it has a copy. */
function frozenCopy(value: unknown, field: string, depth = 0, seen = new Map<object, object | undefined>()): unknown {
  if (!isObject(value) || copies.has(value) || !(isArray(value) || isPlain(value))) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (seen.has(value) || depth === DEEPEST_INPUT) {
    throw new StageflowError(
      'core/snapshot',
      `The input's "${field}" is nested over ${DEEPEST_INPUT} deep, or contains itself; pass flatter data.`,
    )
  }
  seen.set(value, undefined)
  const copied = (one: unknown): unknown => frozenCopy(one, field, depth + 1, seen)
  const made: object = isArray(value) ? value.map(copied) : copyOf(value, copied)
  seen.set(value, made)
  if (depth === 0) copies.add(made)
  return Object.freeze(made)
}

function copyOf(value: Fields, copied: (one: unknown) => unknown): object {
  const made: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const inner = copied(value[key])
    // An own key named __proto__, as JSON.parse makes it, stays data.
    if (key === '__proto__')
      Object.defineProperty(made, key, { value: inner, enumerable: true, configurable: true, writable: true })
    else made[key] = inner
  }
  return made
}
