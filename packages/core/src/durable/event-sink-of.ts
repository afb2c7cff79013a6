import { sinkOf } from '../contract/event-sink.ts'
import type { EventSink } from '../contract/run-context.ts'
import { builtGraphOf } from '../pipeline/stage-graph.ts'
import type { NamedGraph } from '../pipeline/stage-graph.ts'

/** The sink that the runs of a graph send their events to, unless they are given another one. */
export const eventSinkOf = (graph: NamedGraph): EventSink => sinkOf(undefined, builtGraphOf(graph)?.eventSink)
