import { StageflowError } from '@stageflow/core'

import { shown } from './option-rules.ts'

/** What a queue can be fed from: an async iterable (a stream of a model or of Node, an async generator), a stream of the Web, a list. */
export type FeedSource<T> = AsyncIterable<T> | Iterable<T> | ReadableStream<T>

/** A source that is being read. */
export interface OpenSource<T> {
  next(): PromiseLike<IteratorResult<T, unknown>> | IteratorResult<T, unknown>
  /** Gives up what is left; it may take for ever where the source is stuck. */
  cancel(reason: unknown): Promise<unknown>
}

export function openSource<T>(source: FeedSource<T>): OpenSource<T> {
  if (typeof source === 'object' && source !== null) {
    // First: a stream of the Web may be an async iterable too, but then a read that waits could not be cancelled.
    if ('getReader' in source) return openWebStream(source)
    if (Symbol.asyncIterator in source) return openIterator(source, source[Symbol.asyncIterator]())
    if (Symbol.iterator in source) return openIterator(source, source[Symbol.iterator]())
  }
  throw new StageflowError(
    'streaming/illegal-argument',
    `A queue cannot be fed from ${shown(source)}. Pass an async iterable, a ReadableStream, or a list.`,
  )
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
      // The iterator of a stream of Node would wait for what it reads now; `destroy` does not.
      if ('pipe' in source && 'destroy' in source && typeof source.destroy === 'function') source.destroy()
      else await iterator.return?.()
    },
  }
}
