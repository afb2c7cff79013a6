import { DEEPEST_INPUT } from '../base/bounds.ts'
import { checkArgumentCount } from '../base/argument-count.ts'
import { didYouMean, isArray, isObject, isText } from '../base/check.ts'
import { systemClock } from '../base/clock.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { EMPTY, bareRecord, define, getter, isPlain, printAs } from '../base/objects.ts'
import { unknownText } from '../base/options.ts'
import type { OptionRule } from '../base/options.ts'
import { show } from '../base/show.ts'
import { BUNDLES, FIELDS, FIELDS_AND_BUNDLES, LONE_FIELDS, RULES } from './snapshot-fields.ts'
import type {
  Conversation,
  Enrichments,
  Fields,
  GivenExtensions,
  Message,
  RunIdentity,
  RunInput,
  SnapshotExtensions,
} from './snapshot-fields.ts'

const BRAND: unique symbol = Symbol.for('@stageflow/snapshot')
/** Values of missing fields that don't read as undefined. */
const MISSING: Fields = {
  messages: Object.freeze([]),
  documents: Object.freeze([]),
  webResults: Object.freeze([]),
  extensions: EMPTY,
  metadata: EMPTY,
}

/** Set by the class below, because only the class can read its private fields. */
export let fieldsOf: (snapshot: ContextSnapshot) => Fields

/** Fields that have been checked and frozen already. */
class Checked {
  declare readonly fields: Fields
  constructor(fields: Fields) {
    this.fields = fields
  }
}

/**
 * The input of a run, deeply frozen. Plain objects and arrays are copied, so the caller's objects stay unfrozen. The flat
 * getters read the bundles. A missing run id is generated. Throws `core/snapshot` for a wrong field.
 */
export class ContextSnapshot implements RunIdentity {
  readonly #fields: Fields

  constructor(input: RunInput = EMPTY) {
    checkArgumentCount(arguments.length, 1, 'new ContextSnapshot(input)')
    if (input instanceof Checked) this.#fields = input.fields
    else {
      const fields = inputFields(input)
      this.#fields = {
        ...fields,
        pipelineRunId: fields['pipelineRunId'] ?? crypto.randomUUID(),
        createdAt: fields['createdAt'] ?? systemClock.now(),
      }
    }
    // Without this, an own property could hide a getter from every stage that reads the snapshot later.
    Object.freeze(this)
  }

  declare readonly runId: RunIdentity
  declare readonly conversation: Conversation
  declare readonly enrichments: Enrichments
  declare readonly extensions: Readonly<SnapshotExtensions>
  declare readonly metadata: Readonly<Record<string, unknown>>
  declare readonly topology: string | undefined
  declare readonly executionMode: string | undefined
  /** Milliseconds since 1970. */
  declare readonly createdAt: number
  declare readonly pipelineRunId: string
  declare readonly requestId: string | undefined
  declare readonly sessionId: string | undefined
  declare readonly userId: string | undefined
  declare readonly orgId: string | undefined
  declare readonly interactionId: string | undefined
  declare readonly messages: readonly Message[]
  declare readonly inputText: string | undefined
  declare readonly routingDecision: unknown
  declare readonly profile: unknown
  declare readonly memory: unknown
  declare readonly documents: readonly unknown[]
  declare readonly webResults: readonly unknown[]

  static {
    fieldsOf = (snapshot) => snapshot.#fields
    getter(this.prototype, BRAND, () => true)
    printAs(this.prototype, (snapshot) => snapshot.toJSON())
    for (const field of FIELDS) getter(this.prototype, field, (snapshot) => snapshot.#fields[field] ?? MISSING[field])
    for (const [bundle, fields] of Object.entries(BUNDLES)) {
      getter(this.prototype, bundle, (snapshot) => Object.freeze(picked(snapshot, fields)))
    }
  }

  withIdentity(identity: { readonly [Key in keyof RunIdentity]?: string }): ContextSnapshot {
    checkArgumentCount(arguments.length, 1, 'withIdentity(identity)')
    return changed(this.#fields, { runId: identity })
  }
  withConversation(conversation: Partial<Conversation>): ContextSnapshot {
    checkArgumentCount(arguments.length, 1, 'withConversation(conversation)')
    return changed(this.#fields, { conversation })
  }
  withEnrichments(enrichments: Partial<Enrichments>): ContextSnapshot {
    checkArgumentCount(arguments.length, 1, 'withEnrichments(enrichments)')
    return changed(this.#fields, { enrichments })
  }
  /** Adds to the existing extensions. */
  withExtensions(extensions: GivenExtensions): ContextSnapshot {
    checkArgumentCount(arguments.length, 1, 'withExtensions(extensions)')
    return changed(this.#fields, { extensions: { ...this.extensions, ...extensions } })
  }
  /** Adds to the existing metadata. */
  withMetadata(metadata: Readonly<Record<string, unknown>>): ContextSnapshot {
    checkArgumentCount(arguments.length, 1, 'withMetadata(metadata)')
    return changed(this.#fields, { metadata: { ...this.metadata, ...metadata } })
  }

  /** The bundles as plain data. `fromJSON` reads it back. */
  toJSON(): object {
    return picked(this, [...Object.keys(BUNDLES), ...LONE_FIELDS])
  }
  /** Makes a snapshot from the result of `toJSON`, from storage or another process. Throws `core/snapshot` for a wrong field. */
  static fromJSON(json: unknown): ContextSnapshot {
    return new ContextSnapshot(json as RunInput)
  }
}

/** An object with only these fields. */
const picked = (snapshot: ContextSnapshot, fields: readonly string[]): object =>
  Object.fromEntries(fields.map((field) => [field, snapshot[field as keyof ContextSnapshot]]))

function changed(fields: Fields, changes: RunInput): ContextSnapshot {
  return snapshotOf({ ...fields, ...inputFields(changes) })
}

/** A snapshot of fields that are checked and frozen already. */
export function snapshotOf(fields: Fields): ContextSnapshot {
  return new ContextSnapshot(new Checked(fields) as RunInput)
}

/** Checks and freezes the input of a run. Returns the same object for every run without input. Throws `core/snapshot`. */
export function inputFields(input: unknown): Fields {
  if (input === undefined) return EMPTY
  try {
    return input instanceof ContextSnapshot ? fieldsOf(input) : readFields(input)
  } catch (cause) {
    if (StageflowError.is(cause)) throw cause
    throw new StageflowError('core/snapshot', `The input cannot be read: ${textOf(cause)}; pass plain data.`, {
      cause,
    })
  }
}

/** Reads an input, flat or in bundles, into frozen copies. Throws `core/snapshot` for an unknown field. */
function readFields(input: unknown): Fields {
  if (isObject(input) && BRAND in input) return readFields((input as unknown as ContextSnapshot).toJSON())
  if (!isPlain(input))
    throw new StageflowError(
      'core/snapshot',
      `The input must be a plain object such as { inputText: 'Hello' }, not ${show(input)}.`,
    )
  const fields = bareRecord<unknown>()
  put(fields, input, FIELDS_AND_BUNDLES, '')
  return fields
}

/** The rule of a field without one in `RULES`. */
const STRING: OptionRule = [isText, 'a string']

/** Copies the given values into `fields`, and opens bundles. `known`: the allowed names. `path`: the bundle, such as `runId.`. */
function put(fields: Record<string, unknown>, given: Fields, known: readonly string[], path: string): void {
  for (const key of Object.keys(given)) {
    const value = given[key]
    if (!known.includes(key))
      throw new StageflowError(
        'core/snapshot',
        `The input: ${unknownText('field', path + key, known, didYouMean(key, known))}. Put your own values into metadata or extensions.`,
      )
    const [fits, must] = RULES[key] ?? STRING
    if (value !== undefined && !fits(value))
      throw new StageflowError('core/snapshot', `The input: ${path}${key} must be ${must}, not ${show(value)}.`)
    const bundle = BUNDLES[key]
    if (bundle === undefined) fields[key] = frozenCopy(value, key)
    else if (value !== undefined) put(fields, value as Fields, bundle, `${key}.`)
  }
}

/** Field values that this module froze. Snapshots share them instead of copying them again. */
const copies = new WeakSet<object>()

/** `seen` maps each object to its copy, or to undefined while that is made: an object that is found again then contains itself. */
function frozenCopy(value: unknown, field: string, depth = 0, seen = new Map<object, object | undefined>()): unknown {
  if (!isObject(value) || copies.has(value)) return value
  if (!isArray(value) && !isPlain(value)) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (seen.has(value) || depth === DEEPEST_INPUT) {
    throw new StageflowError(
      'core/snapshot',
      `The input: ${field} contains itself, or is nested over ${DEEPEST_INPUT} deep.`,
    )
  }
  seen.set(value, undefined)
  const copyInner = (inner: unknown): unknown => frozenCopy(inner, field, depth + 1, seen)
  const copy: object = isArray(value) ? value.map(copyInner) : copyFields(value, copyInner)
  seen.set(value, copy)
  if (depth === 0) copies.add(copy) // only whole field values: inputs made from a snapshot pass those on
  return Object.freeze(copy)
}

function copyFields(value: Fields, copyInner: (inner: unknown) => unknown): object {
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) define(copy, key, copyInner(value[key]))
  return copy
}
