import type { EventSink, StageflowEvent } from '../contract/events.ts'
import type { Pump } from './pump.ts'

/**
 * The sink of one leg. It passes on what happens in this leg, numbered without a gap, and leaves out what an earlier leg has sent.
 */
export class LegSink implements EventSink {
  readonly #sink: EventSink
  readonly #pump: Pump
  /** The next number of each run. */
  readonly #next = new Map<string, number>()

  constructor(sink: EventSink, pump: Pump) {
    this.#sink = sink
    this.#pump = pump
  }

  tryEmit(event: StageflowEvent): ReturnType<EventSink['tryEmit']> {
    const own = this.#own(event)
    return own ? this.#sink.tryEmit(own) : true
  }
  async emit(event: StageflowEvent): Promise<void> {
    const own = this.#own(event)
    if (own) await this.#sink.emit(own)
  }

  #own(event: StageflowEvent): StageflowEvent | undefined {
    const { executor, isOver, isReplaying, isTelling } = this.#pump
    const { leg, start } = executor
    const { pipelineRunId, type } = event
    const isResumed = leg > 1 && type === 'pipeline.started' && pipelineRunId === start.runId
    if (isOver || (isReplaying && !isResumed)) return undefined
    // A stage of a durable run starts when its call begins, not when the loop registers it.
    if (!isTelling && type === `stage.${event.stage}.started`) return undefined
    const seq = this.#next.get(pipelineRunId) ?? 0
    this.#next.set(pipelineRunId, seq + 1)
    return { ...event, seq, ...(leg > 1 && { leg }), ...(isResumed && { type: 'pipeline.resumed' }) } as StageflowEvent
  }
}
