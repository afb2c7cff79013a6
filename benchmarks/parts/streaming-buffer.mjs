import { StreamingBuffer } from '../../packages/streaming/src/audio.ts'

// A minute of 16 kHz speech: chunks of 20 ms come in, cut anywhere, and 20 ms at a time goes out, with half a second held.

const FRAMES = 3_000
const FRAME_BYTES = 640
const HELD = 25
const chunks = [FRAME_BYTES - 3, FRAME_BYTES + 3].map((bytes) => new Uint8Array(bytes))

function pass(add, read) {
  let bytes = 0
  for (let frame = 0; frame < FRAMES + HELD; frame += 1) {
    if (frame < FRAMES) add(chunks[frame % chunks.length])
    if (frame >= HELD) bytes += read()
  }
  if (bytes < (FRAMES - 1) * FRAME_BYTES) throw new Error(`The buffer gave ${bytes} bytes of ${FRAMES * FRAME_BYTES}.`)
}

function viaRead() {
  const buffer = new StreamingBuffer({ sampleRate: 16_000 })
  pass(
    (chunk) => buffer.addChunk(chunk),
    () => buffer.read(20).length,
  )
}

function viaReadInto() {
  const buffer = new StreamingBuffer({ sampleRate: 16_000 })
  const target = new Uint8Array(FRAME_BYTES)
  pass(
    (chunk) => buffer.addChunk(chunk),
    () => buffer.readInto(target),
  )
}

/** One array that is joined and cut, with no limits and no events. */
function byArrays() {
  let held = new Uint8Array(0)
  pass(
    (chunk) => {
      const joined = new Uint8Array(held.length + chunk.length)
      joined.set(held)
      joined.set(chunk, held.length)
      held = joined
    },
    () => {
      const taken = held.slice(0, FRAME_BYTES)
      held = held.slice(FRAME_BYTES)
      return taken.length
    },
  )
}

export const streamingBuffers = [
  ['streamingBuffer', 'StreamingBuffer, `addChunk` and `read(20)`', viaRead],
  ['streamingBufferInto', 'StreamingBuffer, `addChunk` and `readInto`', viaReadInto],
  ['joinedArrays', 'an array that is joined and cut', byArrays],
].map(([id, title, run]) => ({ id, group: 'buffer', title, count: FRAMES, run: async () => run() }))
