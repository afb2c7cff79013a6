import { StageflowError, textOf } from './errors.ts'
import type { EventSink, StageflowEvent } from './events.ts'
import type { RunState } from './run-state.ts'

/** Somebody who is given every event of a run and of its child runs, chunks among them. */
export interface Listener {
  take(event: StageflowEvent): void
  /** Resolves once there is room for chunks; undefined when there is. */
  room(): Promise<void> | undefined
}

/** Makes the events of one run, numbers them and hands them out; there is none where nobody listens. */
export class RunEvents {
  readonly #run: RunState
  declare readonly sink: EventSink | undefined
  declare readonly listener: Listener | undefined
  dropped = 0
  /** The listener hears of chunks that may not go to the sink, and both see numbers without a gap: each has a count of its own. */
  #heard = 0
  #sunk = 0
  #broken = false

  constructor(run: RunState, sink: EventSink | undefined, listener: Listener | undefined) {
    this.#run = run
    this.sink = sink
    this.listener = listener
  }

  /** Publishes an event; false when the sink refused it. */
  emit(type: string, data: object, stage: string | undefined, timestamp: number, toSink = true): boolean {
    this.listener?.take(this.#make(type, data, stage, timestamp, this.#heard++))
    if (this.sink === undefined || !toSink) return true
    try {
      const taken: unknown = this.sink.tryEmit(this.#make(type, data, stage, timestamp, this.#sunk++))
      // A sink may be asynchronous by mistake: its failure must not go unseen.
      if (taken instanceof Promise) taken.catch((cause: unknown) => this.#lost(cause))
      if (taken !== false) return true
      this.dropped++
    } catch (cause) {
      this.#lost(cause)
    }
    return false
  }

  /** Publishes an event and waits while the sink pushes back; never rejects. */
  async emitAndWait(type: string, data: object, stage: string | undefined, timestamp: number): Promise<void> {
    this.listener?.take(this.#make(type, data, stage, timestamp, this.#heard++))
    try {
      await this.sink?.emit(this.#make(type, data, stage, timestamp, this.#sunk++))
    } catch (cause) {
      this.#lost(cause)
    }
  }

  #make(type: string, data: object, stage: string | undefined, timestamp: number, seq: number): StageflowEvent {
    const run = this.#run
    const { snapshot } = run
    return {
      type,
      data,
      seq,
      timestamp,
      pipelineRunId: run.pipelineRunId,
      parentRunId: run.parent?.shown.pipelineRunId,
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
    this.#run.problem(
      new StageflowError('core/sink-threw', `The event sink threw: ${textOf(cause)}. The event is lost.`, { cause }),
    )
  }
}
