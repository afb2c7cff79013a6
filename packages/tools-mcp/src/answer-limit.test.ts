import { expect, test } from 'vitest'

import { limitedAnswer, limitedEvents } from './answer-limit.ts'

const MAX_BYTES = 100

/** A response whose body comes in these chunks. */
function inChunks(chunks: readonly string[]): Response {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })
  return new Response(body)
}

const TOO_LARGE = expect.objectContaining({ code: 'tools-mcp/too-large' })

test('an answer of maxBytes is read, and one of a byte more fails and says so', async () => {
  let calls = 0
  const read = (...sizes: readonly number[]) =>
    limitedAnswer(inChunks(sizes.map((size) => 'x'.repeat(size))), MAX_BYTES, () => calls++).text()
  expect((await read(60, 40)).length).toBe(100)
  expect(calls).toBe(0)
  await expect(read(60, 41)).rejects.toEqual(TOO_LARGE)
  expect(calls).toBe(1)
})

test.each([
  ['\n', '\n'],
  ['\r\n', '\r\n'],
  ['\r\n\r', '\n'],
  ['\r', '\r'],
  ['', '\n\n'],
  ['\n\n', ''],
])(
  'in a stream of events the limit counts for each event, also if its end comes in two chunks: %j and %j',
  async (before, after) => {
    const event = 'x'.repeat(60)
    const chunks = Array.from({ length: 50 }, () => [`${event}${before}`, after]).flat()
    const text = await limitedEvents(inChunks(chunks), MAX_BYTES).text()
    expect(text).toBe(chunks.join(''))
  },
)

test('an event that is larger than maxBytes fails its stream, whatever lines it has', async () => {
  const lines = Array.from({ length: 11 }, () => `data: ${'x'.repeat(3)}\n`)
  await expect(limitedEvents(inChunks(['data: small\n\n', ...lines]), MAX_BYTES).text()).rejects.toEqual(TOO_LARGE)
})
