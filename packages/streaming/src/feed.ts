import type { ChunkQueue } from './chunk-queue.ts'
import { type FeedSource, openSource } from './feed-source.ts'
import { refuseOptions, type Rules } from './option-rules.ts'
import { checkQueue } from './queue-arguments.ts'
import { SIGNAL, signalProblems } from './wait-list.ts'

export interface FeedOptions {
  /** Ends it: the source is cancelled, and the queue fails with the signal's reason. Default: none. */
  readonly signal?: AbortSignal
}

export const FEED_RULES: Rules = { signal: SIGNAL }

/**
 * Puts all of a source into a queue, as fast as that takes it. The source's end closes the queue and its error fails it; a queue
 * that its readers have cancelled cancels the source. The promise rejects with the error of the source; whoever leaves that to
 * the readers need not catch it. Errors: `streaming/illegal-option`, `streaming/illegal-argument`.
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

/** As `feed`, but leaves it to the caller to close the queue, and to fail it with an error of the source. */
export async function pump<T>(queue: ChunkQueue<T>, source: FeedSource<T>, options: FeedOptions): Promise<void> {
  refuseOptions('feed()', signalProblems(options, FEED_RULES))
  const { signal } = options
  const { closeSignal } = queue
  const opened = openSource(source)
  if (signal?.aborted === true || closeSignal.aborted) {
    if (signal?.aborted === true) queue.fail(signal.reason)
    await opened.cancel(signal?.aborted === true ? signal.reason : closeSignal.reason)
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
    function leave(reason: unknown, settle: () => void): void {
      finish(() => {
        const left = opened.cancel(reason)
        if (!isReading) return void left.then(settle, reject)
        // A source that is stuck in a read may never be done with its cleanup: that is not waited for.
        left.catch(() => {})
        settle()
      })
    }
    /** The readers are told at once: the source may take its time. */
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
        // What it throws is that the queue was full, and that is for the source to know as well.
        try {
          await queue.put(result.value)
        } catch (error) {
          fail(error)
        }
      }
    }
  })
}
