import { show } from '@stageflow/core/kit'

import { illegalArgument } from './argument-errors.ts'

/** Feeds a queue: an async iterable (a stream of a model or of Node, an async generator), a web stream, or an array. */
export type FeedSource<T> = AsyncIterable<T> | Iterable<T> | ReadableStream<T>

/** A source that is being read. */
export interface OpenSource<T> {
  next(): PromiseLike<IteratorResult<T, unknown>> | IteratorResult<T, unknown>
  /** Gives up what is left. Never resolves if the source is stuck. */
  cancel(reason: unknown): Promise<unknown>
}

export function openSource<T>(source: FeedSource<T>): OpenSource<T> {
  if (typeof source === 'object' && source !== null) {
    // First, because a web stream may be an async iterable too, and then a read that waits can't be cancelled.
    if ('getReader' in source) return openWebStream(source)
    if (Symbol.asyncIterator in source) return openIterator(source, source[Symbol.asyncIterator]())
    if (Symbol.iterator in source) return openIterator(source, source[Symbol.iterator]())
  }
  throw illegalArgument('feed()', show(source), 'an async iterable, a ReadableStream or an array as its source')
}

function openWebStream<T>(stream: ReadableStream<T>): OpenSource<T> {
  const reader = stream.getReader()
  return {
    next: () => reader.read(),
    cancel: (reason) => reader.cancel(reason),
  }
}

function openIterator<T>(source: object, iterator: AsyncIterator<T> | Iterator<T>): OpenSource<T> {
  return {
    next: () => iterator.next(),
    cancel: async () => {
      // The iterator of a stream of Node would wait for its current read; `destroy` doesn't.
      if ('pipe' in source && 'destroy' in source && typeof source.destroy === 'function') source.destroy()
      else await iterator.return?.()
    },
  }
}
