import { systemClock } from './clock.ts'
import { printAs } from './print.ts'
import { BUNDLES, readFields, reading } from './snapshot-fields.ts'
import type { Fields } from './snapshot-fields.ts'
import type { Conversation, Enrichments, Message, RunIdentity, RunInput, SnapshotExtensions } from './snapshot-types.ts'

const BRAND: unique symbol = Symbol.for('@stageflow/snapshot')
const NO_VALUES: Readonly<Record<string, never>> = Object.freeze({})
const NO_ITEMS: readonly never[] = Object.freeze([])

/** Set by the class below, which alone can read its private fields. */
let fieldsInside: (snapshot: ContextSnapshot) => Fields

/** Fields that `readFields` has checked already: what the engine makes snapshots of. */
class Checked {
  readonly fields: Fields
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
    if (input instanceof Checked) {
      this.#fields = input.fields
      return
    }
    const fields = reading(() => readFields(input))
    this.#fields = {
      pipelineRunId: fields['pipelineRunId'] ?? crypto.randomUUID(),
      createdAt: fields['createdAt'] ?? systemClock.now(),
      ...fields,
    }
  }

  get runId(): RunIdentity {
    return this.#bundle('runId') as unknown as RunIdentity
  }
  get conversation(): Conversation {
    return Object.freeze({ messages: this.messages, inputText: this.inputText, routingDecision: this.routingDecision })
  }
  get enrichments(): Enrichments {
    return Object.freeze({
      profile: this.#fields['profile'],
      memory: this.#fields['memory'],
      documents: this.#items('documents'),
      webResults: this.#items('webResults'),
    })
  }
  get extensions(): Readonly<SnapshotExtensions> {
    return this.#fields['extensions'] ?? NO_VALUES
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return (this.#fields['metadata'] ?? NO_VALUES) as Record<string, unknown>
  }
  get topology(): string | undefined {
    return this.#text('topology')
  }
  get executionMode(): string | undefined {
    return this.#text('executionMode')
  }
  /** Milliseconds since 1970. */
  get createdAt(): number {
    return this.#fields['createdAt'] as number
  }

  get pipelineRunId(): string {
    return this.#fields['pipelineRunId'] as string
  }
  get requestId(): string | undefined {
    return this.#text('requestId')
  }
  get sessionId(): string | undefined {
    return this.#text('sessionId')
  }
  get userId(): string | undefined {
    return this.#text('userId')
  }
  get orgId(): string | undefined {
    return this.#text('orgId')
  }
  get interactionId(): string | undefined {
    return this.#text('interactionId')
  }
  get inputText(): string | undefined {
    return this.#text('inputText')
  }
  get messages(): readonly Message[] {
    return this.#items('messages') as readonly Message[]
  }
  get routingDecision(): unknown {
    return this.#fields['routingDecision']
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
  withExtensions(extensions: SnapshotExtensions): ContextSnapshot {
    return changed(this.#fields, { extensions: { ...this.extensions, ...extensions } })
  }
  /** Adds to the metadata that is there. */
  withMetadata(metadata: Readonly<Record<string, unknown>>): ContextSnapshot {
    return changed(this.#fields, { metadata: { ...this.metadata, ...metadata } })
  }

  /** The bundles as plain data; `fromJSON` reads it back. */
  toJSON(): object {
    const { runId, conversation, enrichments, extensions, topology, executionMode, metadata, createdAt } = this
    return { runId, conversation, enrichments, extensions, topology, executionMode, metadata, createdAt }
  }
  /** A snapshot of what `toJSON` gave, from storage or another process; what does not fit is `core/snapshot`. */
  static fromJSON(json: unknown): ContextSnapshot {
    return new ContextSnapshot(json as RunInput)
  }
  static {
    fieldsInside = (snapshot) => snapshot.#fields
    Object.defineProperty(this.prototype, BRAND, { value: true })
    printAs(this.prototype, (snapshot) => snapshot.toJSON())
  }

  #text(field: string): string | undefined {
    return this.#fields[field] as string | undefined
  }
  #items(field: string): readonly unknown[] {
    return (this.#fields[field] ?? NO_ITEMS) as readonly unknown[]
  }
  #bundle(name: string): object {
    return Object.freeze(Object.fromEntries((BUNDLES[name] ?? []).map((field) => [field, this.#fields[field]])))
  }
}

function changed(fields: Fields, changes: RunInput): ContextSnapshot {
  return snapshotOf({ ...fields, ...readFields(changes) })
}

/** The fields of a snapshot as the engine keeps them. */
export const fieldsOf = (snapshot: ContextSnapshot): Fields => fieldsInside(snapshot)

/** A snapshot of fields that are checked and frozen already. */
export function snapshotOf(fields: Fields): ContextSnapshot {
  return new ContextSnapshot(new Checked(fields) as RunInput)
}

const NO_FIELDS: Fields = Object.freeze({})

/** What a run was given, checked and frozen; the same object for every run without input. */
export function inputFields(input: unknown): Fields {
  if (input === undefined) return NO_FIELDS
  return reading(() => {
    if (input instanceof ContextSnapshot) return fieldsInside(input)
    if (typeof input !== 'object' || input === null) return readFields(input as never)
    if (BRAND in input) return readFields((input as unknown as ContextSnapshot).toJSON())
    for (const _ in input) return readFields(input)
    // An empty object needs no copy; anything else that has no keys is refused.
    return Object.getPrototypeOf(input) === Object.prototype ? NO_FIELDS : readFields(input)
  })
}
