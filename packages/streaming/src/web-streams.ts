import { StageflowError } from '@stageflow/core'
import { isError } from '@stageflow/core/kit'

import type { ChunkQueue } from './chunk-queue.ts'
import type { ChunkSource } from './chunk-source.ts'
import { checkQueue, checkSource } from './argument-errors.ts'

/** A `ReadableStream` of a queue, or of one reader of a broadcast. It takes a chunk only when it is asked for one. Cancelling it cancels the queue, or the reader. */
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
 * A `WritableStream` into a queue. A write is done when the queue has taken it. Closing the stream closes the queue, aborting it fails
 * the queue. If the queue ends in another way, the stream errors, with `streaming/queue-closed` if the queue has no error.
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
          // This breaks the stream without a call of `abort`, so the readers get the error here.
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

/** The error of a write into a queue that has ended: the reason of its end, if that is an error. */
export function closedBy({ reason }: AbortSignal): unknown {
  const isPlain = !isError(reason) || reason.name === 'AbortError'
  if (!isPlain) return reason
  const why = 'The queue was closed while it was written to. Stop writing when its closeSignal aborts.'
  return new StageflowError('streaming/queue-closed', why, { cause: reason })
}
