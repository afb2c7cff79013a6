import type { EventSink } from '../contract/run-context.ts'
import type { StageflowEvent } from '../contract/events.ts'
import { partInLeg } from './parts-in-leg.ts'
import type { Pump } from './pump.ts'

/**
 * The sink of one leg. It passes on what happens in this leg, numbered without a gap, and leaves out what an earlier leg has sent. Its part in
 * the run isn't told again of stages of earlier legs.
 */
export function legSink(sink: EventSink, pump: Pump): EventSink {
  /** The next number of each run. */
  const next = new Map<string, number>()
  const ownOf = (event: StageflowEvent): StageflowEvent | undefined => {
    const { executor, isOver, isReplaying, isTelling } = pump
    const { leg, start } = executor
    const { pipelineRunId, type } = event
    const isResumed = leg > 1 && type === 'pipeline.started' && pipelineRunId === start.runId
    if (isOver || (isReplaying && !isResumed)) return undefined
    // A stage of a durable run starts when its call begins, not when the loop registers it.
    if (!isTelling && type === `stage.${event.stage}.started`) return undefined
    const seq = next.get(pipelineRunId) ?? 0
    next.set(pipelineRunId, seq + 1)
    return { ...event, seq, ...(leg > 1 && { leg }), ...(isResumed && { type: 'pipeline.resumed' }) } as StageflowEvent
  }
  const passOn =
    <Member extends 'tryEmit' | 'emit'>(member: Member) =>
    (event: StageflowEvent) => {
      const own = ownOf(event)
      return own && (sink[member](own) as ReturnType<EventSink[Member]>)
    }
  return {
    tryEmit: passOn('tryEmit'),
    emit: passOn('emit'),
    // Read by the run, which reports what a getter throws.
    get chunks() {
      return sink.chunks === true
    },
    onRun: (run) => partInLeg(pump, sink.onRun?.(run)),
  }
}
