import { Readable, Writable } from 'node:stream'

import { StageflowError } from '@stageflow/core'

import type { ChunkQueue } from './chunk-queue.ts'
import type { ChunkSource } from './chunk-source.ts'
import type { ChunkResult } from './lane.ts'
import { checkQueue, checkSource } from './queue-arguments.ts'
import { closedBy } from './web-streams.ts'

/**
 * A `Readable` of Node, in object mode, of what is in a queue, or of one reader of a broadcast; it holds one chunk itself. To
 * destroy it cancels the queue, or the reader. `null`, which such a stream cannot carry, is `streaming/null-chunk`.
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
      // What has no readers of its own, but is a broadcast, is not to end for a mistake made here.
      if (!StageflowError.is(error, 'streaming/wrong-mode')) source.cancel(error ?? undefined)
      callback(error)
    },
  })
}

function pass(stream: Readable, { done, value }: ChunkResult<unknown>): void {
  if (done === true) stream.push(null)
  else if (value === null || value === undefined) {
    const why = `A stream of Node ends at null, and a chunk was ${value}. Wrap chunks that may be null or undefined, such as { chunk }.`
    stream.destroy(new StageflowError('streaming/null-chunk', why))
  } else stream.push(value)
}

/**
 * A `Writable` of Node, in object mode, into a queue: a write is done when the queue has taken it. To end it closes the queue, to
 * destroy it fails the queue, with `streaming/premature-close` where there is no error; a queue that has been ended otherwise
 * destroys the stream, with `streaming/queue-closed` where there is no error.
 */
export function toNodeWritable<T>(queue: ChunkQueue<T>): Writable {
  checkQueue('toNodeWritable()', queue)
  const { closeSignal } = queue
  const take = async (chunk: T): Promise<Error | null> => {
    try {
      return (await queue.put(chunk)) ? null : asError(closedBy(closeSignal))
    } catch (error) {
      return asError(error)
    }
  }
  const write = async (chunk: T, callback: (error: Error | null) => void): Promise<void> => callback(await take(chunk))
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(chunk: T, _encoding, callback) {
      void write(chunk, callback)
    },
    final(callback) {
      closeSignal.removeEventListener('abort', onClose)
      queue.close()
      callback()
    },
    destroy(error, callback) {
      closeSignal.removeEventListener('abort', onClose)
      // It also ends a write that waits.
      queue.fail(error ?? prematureClose())
      callback(error)
    },
  })
  const onClose = (): void => void stream.destroy(asError(closedBy(closeSignal)))
  if (closeSignal.aborted) onClose()
  else closeSignal.addEventListener('abort', onClose, { once: true })
  return stream
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new StageflowError('streaming/producer-failed', String(error), { cause: error })

const prematureClose = (): StageflowError =>
  new StageflowError(
    'streaming/premature-close',
    'The stream that fed the queue was destroyed before its end. End it with end(), or destroy it with an error that says why.',
  )
