import { StageflowError, quote } from './errors.ts'
import type { ErrorRecord } from './errors.ts'
import type { StageKind } from './output.ts'
import { isFunction, isObject, isText } from './rules.ts'
import type { Rules } from './rules.ts'

/** Event payloads by type. Packages and apps add theirs by declaration merging. */
export interface EventMap {
  'pipeline.started': { readonly pipeline: string; readonly stages: number }
  'pipeline.completed': { readonly pipeline: string; readonly durationMs: number }
  'pipeline.failed': { readonly pipeline: string; readonly durationMs: number; readonly errors: readonly ErrorRecord[] }
  'pipeline.cancelled': { readonly pipeline: string; readonly durationMs: number; readonly reason: string }
  'pipeline.child_started': ChildEvent
  'pipeline.child_completed': ChildEvent & { readonly durationMs: number }
  'pipeline.child_failed': ChildEvent & { readonly durationMs: number; readonly errors: readonly ErrorRecord[] }
  'pipeline.child_cancelled': ChildEvent & { readonly durationMs: number; readonly reason: string }
  'guard_retry.attempt': GuardRetryEvent
  'guard_retry.scheduled': GuardRetryEvent & { readonly error: ErrorRecord }
  'guard_retry.exhausted': GuardRetryEvent & {
    readonly error: ErrorRecord
    readonly reason: 'max_attempts' | 'stagnation'
  }
  'guard_retry.recovered': GuardRetryEvent
}

export interface ChildEvent {
  readonly pipeline: string
  readonly childRunId: string
  readonly depth: number
  readonly path: string
}

export interface GuardRetryEvent {
  readonly guard: string
  readonly attempt: number
  readonly maxAttempts: number
  /** How many verdicts in a row were the same. */
  readonly stagnationHits: number
}

/** Payloads of the events of one stage; the type of such an event is `stage.{name}.{key}`. */
export interface StageEventMap {
  started: { readonly kind: StageKind }
  completed: { readonly durationMs: number; readonly attempts: number }
  failed: {
    readonly durationMs: number
    readonly attempts: number
    readonly error: ErrorRecord
    readonly tolerated?: true
  }
  skipped: { readonly reason: string }
  cancelled: { readonly durationMs: number; readonly reason: string }
  /** Its code ignored the signal past the grace time. */
  abandoned: { readonly durationMs: number; readonly reason: string }
  /** It is about to run again: the attempt to come, and what the last one ended with. */
  retrying: { readonly attempt: number; readonly error: ErrorRecord | undefined }
  chunk: { readonly chunk: unknown; readonly attempt: number }
}

export interface EventFields<Type extends string, Data> {
  readonly type: Type
  readonly data: Data
  /** From 0, without a gap within a run, in order of publication. */
  readonly seq: number
  /** Milliseconds since 1970, on the run's clock. */
  readonly timestamp: number
  readonly pipelineRunId: string
  readonly parentRunId: string | undefined
  readonly requestId: string | undefined
  readonly sessionId: string | undefined
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly interactionId: string | undefined
  /** The stage it came from; undefined for those of the run. */
  readonly stage: string | undefined
}

type StageEventOf<Kind extends keyof StageEventMap> = EventFields<`stage.${string}.${Kind}`, StageEventMap[Kind]> & {
  readonly stage: string
}
type AppEventOf<Type extends keyof EventMap> = EventFields<Type, EventMap[Type]>

/** What a sink receives: the events of the engine, and those that packages and the app have declared in `EventMap`. */
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
export type EngineEvent = `pipeline.${string}` | `stage.${string}`
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

/** Receives events as they happen, in the order of `seq`. It takes each one synchronously; a promise only says when it can take more. */
export interface EventSink {
  emit(event: StageflowEvent): Promise<void> | void
  /** False: refused, and counted in the report. */
  tryEmit(event: StageflowEvent): boolean | void
  flush?(): Promise<void>
  close?(): Promise<void>
}

/** The default: no event is even made for it. */
export const NoOpEventSink: EventSink = Object.freeze({ emit: () => {}, tryEmit: () => true })

/** Where all copies of core in a process keep the sink of the process; undefined: none. */
const SHARED: unique symbol = Symbol.for('@stageflow/sink')
const shared = globalThis as { [SHARED]?: EventSink | undefined }

/** Sets the sink of runs that were given none: the one global there is, for all copies of core. A sink passed to `build` or `run` wins. */
export function setEventSink(sink: EventSink): void {
  if (!isSink(sink))
    throw new StageflowError('core/sink', `setEventSink() was given ${quote(sink)}; it must be ${SINK[1]}.`)
  shared[SHARED] = sink === NoOpEventSink ? undefined : sink
}

export const defaultEventSink = (): EventSink => shared[SHARED] ?? NoOpEventSink

function isSink(sink: unknown): sink is EventSink {
  const { emit, tryEmit } = (sink ?? {}) as Partial<EventSink>
  return isFunction(emit) && isFunction(tryEmit)
}

export const SINK: Rules[string] = [isSink, 'an event sink, with emit(event) and tryEmit(event)']

/** Words with dots between them, the first of them none that belongs to the engine. */
const LEGAL_TYPE = /^(?!pipeline\.|stage\.)[^.\s]+(\.[^.\s]+)+$/

/** Refuses events that a stage or an interceptor may not emit. */
export function checkEvent(type: unknown, data: unknown): void {
  if (!isText(type) || !LEGAL_TYPE.test(type))
    throw new StageflowError(
      'core/event-type',
      `An event cannot be of type ${quote(type)}: a type is words with dots between, such as 'cache.hit'; 'pipeline.' and 'stage.' are the engine's.`,
    )
  if (!isObject(data))
    throw new StageflowError(
      'core/event-data',
      `The event "${type}" was emitted with data ${quote(data)}; it must be an object, such as { key: 'value' }.`,
    )
}
