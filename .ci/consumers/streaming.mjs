import assert from 'node:assert/strict'
import { Readable } from 'node:stream'

import { StageflowError } from '@stageflow/core'
import { ChunkQueue, feed, RealtimeStageBus, toReadableStream } from '@stageflow/streaming'
import { StreamingBuffer } from '@stageflow/streaming/audio'
import { toNodeReadable } from '@stageflow/streaming/node'

/** @type {ChunkQueue<string>} */
const queue = new ChunkQueue({ maxSize: 2 })
void feed(queue, Readable.from(['a', 'b', 'c']))
const letters = []
for await (const letter of toNodeReadable(queue)) letters.push(letter)
assert.deepEqual(letters, ['a', 'b', 'c'])
assert.equal(await queue.put('late'), false)

/** @type {RealtimeStageBus<string>} */
const bus = new RealtimeStageBus({ overflow: 'drop-oldest', maxSize: 1 })
for (const word of ['one', 'two', 'three']) await bus.publish('words', word)
bus.closeChannel('words')
const body = toReadableStream(bus.channel('words')).pipeThrough(new TextEncoderStream())
assert.equal(await new Response(body).text(), 'three')

const buffer = new StreamingBuffer({ sampleRate: 22_050, targetDurationMs: 20 })
assert.equal(buffer.addChunk(new Int16Array(882)), 0)
assert.deepEqual([buffer.isReady, buffer.read(10).length, buffer.read(10).length], [true, 440, 442])

assert.throws(
  () => new ChunkQueue({ maxSize: 0 }),
  (error) => StageflowError.is(error, 'streaming/illegal-option'),
)
