import type { StageflowEvent } from '@stageflow/core'
import type { DropCount, DropReason } from './drop-count.ts'
import { errorFacts } from './error-facts.ts'
import type { ErrorFacts } from './error-facts.ts'

/** Events that were lost on the way to a sink. */
export interface SinkDroppedEvent {
  /** `buffered`, or the name of the sink of a fan-out that lost them. */
  readonly sink: string
  /** Events lost since the last such notice that arrived. */
  readonly dropped: number
  /** Events lost since the sink was made. */
  readonly total: number
  /** `dropped` by reason. */
  readonly reasons: Readonly<Partial<Record<DropReason, number>>>
  /** `dropped` by type of event. After twenty types, the rest is counted together as `…`. */
  readonly types: Readonly<Record<string, number>>
  /** The last failure of the sink, without what looks like a secret. */
  readonly lastError?: ErrorFacts
  /** The policy of a buffer. */
  readonly overflow?: string
  /** How many events may wait in a buffer. */
  readonly maxWaiting?: number
  /** How many waited in it. */
  readonly queueSize?: number
}

declare module '@stageflow/core' {
  interface EventMap {
    'sink.dropped': SinkDroppedEvent
  }
}

/** Makes the `sink.dropped` events of one sink. They don't belong to a run, so they have an id and a `seq` of their own. */
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

/** The data of a notice. Its count starts again at 0. */
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
