import { StageflowError } from '@stageflow/core'

/** The end of an event in a stream of events. */
const EVENT_END = /\n\r?\n|\r\r/

/** A response whose body fails with `tools-mcp/too-large` after `maxBytes`. */
export function limitedAnswer(response: Response, maxBytes: number, onTooLarge: () => void): Response {
  return limited(response, maxBytes, { endsEvent: () => false, onTooLarge })
}

/** A stream of events, which may have no end: it fails with `tools-mcp/too-large` at an event of more than `maxBytes`. */
export function limitedEvents(response: Response, maxBytes: number): Response {
  const decoder = new TextDecoder('latin1')
  let tail = ''
  const endsEvent = (chunk: Uint8Array): boolean => {
    const text = tail + decoder.decode(chunk)
    // An end may come in two chunks. One that is here counts once.
    tail = text.slice(-3)
    if (EVENT_END.test(tail)) tail = ''
    return EVENT_END.test(text)
  }
  return limited(response, maxBytes, { endsEvent, onTooLarge: () => {} })
}

interface LimitRules {
  /** Whether an event ends in a chunk. The count begins again behind it. */
  readonly endsEvent: (chunk: Uint8Array) => boolean
  readonly onTooLarge: () => void
}

function limited(response: Response, maxBytes: number, { endsEvent, onTooLarge }: LimitRules): Response {
  // A redirect has no body to read, and the SDK needs it as it is.
  if (response.body === null || (response.status >= 300 && response.status < 400)) return response
  let bytes = 0
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) {
        controller.enqueue(chunk)
        if (endsEvent(chunk)) bytes = 0
        return
      }
      controller.error(tooLarge(maxBytes))
      onTooLarge()
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(counter), { status, statusText, headers })
}

export const tooLarge = (maxBytes: number): StageflowError =>
  new StageflowError(
    'tools-mcp/too-large',
    `The answer of the MCP server is larger than ${maxBytes} bytes. Ask for less, or raise maxBytes.`,
  )
