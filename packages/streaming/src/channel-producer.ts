import type { ChunkQueue } from './chunk-queue.ts'
import { FEED_RULES, type FeedOptions, pump } from './feed.ts'
import type { FeedSource } from './feed-source.ts'
import { refuseOptions } from './option-rules.ts'
import { signalProblems } from './wait-list.ts'

type Made<T> = AsyncIterable<T> | Generator<T>

/** What fills a channel: a source; or a function that puts into the channel, or answers a source, as a generator or the stream of a model. The signal aborts when the channel ends. */
export type ChannelProducer<T> =
  | FeedSource<T>
  | ((channel: ChunkQueue<T>, signal: AbortSignal) => void | Made<T> | PromiseLike<void | Made<T>>)

/** Resolves when the producer has ended; rejects when it has failed, or the signal has aborted. A function is waited for also when the channel has ended: its own signal tells it. */
export async function runProducer<T>(
  channel: ChunkQueue<T>,
  producer: ChannelProducer<T>,
  options: FeedOptions,
): Promise<void> {
  if (typeof producer !== 'function') return pump(channel, producer, options)
  refuseOptions('produce()', signalProblems(options, FEED_RULES))
  options.signal?.throwIfAborted()
  const { closeSignal } = channel
  try {
    const made = await orAbort(producer(channel, closeSignal), options.signal)
    if (isMade<T>(made)) await pump(channel, made, options)
  } catch (error) {
    // A producer that stops because its readers have gone has done what it was told.
    if (!closeSignal.aborted || error !== closeSignal.reason) throw error
  }
}

/** No list: that would be the answer of a function that has put its items itself. */
function isMade<T>(value: unknown): value is Made<T> {
  const isObject = typeof value === 'object' && value !== null
  return isObject && (Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value))
}

/** Waits for `work`, but not longer than until the signal aborts. */
function orAbort<W>(work: W | PromiseLike<W>, signal: AbortSignal | undefined): Promise<W> {
  if (signal === undefined) return Promise.resolve(work)
  return new Promise<W>((resolve, reject) => {
    const stopListening = (): void => signal.removeEventListener('abort', onAbort)
    const onAbort = (): void => {
      stopListening()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    Promise.resolve(work).then(resolve, reject).finally(stopListening)
  })
}
