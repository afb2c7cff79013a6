import type { StageflowEvent } from '@stageflow/core'
import type { DropCount, DropReason } from './drop-count.ts'
import { errorFacts } from './error-facts.ts'
import type { ErrorFacts } from './error-facts.ts'

/** What was lost on the way to a sink. */
export interface SinkDroppedEvent {
  /** `buffered`, or the name of the sink of a fan-out that lost them. */
  readonly sink: string
  /** How many since the last such event that arrived. */
  readonly dropped: number
  /** How many since the sink was made. */
  readonly total: number
  /** `dropped` by reason. */
  readonly reasons: Readonly<Partial<Record<DropReason, number>>>
  /** `dropped` by type of event; after twenty types the rest is together under `…`. */
  readonly types: Readonly<Record<string, number>>
  /** The last failure of the sink behind, without what looks like a secret. */
  readonly lastError?: ErrorFacts
  /** Of a buffer: its policy, how many events it may hold, and how many waited. */
  readonly overflow?: string
  readonly capacity?: number
  readonly queueSize?: number
}

declare module '@stageflow/core' {
  interface EventMap {
    'sink.dropped': SinkDroppedEvent
  }
}

/** Makes the `sink.dropped` events of one sink: they belong to no run, so they have an id and a `seq` of their own. */
export class DroppedEvents {
  #id: string | undefined
  #seq = 0

  make(timestamp: number, data: SinkDroppedEvent): StageflowEvent {
    this.#id ??= `sink-${crypto.randomUUID()}`
    return {
      type: 'sink.dropped',
      data,
      seq: this.#seq++,
      timestamp,
      pipelineRunId: this.#id,
      parentRunId: undefined,
      requestId: undefined,
      sessionId: undefined,
      userId: undefined,
      orgId: undefined,
      interactionId: undefined,
      stage: undefined,
    }
  }
}

/** The facts of a count, for an event; the count starts anew. */
export function droppedData(sink: string, count: DropCount): SinkDroppedEvent {
  const { dropped, reasons, types } = count.take()
  const { lastError, total } = count
  return {
    sink,
    dropped,
    total,
    reasons,
    types,
    ...(lastError === undefined ? undefined : { lastError: errorFacts(lastError.error) }),
  }
}
