import { isObject, isText } from '../base/check.ts'
// This order decides that of the modules in a bundle. In this one gzip finds more of what they share.
import { StageflowError } from '../base/errors.ts'
import type { ErrorRecord } from '../base/errors.ts'
import { show } from '../base/show.ts'
import type { RunAuthor } from './snapshot-fields.ts'
import type { StageKind } from './output.ts'

/** Event payloads by type. Packages and apps add theirs by declaration merging. */
export interface EventMap {
  /**
   * A request was not admitted. It belongs to no leg of the run, so its `seq` is -1, and it has no id but that of the run: who asks is
   * not verified. At most 100 a minute for a graph; `untold` counts the others.
   */
  'run.refused': RefusedRequest
  'pipeline.started': { readonly pipeline: string; readonly stages: number }
  'pipeline.completed': { readonly pipeline: string; readonly durationMs: number }
  'pipeline.failed': { readonly pipeline: string; readonly durationMs: number; readonly errors: readonly ErrorRecord[] }
  'pipeline.cancelled': { readonly pipeline: string; readonly durationMs: number; readonly reason: string }
  /** `stages`: the names of the suspended stages. */
  'pipeline.suspended': { readonly pipeline: string; readonly durationMs: number; readonly stages: readonly string[] }
  /** The first event of a resumed run, instead of `pipeline.started`. */
  'pipeline.resumed': { readonly pipeline: string; readonly stages: number }
  'pipeline.child_started': ChildEvent
  'pipeline.child_completed': ChildEvent & { readonly durationMs: number }
  'pipeline.child_failed': ChildEvent & { readonly durationMs: number; readonly errors: readonly ErrorRecord[] }
  'pipeline.child_cancelled': ChildEvent & { readonly durationMs: number; readonly reason: string }
  'pipeline.child_suspended': ChildEvent & { readonly durationMs: number; readonly stages: readonly string[] }
  'guard_retry.attempt': GuardRetryEvent
  'guard_retry.scheduled': GuardRetryEvent & { readonly error: ErrorRecord }
  'guard_retry.exhausted': GuardRetryEvent & {
    readonly error: ErrorRecord
    readonly reason: 'max_attempts' | 'stagnation'
  }
  'guard_retry.recovered': GuardRetryEvent
  'stream.chunk_dropped': ChunkDroppedEvent
  /** A stage or a put has waited for a place for 1 ms or more. Emitted when the wait is over. */
  'stream.producer_blocked': ProducerBlockedEvent
  'stream.throttle_started': ThrottleEvent
  'stream.throttle_ended': ThrottleEvent
}

/** What someone asks of a run that outlives its caller: a durable run, or one that has suspended. */
export type RunAction = 'start' | 'attach' | 'answer' | 'cancel' | 'interrupt' | 'retry' | 'read'

/** A request to a run that outlives its caller, and that was not admitted. */
export interface RefusedRequest {
  readonly action: RunAction
  readonly pipeline: string
  /** The code of the error that the caller got. */
  readonly code: string
  /** Who asks, as far as interceptors had verified it. */
  readonly by: RunAuthor | undefined
  /** How many requests were refused since the last such event, without an event of their own. */
  readonly untold: number
}

export interface ChildEvent {
  readonly pipeline: string
  readonly childRunId: string
  readonly depth: number
  readonly path: string
}

/** Which item of a map an event is about. */
export interface ItemEvent {
  readonly index: number
  readonly key: string
}

/** The queue, and its reader, that an event is about, if they have names. Of the inbox of a stage the reader is the stage. */
export interface StreamSource {
  readonly queue?: string
  readonly reader?: string
}

/** Why a chunk was dropped. `overflow`: a newer one took its place. `queue_full`: there was no place for it. `no_reader`: the broadcast has no reader. */
export type ChunkDropReason = 'overflow' | 'queue_full' | 'no_reader'

export interface ChunkDroppedEvent extends StreamSource {
  readonly queueSize: number
  readonly maxSize: number
  readonly reason: ChunkDropReason
}

export interface ProducerBlockedEvent extends StreamSource {
  /** How long the stage or the put waited, in ms. */
  readonly blockedMs: number
  readonly queueSize: number
}

export interface ThrottleEvent extends StreamSource {
  readonly fillPercentage: number
  readonly queueSize: number
}

export interface GuardRetryEvent {
  readonly guard: string
  readonly attempt: number
  readonly maxAttempts: number
  /** How many equal verdicts came in a row. */
  readonly stagnationHits: number
}

/** A stage starts. */
export interface StartedStage {
  readonly kind: StageKind
  /** When it could have started, as in its record. */
  readonly readyAt?: number | undefined
  /** The dependency that it waited for last, as in its record. Undefined if it waited for none. */
  readonly releasedBy?: string | undefined
}

/** Payloads of the events of one stage; the type of such an event is `stage.{name}.{key}`. */
export interface StageEventMap {
  started: StartedStage
  completed: { readonly durationMs: number; readonly attempts: number }
  failed: {
    readonly durationMs: number
    readonly attempts: number
    readonly error: ErrorRecord
    readonly tolerated?: true
  }
  skipped: { readonly reason: string }
  cancelled: { readonly durationMs: number; readonly reason: string }
  /** It waits for an answer. It has no other terminal event in this leg of the run, unless no stage can read it any more. */
  suspended: { readonly durationMs: number; readonly attempts: number }
  /** Its code ignored the signal past the grace time. */
  abandoned: { readonly durationMs: number; readonly reason: string }
  /** The stage is about to run again: the number of the next attempt, and the error of the last one. */
  retrying: { readonly attempt: number; readonly error: ErrorRecord | undefined }
  /** `index` and `key`: those of the item of a map that yielded it. */
  chunk: { readonly chunk: unknown; readonly attempt: number; readonly index?: number; readonly key?: string }
  /** An item of a map starts. Each event of an item is that of a stage, with the item's `index` and `key`. */
  item_started: ItemEvent & StartedStage
  item_completed: ItemEvent & { readonly durationMs: number; readonly attempts: number }
  item_failed: ItemEvent & { readonly durationMs: number; readonly attempts: number; readonly error: ErrorRecord }
  item_skipped: ItemEvent & { readonly reason: string }
  item_cancelled: ItemEvent & { readonly durationMs: number; readonly reason: string }
  item_suspended: ItemEvent & { readonly durationMs: number; readonly attempts: number }
  item_abandoned: ItemEvent & { readonly durationMs: number; readonly reason: string }
  item_retrying: ItemEvent & { readonly attempt: number; readonly error: ErrorRecord | undefined }
}

export interface EventFields<Type extends string, Data> {
  readonly type: Type
  readonly data: Data
  /** From 0, without a gap within a run or a leg of a resumed run, in order of publication. -1 for `run.refused`. */
  readonly seq: number
  /** The number of the leg of a resumed run, from 2; undefined in the first. */
  readonly leg?: number | undefined
  /** Milliseconds since 1970, on the run's clock. */
  readonly timestamp: number
  readonly pipelineRunId: string
  readonly parentRunId: string | undefined
  readonly requestId: string | undefined
  readonly sessionId: string | undefined
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly interactionId: string | undefined
  /** The stage that the event belongs to; undefined for events of the run. */
  readonly stage: string | undefined
}

type StageEventOf<Kind extends keyof StageEventMap> = EventFields<`stage.${string}.${Kind}`, StageEventMap[Kind]> & {
  readonly stage: string
}
type AppEventOf<Type extends keyof EventMap> = EventFields<Type, EventMap[Type]>

/** An event as a sink receives it: one of the engine, or one that a package or the app declared in `EventMap`. */
export type StageflowEvent =
  | { [Type in keyof EventMap]: AppEventOf<Type> }[keyof EventMap]
  | { [Kind in keyof StageEventMap]: StageEventOf<Kind> }[keyof StageEventMap]

/** Whether `event` is this event of a stage: `isStageEvent(event, 'completed')`. */
export function isStageEvent<Kind extends keyof StageEventMap>(
  event: StageflowEvent,
  kind: Kind,
): event is Extract<StageflowEvent, StageEventOf<Kind>> {
  return event.stage !== undefined && event.type === `stage.${event.stage}.${kind}`
}

/** Events that only the engine emits. */
export type EngineEvent = `pipeline.${string}` | `stage.${string}` | `run.${string}`
export type AppEvent = Exclude<keyof EventMap & string, EngineEvent>

export interface TryEmitEvent {
  <Type extends AppEvent>(type: Type, data: EventMap[Type]): boolean
  <Type extends `${string}.${string}`>(type: Type extends EngineEvent | AppEvent ? never : Type, data: object): boolean
}

export interface EmitEvent {
  <Type extends AppEvent>(type: Type, data: EventMap[Type]): Promise<void>
  <Type extends `${string}.${string}`>(
    type: Type extends EngineEvent | AppEvent ? never : Type,
    data: object,
  ): Promise<void>
}

/** How long a call waits. */
export interface WaitOptions {
  /** Ends the wait with the signal's reason. */
  readonly signal?: AbortSignal
  /** Maximum time, in ms; Infinity: no limit. */
  readonly timeoutMs?: number
}

/** Words with dots between them, not starting with `pipeline.`, `stage.` or `run.`. */
const LEGAL_TYPE = /^(?!(pipeline|stage|run)\.)[^.\s]+(\.[^.\s]+)+$/

/** Throws `core/event-type` or `core/event-data` for an event that stages and interceptors may not emit. */
export function checkEvent(type: unknown, data: unknown): void {
  if (!isText(type) || !LEGAL_TYPE.test(type))
    throw new StageflowError(
      'core/event-type',
      `The type of an event must be words with dots between, such as 'cache.hit', and not begin with pipeline, stage or run, not ${show(type)}.`,
    )
  if (!isObject(data))
    throw new StageflowError('core/event-data', `The data of the event "${type}" must be an object, not ${show(data)}.`)
}
