import { StageflowError } from '@stageflow/core'

/** The end of an event in a stream of events. */
const EVENT_END = /\n\r?\n|\r\r/

/**
 * A response whose body fails with `tools-mcp/too-large` after `maxBytes`. `perEvent`: it is a stream of events without an end, and the limit
 * counts for each event.
 */
export function limited(response: Response, maxBytes: number, perEvent: boolean, onTooLarge: () => void): Response {
  // A redirect has no body to read, and the SDK needs it as it is.
  if (response.body === null || (response.status >= 300 && response.status < 400)) return response
  const decoder = new TextDecoder('latin1')
  let bytes = 0
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) {
        controller.enqueue(chunk)
        if (perEvent && EVENT_END.test(decoder.decode(chunk))) bytes = 0
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
