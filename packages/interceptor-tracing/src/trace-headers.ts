import { context as contexts, createTraceState, isSpanContextValid, trace } from '@opentelemetry/api'
import type { Context, SpanContext } from '@opentelemetry/api'
import type { ContextSnapshot, Slot, SnapshotExtensions, StageInfo } from '@stageflow/core'
import { checkArgumentCount, read, refuseOptions, show } from '@stageflow/core/kit'
import { RUN_TRACE } from './run-trace.ts'

declare module '@stageflow/core' {
  interface SnapshotExtensions {
    /** The W3C header of the incoming request. It makes the run a part of the caller's trace. */
    readonly traceparent?: string | undefined
    /** The W3C header that comes with `traceparent`. */
    readonly tracestate?: string | undefined
  }
}

/** The context of a stage, of an interceptor, or of a run. */
export interface TraceSource {
  readonly snapshot: ContextSnapshot
  readonly stage?: StageInfo
  get<T>(slot: Slot<T>): T | undefined
}

/**
 * Returns the W3C headers `traceparent` and, if there is one, `tracestate` for a request that a stage sends. They name the stage's
 * span, or the active library span inside it. Without a trace it returns the incoming headers; without those none.
 */
export function traceparent(source: TraceSource): Readonly<Record<string, string>> {
  checkArgumentCount(arguments.length, 1, 'traceparent(source)', 'tracing/illegal-option')
  refuseOptions('traceparent()', 'tracing/illegal-option', sourceProblems(source))
  const span = currentSpan(source)
  if (span === undefined || !isSpanContextValid(span)) return {}
  const { traceId, spanId, traceFlags, traceState } = span
  const state = traceState?.serialize() ?? ''
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0')
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(state === '' ? undefined : { tracestate: state }),
  }
}

function sourceProblems(source: unknown): readonly string[] {
  if (typeof read(source, 'get') === 'function' && typeof read(source, 'snapshot') === 'object') return []
  return [
    `the source must be the context of a stage, an interceptor or a run, not ${show(source)}; pass traceparent(context)`,
  ]
}

function currentSpan(source: TraceSource): SpanContext | undefined {
  const { stage, snapshot } = source
  const active = contexts.active()
  const run = source.get(RUN_TRACE)
  if (run === undefined) return trace.getSpanContext(active) ?? readTraceparent(snapshot.extensions)
  // A stage of an untraced child run isn't one of the traced run, even if a name matches.
  const ownStage = stage?.pipeline === run.pipeline ? stage?.name : undefined
  return trace.getSpanContext(run.contextIn(active, ownStage, source))
}

const FORMAT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const SAMPLED = 1

/** The span that a run's W3C headers name. Undefined if they are missing or invalid. */
function readTraceparent({ traceparent: given, tracestate }: SnapshotExtensions): SpanContext | undefined {
  const parts = typeof given === 'string' ? FORMAT.exec(given) : null
  if (parts === null) return undefined
  const [, version, traceId = '', spanId = '', flags = '', more] = parts
  // Later versions may add fields at the end. Version ff is forbidden.
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & SAMPLED, isRemote: true }
  if (!isSpanContextValid(span)) return undefined
  return typeof tracestate === 'string' ? { ...span, traceState: createTraceState(tracestate) } : span
}

/** The parent of a run that isn't a child run: the active span, or the span that its headers name. */
export function callerContext(
  active: Context,
  extensions: SnapshotExtensions,
): { readonly context: Context; readonly isInvalid: boolean } {
  if (extensions.traceparent === undefined) return { context: active, isInvalid: false }
  const remote = readTraceparent(extensions)
  if (remote === undefined) return { context: active, isInvalid: true }
  // If the server's instrumentation has read the same header, its span is closer.
  const isRead = trace.getSpanContext(active)?.traceId === remote.traceId
  return { context: isRead ? active : trace.setSpanContext(active, remote), isInvalid: false }
}
