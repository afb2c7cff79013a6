import { StageflowError } from '@stageflow/core'

import type { ChunkQueue } from './chunk-queue.ts'
import type { ChunkSource } from './chunk-source.ts'
import { checkQueue, checkSource } from './queue-arguments.ts'

/** A `ReadableStream` of what is in a queue, or of one reader of a broadcast; it takes no chunk before it is asked for one. To cancel it cancels the queue, or the reader. */
export function toReadableStream<T>(source: ChunkSource<T>): ReadableStream<T> {
  checkSource('toReadableStream()', source)
  let isCancelled = false
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const result = await source.get()
        if (isCancelled) return
        if (result.done === true) controller.close()
        else controller.enqueue(result.value)
      },
      cancel(reason) {
        isCancelled = true
        source.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * A `WritableStream` into a queue: a write is done when the queue has taken it. To close it closes the queue, to abort it fails
 * the queue; a queue that has been ended otherwise errors the stream, with `streaming/queue-closed` where there is no error.
 */
export function toWritableStream<T>(queue: ChunkQueue<T>): WritableStream<T> {
  checkQueue('toWritableStream()', queue)
  const { closeSignal } = queue
  let onClose: (() => void) | undefined
  const forget = (): void => {
    if (onClose !== undefined) closeSignal.removeEventListener('abort', onClose)
  }
  return new WritableStream<T>(
    {
      start(controller) {
        onClose = () => controller.error(closedBy(closeSignal))
        if (closeSignal.aborted) onClose()
        else closeSignal.addEventListener('abort', onClose, { once: true })
      },
      async write(chunk, controller) {
        try {
          if (await queue.put(chunk, { signal: controller.signal })) return
        } catch (error) {
          // The stream is broken by it, and `abort` is not called: the readers must hear of it here.
          forget()
          queue.fail(error)
          throw error
        }
        throw closedBy(closeSignal)
      },
      close() {
        forget()
        queue.close()
      },
      abort(reason) {
        forget()
        queue.fail(reason)
      },
    },
    { highWaterMark: 1 },
  )
}

/** Why nothing can be written any more: the reason of whoever ended the queue if that is an error. */
export function closedBy({ reason }: AbortSignal): unknown {
  const isPlain = !(reason instanceof Error) || reason.name === 'AbortError'
  if (!isPlain) return reason
  const why = 'The queue was closed while it was written to. Stop writing when its closeSignal aborts.'
  return new StageflowError('streaming/queue-closed', why, { cause: reason })
}
