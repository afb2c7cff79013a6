import { isArray } from '../base/check.ts'
import { isPlain } from '../base/objects.ts'
import { ANY } from '../base/options.ts'
import type { OptionRule, OptionRules } from '../base/options.ts'

/** Typed values of one run for its stages, added by declaration merging. They are part of the snapshot's JSON. */
export interface SnapshotExtensions {}
/** Extensions as input: an optional one may be undefined, such as a missing header. */
export type GivenExtensions<Extensions = SnapshotExtensions> = {
  readonly [Key in keyof Extensions]: {} extends Pick<Extensions, Key> ? Extensions[Key] | undefined : Extensions[Key]
}

/** The ids of a run and of its request, session, user, organization and interaction. A missing `pipelineRunId` is generated. */
export interface RunIdentity {
  readonly pipelineRunId: string
  readonly requestId: string | undefined
  readonly sessionId: string | undefined
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly interactionId: string | undefined
}

/** Who asked for something, as interceptors verified it, or the name of the part of the app that did. */
export interface RunAuthor {
  readonly userId?: string | undefined
  readonly orgId?: string | undefined
  readonly system?: string | undefined
}

/** What interceptors keep with a run, by their names. */
export type Kept = Readonly<Record<string, unknown>>

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

/** Data that the app gathered before the run. */
export interface Enrichments {
  readonly profile: unknown
  readonly memory: unknown
  readonly documents: readonly unknown[]
  readonly webResults: readonly unknown[]
}

/** The input of `run`: the fields of a snapshot, flat or in their bundles. */
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
  /** Milliseconds since 1970. Default: now. */
  readonly createdAt?: number
}

/** The fields of a snapshot, flat. The bundles are views of them. */
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

const PLAIN: OptionRule = [isPlain, 'a plain object']
const LIST: OptionRule = [isArray, 'an array']
/** The rules of the fields. A field that isn't listed is a string. */
export const RULES: OptionRules = {
  runId: PLAIN,
  conversation: PLAIN,
  enrichments: PLAIN,
  messages: LIST,
  documents: LIST,
  webResults: LIST,
  profile: ANY,
  memory: ANY,
  routingDecision: ANY,
  extensions: PLAIN,
  metadata: PLAIN,
  createdAt: [Number.isFinite, 'a number'],
}
export const FIELDS: readonly string[] = [...Object.values(BUNDLES).flat(), ...LONE_FIELDS]
/** The keys that an input may have. */
export const FIELDS_AND_BUNDLES: readonly string[] = [...FIELDS, ...Object.keys(BUNDLES)]
