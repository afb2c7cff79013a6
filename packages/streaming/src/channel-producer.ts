import { systemClock } from '@stageflow/core'
import { withinLimit } from '@stageflow/core/kit'

import type { ChunkQueue } from './chunk-queue.ts'
import { checkFeed, type FeedOptions, pump } from './feed.ts'
import type { FeedSource } from './feed-source.ts'

type Made<T> = AsyncIterable<T> | Generator<T>

/** Fills a channel: a source, or a function that puts into the channel or returns a source, such as a generator or the stream of a model. Its signal aborts when the channel ends. */
export type ChannelProducer<T> =
  | FeedSource<T>
  | ((channel: ChunkQueue<T>, signal: AbortSignal) => void | Made<T> | PromiseLike<void | Made<T>>)

/** Resolves when the producer has ended. Rejects when it failed or the signal aborted. Awaits a function even if the channel has ended: its signal has aborted then. */
export async function runProducer<T>(
  channel: ChunkQueue<T>,
  producer: ChannelProducer<T>,
  options: FeedOptions,
): Promise<void> {
  if (typeof producer !== 'function') return pump(channel, producer, options)
  checkFeed('produce()', options)
  options.signal?.throwIfAborted()
  const { closeSignal } = channel
  try {
    const work = Promise.resolve(producer(channel, closeSignal))
    const { signal } = options
    const made = await withinLimit(work, { clock: systemClock, limitMs: Infinity, signal, late: () => undefined })
    if (isMade<T>(made)) await pump(channel, made, options)
  } catch (error) {
    // A producer that stops because its readers have left did nothing wrong.
    if (!closeSignal.aborted || error !== closeSignal.reason) throw error
  }
}

/** An array doesn't count: a function that has put its items itself may return one. */
function isMade<T>(value: unknown): value is Made<T> {
  const isObject = typeof value === 'object' && value !== null
  return isObject && (Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value))
}
