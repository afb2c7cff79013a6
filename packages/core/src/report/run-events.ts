import { StageflowError, textOf } from '../base/errors.ts'
import type { EventSink, StageflowEvent } from '../contract/events.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'

/** Receives every event of a run and of its child runs, including chunks: the handle of `start()`. */
export interface Listener {
  take(event: StageflowEvent): void
  /** Resolves once there is room for more chunks; undefined if there is room now. */
  room(): Promise<void> | undefined
}

/** The ids of a run for its events, and where failures of the sink are reported. */
export interface EventSource {
  readonly pipelineRunId: string
  readonly parentRunId: string | undefined
  readonly snapshot: ContextSnapshot
  readonly resume: { readonly leg: number } | undefined
  problem(problem: StageflowError): void
}

/** Creates, numbers and publishes the events of one run. Without a sink and a listener, a run has none. */
export class RunEvents {
  readonly #source: EventSource
  declare readonly sink: EventSink | undefined
  declare readonly listener: Listener | undefined
  /** How many events the sink has refused or lost. */
  dropped = 0
  /** The listener receives chunks that the sink may not receive. Each has its own count, so that both see numbers without a gap. */
  #heard = 0
  #sunk = 0
  #broken = false

  constructor(source: EventSource, sink: EventSink | undefined, listener: Listener | undefined) {
    this.#source = source
    this.sink = sink
    this.listener = listener
  }

  /** Publishes an event. Returns false if the sink refused it. */
  emit(type: string, data: object, stage: string | undefined, timestamp: number, toSink = true): boolean {
    this.listener?.take(this.#make(type, data, stage, timestamp, this.#heard++))
    if (this.sink === undefined || !toSink) return true
    try {
      const taken: unknown = this.sink.tryEmit(this.#make(type, data, stage, timestamp, this.#sunk++))
      // A sink may be asynchronous by mistake. Its failure must be seen.
      if (taken instanceof Promise) taken.catch((cause: unknown) => this.#lost(cause))
      if (taken !== false) return true
      this.dropped++
    } catch (cause) {
      this.#lost(cause)
    }
    return false
  }

  /** Publishes an event, and waits while the sink applies backpressure. Never rejects. */
  async emitAndWait(type: string, data: object, stage: string | undefined, timestamp: number): Promise<void> {
    this.listener?.take(this.#make(type, data, stage, timestamp, this.#heard++))
    try {
      await this.sink?.emit(this.#make(type, data, stage, timestamp, this.#sunk++))
    } catch (cause) {
      this.#lost(cause)
    }
  }

  #make(type: string, data: object, stage: string | undefined, timestamp: number, seq: number): StageflowEvent {
    const { pipelineRunId, parentRunId, snapshot, resume } = this.#source
    return {
      type,
      data,
      seq,
      leg: resume?.leg,
      timestamp,
      pipelineRunId,
      parentRunId,
      requestId: snapshot.requestId,
      sessionId: snapshot.sessionId,
      userId: snapshot.userId,
      orgId: snapshot.orgId,
      interactionId: snapshot.interactionId,
      stage,
    } as StageflowEvent
  }

  #lost(cause: unknown): void {
    this.dropped++
    if (this.#broken) return
    this.#broken = true
    this.#source.problem(
      new StageflowError('core/sink-threw', `The event sink threw: ${textOf(cause)}. The event is lost.`, { cause }),
    )
  }
}
