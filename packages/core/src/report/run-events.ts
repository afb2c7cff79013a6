import { StageflowError, textOf } from '../base/errors.ts'
import { onRejection } from '../base/foreign.ts'
import type { EventFields, StageflowEvent } from '../contract/events.ts'
import type { EventSink } from '../contract/run-context.ts'
import type { RunOutcome } from '../contract/results.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'

/** Receives every event of a run and of its child runs, including chunks: the handle of `start()`. */
export interface Listener {
  take(event: StageflowEvent): void
  /** Resolves once there is room for more chunks; undefined if there is room now. */
  room(): Promise<void> | undefined
}

/** An event that has occurred. It gets its number when it is published, since it may be kept back until then. */
export interface UnpublishedEvent extends Omit<EventFields<string, object>, 'seq' | 'leg'> {
  seq: number
  readonly leg: number | undefined
}

/**
 * Where the events of a run go out. Child runs share the outlet of the stage that started them. An outlet that keeps events back
 * publishes them later through the outlet around it, or never.
 */
export interface Outlet {
  /** Publishes an event of a run, now or later. Returns false if it was refused. `toSink`: see `RunEvents.publish`. */
  send(run: RunEvents, event: UnpublishedEvent, toSink: boolean): boolean
  /** Publishes it, and waits while the sink applies backpressure. Never rejects. */
  sendAndWait(run: RunEvents, event: UnpublishedEvent): Promise<void>
  /**
   * Tells interceptors of what has ended, now or later: of a stage, or of a run with its `outcome`. What is never shown is told only of a run:
   * that it was cancelled.
   */
  tell<T extends RunOutcome | undefined>(telling: (outcome: T) => void, outcome: T): void
  /** Whether what goes out is kept back, and perhaps never shown. */
  readonly isHeld: boolean
}

/** Publishes every event at once. */
export const DIRECT: Outlet = {
  send: (run, event, toSink) => run.publish(event, toSink),
  sendAndWait: (run, event) => run.publishAndWait(event),
  tell: (telling, outcome) => telling(outcome),
  isHeld: false,
}

/** The ids of a run for its events, where they go, and where failures of the sink are reported. */
export interface EventSource {
  readonly pipelineRunId: string
  readonly parentRunId: string | undefined
  readonly snapshot: ContextSnapshot
  readonly resume: { readonly leg: number } | undefined
  readonly outletOf: (stage: string | undefined) => Outlet
  problem(problem: StageflowError): void
}

/** Gives an event its number. Its type is one of the public ones because its type and data come from the code that emits it. */
function numbered(event: UnpublishedEvent, seq: number): StageflowEvent {
  event.seq = seq
  return event as StageflowEvent
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

  /** Something has happened at `timestamp`. Returns false if its event was refused. `toSink`: see `publish`. */
  emit(type: string, data: object, stage: string | undefined, timestamp: number, toSink = true): boolean {
    return this.#source.outletOf(stage).send(this, this.#make(type, data, stage, timestamp), toSink)
  }

  /** Like `emit`, but waits while the sink applies backpressure. Never rejects. */
  emitAndWait(type: string, data: object, stage: string | undefined, timestamp: number): Promise<void> {
    return this.#source.outletOf(stage).sendAndWait(this, this.#make(type, data, stage, timestamp))
  }

  /** Numbers an event and hands it out. Without `toSink`, only to the listener. Returns false if the sink refused it. */
  publish(event: UnpublishedEvent, toSink: boolean): boolean {
    const sink = toSink ? this.sink : undefined
    this.#tellListener(event, sink)
    if (sink === undefined) return true
    try {
      const taken: unknown = sink.tryEmit(numbered(event, this.#sunk++))
      if (taken === true || taken === undefined) return true
      // A sink may be asynchronous by mistake. Its failure must be seen.
      onRejection(taken, (cause) => this.#lost(cause))
      if (taken !== false) return true
      this.dropped++
    } catch (cause) {
      this.#lost(cause)
    }
    return false
  }

  /** Like `publish`, but waits while the sink applies backpressure. Never rejects. */
  async publishAndWait(event: UnpublishedEvent): Promise<void> {
    const { sink } = this
    this.#tellListener(event, sink)
    try {
      await sink?.emit(numbered(event, this.#sunk++))
    } catch (cause) {
      this.#lost(cause)
    }
  }

  /** The listener gets an event of its own if a sink gets it too, because their numbers may differ. */
  #tellListener(event: UnpublishedEvent, sink: EventSink | undefined): void {
    this.listener?.take(numbered(sink === undefined ? event : { ...event }, this.#heard++))
  }

  #make(type: string, data: object, stage: string | undefined, timestamp: number): UnpublishedEvent {
    const { pipelineRunId, parentRunId, snapshot, resume } = this.#source
    return {
      type,
      data,
      seq: 0,
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
    }
  }

  #lost(cause: unknown): void {
    this.dropped++
    if (this.#broken) return
    this.#broken = true
    this.#source.problem(new StageflowError('core/sink-threw', `The event sink threw: ${textOf(cause)}`, { cause }))
  }
}
