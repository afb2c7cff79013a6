import { checkWait } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION, checkSource } from './argument-errors.ts'
import type { ChunkSource } from './chunk-source.ts'

/** A queue or a reader as a plain async iterable, with a limit for each wait. Leaving a loop over it is leaving a loop over the source. */
export function toAsyncIterable<T>(
  source: ChunkSource<T>,
  options?: WaitOptions,
): AsyncIterable<T, undefined, undefined> {
  checkSource('toAsyncIterable()', source)
  if (options !== undefined) checkWait('toAsyncIterable()', ILLEGAL_OPTION, options)
  return { [Symbol.asyncIterator]: () => source.values(options) }
}
