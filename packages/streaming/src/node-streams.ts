import { Readable, Writable } from 'node:stream'

import { StageflowError } from '@stageflow/core'
import { isError } from '@stageflow/core/kit'

import type { ChunkQueue } from './chunk-queue.ts'
import type { ChunkSource } from './chunk-source.ts'
import type { ChunkResult } from './lane.ts'
import { checkQueue, checkSource } from './argument-errors.ts'
import { closedBy } from './web-streams.ts'

/**
 * A `Readable` of Node, in object mode, of a queue, or of one reader of a broadcast. It buffers one chunk. Destroying it cancels
 * the queue, or the reader. It can't carry `null`: that is `streaming/null-chunk`.
 */
export function toNodeReadable<T>(source: ChunkSource<T>): Readable {
  checkSource('toNodeReadable()', source)
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      source.get().then(
        (result) => pass(this, result),
        (error: unknown) => this.destroy(asError(error)),
      )
    },
    destroy(error, callback) {
      // A broadcast must not end because it was passed here instead of a reader.
      if (!StageflowError.is(error, 'streaming/wrong-mode')) source.cancel(error ?? undefined)
      callback(error)
    },
  })
}

function pass(stream: Readable, { done, value }: ChunkResult<unknown>): void {
  if (done === true) {
    stream.push(null)
    return
  }
  if (value !== null && value !== undefined) {
    stream.push(value)
    return
  }
  const why = `A stream of Node ends at null, and a chunk was ${value}. Wrap chunks that may be null or undefined, such as { chunk }.`
  stream.destroy(new StageflowError('streaming/null-chunk', why))
}

/**
 * A `Writable` of Node, in object mode, into a queue. A write is done when the queue has taken it. Ending the stream closes the
 * queue. Destroying it fails the queue, with `streaming/premature-close` if there is no error. If the queue ends in another way, it
 * destroys the stream, with `streaming/queue-closed` if the queue has no error.
 */
export function toNodeWritable<T>(queue: ChunkQueue<T>): Writable {
  checkQueue('toNodeWritable()', queue)
  const { closeSignal } = queue
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(chunk: T, _encoding, callback) {
      void writeInto(queue, chunk, callback)
    },
    final(callback) {
      closeSignal.removeEventListener('abort', onClose)
      queue.close()
      callback()
    },
    destroy(error, callback) {
      closeSignal.removeEventListener('abort', onClose)
      // This also ends a waiting write.
      queue.fail(error ?? prematureClose())
      callback(error)
    },
  })
  const onClose = (): void => void stream.destroy(asError(closedBy(closeSignal)))
  if (closeSignal.aborted) onClose()
  else closeSignal.addEventListener('abort', onClose, { once: true })
  return stream
}

async function writeInto<T>(queue: ChunkQueue<T>, chunk: T, callback: (problem: Error | null) => void): Promise<void> {
  let problem: Error | null = null
  try {
    const isTaken = await queue.put(chunk)
    if (!isTaken) problem = asError(closedBy(queue.closeSignal))
  } catch (error) {
    problem = asError(error)
  }
  // Outside of the try: an error that the stream throws next isn't an error of this write.
  callback(problem)
}

const asError = (error: unknown): Error =>
  isError(error) ? error : new StageflowError('streaming/producer-failed', String(error), { cause: error })

const prematureClose = (): StageflowError =>
  new StageflowError(
    'streaming/premature-close',
    'The stream that fed the queue was destroyed before its end. End it with end(), or destroy it with an error.',
  )
