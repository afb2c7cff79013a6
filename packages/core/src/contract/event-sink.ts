import { SINK, checkOptions, required } from '../base/options.ts'
import { checkNeededCore } from '../base/needed-core.ts'
import { checkArgumentCount } from '../base/argument-count.ts'
import type { EventSink } from './run-context.ts'

/** The default sink. The engine creates no events for it. */
export const NoOpEventSink: EventSink = Object.freeze({ emit: () => {}, tryEmit: () => true })

/** Where all copies of core in a process keep the sink of `setEventSink`; undefined: none was set. */
const PROCESS_SINK: unique symbol = Symbol.for('@stageflow/sink')
const processWide = globalThis as { [PROCESS_SINK]?: EventSink | undefined }

/** Where the events of a run go: to its own sink, else that of its graph, else that of the process. */
export const sinkOf = (ofRun: EventSink | undefined, ofGraph: EventSink | undefined): EventSink =>
  ofRun ?? ofGraph ?? processWide[PROCESS_SINK] ?? NoOpEventSink

/**
 * Sets the sink of runs that have no other, for the whole process and every copy of core in it. A sink passed to `build` or
 * `run` wins. Throws `core/sink` and `core/plugin-version`.
 */
export function setEventSink(sink: EventSink): void {
  checkArgumentCount(arguments.length, 1, 'setEventSink(sink)')
  checkOptions('setEventSink()', 'core/sink', { sink }, { sink: required(SINK) })
  checkNeededCore('The event sink', sink)
  processWide[PROCESS_SINK] = sink === NoOpEventSink ? undefined : sink
}
