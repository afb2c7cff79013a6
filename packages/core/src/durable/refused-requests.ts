import type { StageflowError } from '../base/errors.ts'
import { onRejection } from '../base/foreign.ts'
import type { RunAuthor } from '../contract/snapshot-fields.ts'
import type { RunAction } from '../contract/events.ts'
import { sinkOf } from '../contract/event-sink.ts'
import type { EventSink } from '../contract/run-context.ts'
import type { StageflowEvent } from '../contract/events.ts'
import type { BuiltGraph } from '../graph/graph.ts'

/** At most so many events of refused requests per graph and span of time. The rest are counted in the next event. */
const MOST_EVENTS = 100
const SPAN_MS = 60_000

/** The events of one graph in the current span of time. */
interface Told {
  until: number
  events: number
  /** Refused requests without an event, since the last event. */
  untold: number
}

const told = new WeakMap<BuiltGraph, Told>()

/** A request to a run that outlives its caller, as its events have it. */
interface ToldRequest {
  readonly action: RunAction
  readonly runId: string
  /** The run options of the caller. */
  readonly options: { readonly eventSink?: EventSink | undefined }
}
/** What an interceptor tells about a request. */
export type RequestEvent = readonly [type: string, data: object]

/** Emits what interceptors told about a request that was admitted. */
export function tellAdmitted(graph: BuiltGraph, request: ToldRequest, told: readonly RequestEvent[]): void {
  if (told.length === 0) return
  const sink = sinkOf(request.options.eventSink, graph.eventSink)
  for (const event of told) emit(sink, request.runId, graph.clock.now(), event)
}

/**
 * Emits that a request was refused, after what interceptors told about it. A flood of requests makes no flood of events. `by`: who asked, as
 * far as that was verified.
 */
export function tellRefused(
  graph: BuiltGraph,
  { action, runId, options }: ToldRequest,
  { code }: StageflowError,
  { by, told: events = [] }: { readonly by?: RunAuthor | undefined; readonly told?: readonly RequestEvent[] } = {},
): void {
  const now = graph.clock.now()
  const span = told.get(graph) ?? { until: now + SPAN_MS, events: 0, untold: 0 }
  told.set(graph, span)
  if (now >= span.until) {
    span.until = now + SPAN_MS
    span.events = 0
  }
  if (span.events >= MOST_EVENTS) {
    span.untold++
    return
  }
  span.events++
  const { untold } = span
  span.untold = 0
  const sink = sinkOf(options.eventSink, graph.eventSink)
  for (const event of events) emit(sink, runId, now, event)
  const refused = { action, pipeline: graph.name, code, by, untold }
  // The next event says that this one is missing.
  if (!emit(sink, runId, now, ['run.refused', refused])) span.untold += untold + 1
}

/** Emits an event that belongs to no leg of a run. Returns false if the sink has not taken it. */
function emit(sink: EventSink, runId: string, timestamp: number, [type, data]: RequestEvent): boolean {
  const event = {
    type,
    seq: -1,
    data,
    timestamp,
    pipelineRunId: runId,
    parentRunId: undefined,
    requestId: undefined,
    sessionId: undefined,
    userId: undefined,
    orgId: undefined,
    interactionId: undefined,
    stage: undefined,
  } as StageflowEvent
  try {
    const taken: unknown = sink.tryEmit(event)
    onRejection(taken, () => {})
    return taken !== false
  } catch {
    return false
  }
}
