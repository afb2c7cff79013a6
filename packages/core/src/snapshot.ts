import { systemClock } from './clock.ts'
import { getter } from './getter.ts'
import { printAs } from './print.ts'
import { isObject } from './rules.ts'
import { BUNDLES, FIELDS, LONE_FIELDS, readFields, reading } from './snapshot-fields.ts'
import type { Fields } from './snapshot-fields.ts'
import type {
  Conversation,
  Enrichments,
  GivenExtensions,
  Message,
  RunIdentity,
  RunInput,
  SnapshotExtensions,
} from './snapshot-types.ts'

const BRAND: unique symbol = Symbol.for('@stageflow/snapshot')
const NO_VALUES: Readonly<Record<string, never>> = Object.freeze({})
/** What a field that is missing reads as, where that is not undefined. */
const EMPTY: Fields = {
  messages: Object.freeze([]),
  documents: Object.freeze([]),
  webResults: Object.freeze([]),
  extensions: NO_VALUES,
  metadata: NO_VALUES,
}

/** Set by the class below, which alone can read its private fields. */
export let fieldsOf: (snapshot: ContextSnapshot) => Fields

/** Fields that `readFields` has checked already: what the engine makes snapshots of. */
class Checked {
  declare readonly fields: Fields
  constructor(fields: Fields) {
    this.fields = fields
  }
}

/**
 * The input of a run, frozen all the way down: plain objects and arrays are copied, so the caller's own stay as they are.
 * The flat getters read the bundles. A run id that is missing is made. A wrong field: `core/snapshot`.
 */
export class ContextSnapshot implements RunIdentity {
  readonly #fields: Fields

  constructor(input: RunInput = NO_VALUES) {
    if (input instanceof Checked) this.#fields = input.fields
    else {
      const fields = reading(() => readFields(input))
      this.#fields = {
        ...fields,
        pipelineRunId: fields['pipelineRunId'] ?? crypto.randomUUID(),
        createdAt: fields['createdAt'] ?? systemClock.now(),
      }
    }
    // An own property would hide a getter from every stage that reads the snapshot later.
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
    for (const field of FIELDS) getter(this.prototype, field, (snapshot) => snapshot.#fields[field] ?? EMPTY[field])
    for (const [bundle, fields] of Object.entries(BUNDLES)) {
      getter(this.prototype, bundle, (snapshot) => Object.freeze(picked(snapshot, fields)))
    }
  }

  withIdentity(identity: { readonly [Key in keyof RunIdentity]?: string }): ContextSnapshot {
    return changed(this.#fields, { runId: identity })
  }
  withConversation(conversation: Partial<Conversation>): ContextSnapshot {
    return changed(this.#fields, { conversation })
  }
  withEnrichments(enrichments: Partial<Enrichments>): ContextSnapshot {
    return changed(this.#fields, { enrichments })
  }
  /** Adds to the extensions that are there. */
  withExtensions(extensions: GivenExtensions): ContextSnapshot {
    return changed(this.#fields, { extensions: { ...this.extensions, ...extensions } })
  }
  /** Adds to the metadata that is there. */
  withMetadata(metadata: Readonly<Record<string, unknown>>): ContextSnapshot {
    return changed(this.#fields, { metadata: { ...this.metadata, ...metadata } })
  }

  /** The bundles as plain data; `fromJSON` reads it back. */
  toJSON(): object {
    return picked(this, [...Object.keys(BUNDLES), ...LONE_FIELDS])
  }
  /** A snapshot of what `toJSON` gave, from storage or another process; what does not fit is `core/snapshot`. */
  static fromJSON(json: unknown): ContextSnapshot {
    return new ContextSnapshot(json as RunInput)
  }
}

/** An object of these fields alone. */
const picked = (snapshot: ContextSnapshot, fields: readonly string[]): object =>
  Object.fromEntries(fields.map((field) => [field, snapshot[field as keyof ContextSnapshot]]))

function changed(fields: Fields, changes: RunInput): ContextSnapshot {
  return snapshotOf({ ...fields, ...readFields(changes) })
}

/** A snapshot of fields that are checked and frozen already. */
export function snapshotOf(fields: Fields): ContextSnapshot {
  return new ContextSnapshot(new Checked(fields) as RunInput)
}

/** What a run was given, checked and frozen; the same object for every run without input. */
export function inputFields(input: unknown): Fields {
  if (input === undefined) return NO_VALUES
  return reading(() => {
    if (input instanceof ContextSnapshot) return fieldsOf(input)
    if (!isObject(input)) return readFields(input as never)
    if (BRAND in input) return readFields((input as unknown as ContextSnapshot).toJSON())
    for (const _ in input) return readFields(input)
    // An empty object needs no copy; anything else that has no keys is refused.
    return Object.getPrototypeOf(input) === Object.prototype ? NO_VALUES : readFields(input)
  })
}
