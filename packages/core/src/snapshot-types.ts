/** Values of one run that stages may read, added by declaration merging; part of the snapshot's JSON. */
export interface SnapshotExtensions {}
/** Extensions as a caller gives them: optional ones may be undefined, as a header that is missing. */
export type GivenExtensions<Extensions = SnapshotExtensions> = {
  readonly [Key in keyof Extensions]: {} extends Pick<Extensions, Key> ? Extensions[Key] | undefined : Extensions[Key]
}

/** Who asked, and in which run. The run id is made when it is missing. */
export interface RunIdentity {
  readonly pipelineRunId: string
  readonly requestId: string | undefined
  readonly sessionId: string | undefined
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly interactionId: string | undefined
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string
  readonly [field: string]: unknown
}

export interface Conversation {
  readonly messages: readonly Message[]
  readonly inputText: string | undefined
  readonly routingDecision: unknown
}

/** What earlier steps of the application found out. */
export interface Enrichments {
  readonly profile: unknown
  readonly memory: unknown
  readonly documents: readonly unknown[]
  readonly webResults: readonly unknown[]
}

/** What `run` takes: the fields of a snapshot, flat or in their bundles. */
export interface RunInput {
  readonly runId?: { readonly [Key in keyof RunIdentity]?: string | undefined }
  readonly pipelineRunId?: string | undefined
  readonly requestId?: string | undefined
  readonly sessionId?: string | undefined
  readonly userId?: string | undefined
  readonly orgId?: string | undefined
  readonly interactionId?: string | undefined
  readonly conversation?: Partial<Conversation>
  readonly inputText?: string | undefined
  readonly messages?: readonly Message[]
  readonly routingDecision?: unknown
  readonly enrichments?: Partial<Enrichments>
  readonly profile?: unknown
  readonly memory?: unknown
  readonly documents?: readonly unknown[]
  readonly webResults?: readonly unknown[]
  readonly extensions?: GivenExtensions
  readonly topology?: string | undefined
  readonly executionMode?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970; now, when missing. */
  readonly createdAt?: number
}
