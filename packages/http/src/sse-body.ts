import type { Clock } from '@stageflow/core'

export const SSE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  // `no-transform`: a proxy that compresses would hold events back.
  'cache-control': 'no-cache, no-transform',
  // nginx sends each event at once.
  'x-accel-buffering': 'no',
}

/** The fields `event` and `data` of a server-sent event. Its id is added when it is sent. */
export type Frame = string

/** Texts, one after the other, and a way to leave them. */
export interface TextSource {
  next(): Promise<string | undefined>
  /** Called if the client leaves. */
  leave(): void
}

export interface Heartbeat {
  readonly heartbeatMs: number
  readonly clock: Clock
}

const COMMENT = ': \n\n'

/** The body of a response. It asks for a text when the client has taken the one before. While there is none, it sends comments. */
export function bodyOf(source: TextSource, { heartbeatMs, clock }: Heartbeat): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let stopTimer = (): void => {}
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const beat = (): void => {
        // A client that doesn't read needs no comment.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(COMMENT))
        stopTimer = clock.setTimeout(beat, heartbeatMs)
      }
      stopTimer = clock.setTimeout(beat, heartbeatMs)
      let text: string | undefined
      try {
        text = await source.next()
      } finally {
        stopTimer()
      }
      if (text === undefined) controller.close()
      else controller.enqueue(encoder.encode(text))
    },
    cancel() {
      stopTimer()
      source.leave()
    },
  })
}
