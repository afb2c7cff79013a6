import { ABORT_SIGNAL, checkWait } from '@stageflow/core/kit'

import { ILLEGAL_OPTION, checkQueue } from './argument-errors.ts'
import type { ChunkQueue } from './chunk-queue.ts'
import { type FeedSource, openSource } from './feed-source.ts'

export interface FeedOptions {
  /** Ends the feed: it cancels the source, and fails the queue with the signal's reason. Default: none. */
  readonly signal?: AbortSignal
}

/** Throws `streaming/illegal-option`. */
export function checkFeed(what: string, options: FeedOptions): void {
  checkWait(what, ILLEGAL_OPTION, options, { signal: ABORT_SIGNAL })
}

/**
 * Puts everything from a source into a queue, as fast as the queue takes it. The end of the source closes the queue, its error
 * fails the queue, and readers that leave cancel the source. The promise rejects with the error of the source; you don't have to
 * catch it, because the readers get it too. Errors: `streaming/illegal-option`.
 */
export function feed<T>(queue: ChunkQueue<T>, source: FeedSource<T>, options: FeedOptions = {}): Promise<void> {
  checkQueue('feed()', queue)
  const fed = pump(queue, source, options).then(
    () => queue.close(),
    (error: unknown) => {
      queue.fail(error)
      throw error
    },
  )
  fed.catch(() => {})
  return fed
}

/** Like `feed`, but the caller closes the queue, and fails it with an error of the source. */
export async function pump<T>(queue: ChunkQueue<T>, source: FeedSource<T>, options: FeedOptions): Promise<void> {
  checkFeed('feed()', options)
  const { signal } = options
  const { closeSignal } = queue
  const opened = openSource(source)
  if (signal?.aborted === true) {
    queue.fail(signal.reason)
    await opened.cancel(signal.reason)
    throw signal.reason
  }
  if (closeSignal.aborted) {
    await opened.cancel(closeSignal.reason)
    // It may have aborted meanwhile.
    return signal?.throwIfAborted()
  }
  await new Promise<void>((resolve, reject) => {
    let isOver = false
    let isReading = false
    const onClose = (): void => leave(closeSignal.reason, resolve)
    const onAbort = (): void => fail(signal?.reason)
    closeSignal.addEventListener('abort', onClose)
    signal?.addEventListener('abort', onAbort)
    read().then(
      () => finish(resolve),
      (error: unknown) => finish(() => reject(error)),
    )

    function finish(settle: () => void): void {
      if (isOver) return
      isOver = true
      closeSignal.removeEventListener('abort', onClose)
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    /** Cancels the source, and settles when its cleanup has finished. */
    function leave(reason: unknown, settle: () => void): void {
      finish(() => {
        const left = opened.cancel(reason)
        if (!isReading) return void left.then(settle, reject)
        // A source that is stuck in a read may never finish its cleanup, so that isn't awaited.
        left.catch(() => {})
        settle()
      })
    }
    /** The readers get the error at once, because the source may take long. */
    function fail(error: unknown): void {
      leave(error, () => reject(error))
      queue.fail(error)
    }
    async function read(): Promise<void> {
      while (!isOver) {
        isReading = true
        const result = await opened.next()
        isReading = false
        if (isOver || result.done === true) return
        // It throws if the queue was full, and the source must end then too.
        try {
          await queue.put(result.value)
        } catch (error) {
          fail(error)
        }
      }
    }
  })
}
