import type { StageflowError } from '../base/errors.ts'
import { onRejection } from '../base/foreign.ts'
import type { RunAuthor } from '../contract/snapshot-fields.ts'
import type { RunAction } from '../contract/events.ts'
import { sinkOf } from '../contract/events.ts'
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

/** Tells the sink of a graph that a request was refused. A flood of requests makes no flood of events. */
export function tellRefused(
  graph: BuiltGraph,
  { action, runId }: { readonly action: RunAction; readonly runId: string },
  { code }: StageflowError,
  by: RunAuthor | undefined,
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
  const event: StageflowEvent = {
    type: 'run.refused',
    seq: -1,
    data: { action, pipeline: graph.name, code, by, untold },
    timestamp: now,
    pipelineRunId: runId,
    parentRunId: undefined,
    requestId: undefined,
    sessionId: undefined,
    userId: undefined,
    orgId: undefined,
    interactionId: undefined,
    stage: undefined,
  }
  try {
    const taken: unknown = sinkOf(undefined, graph.eventSink).tryEmit(event)
    onRejection(taken, () => {})
    if (taken === false) span.untold++
  } catch {
    span.untold++ // the next event says that one is missing
  }
}
