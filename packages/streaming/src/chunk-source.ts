import type { WaitOptions } from '@stageflow/core/kit'

import type { ChunkResult } from './lane.ts'

/** Something to read from: a `ChunkQueue`, or one reader of a broadcast. */
export interface ChunkSource<T> extends AsyncIterable<T, undefined, undefined> {
  get(options?: WaitOptions): Promise<ChunkResult<T>>
  tryGet(): ChunkResult<T> | undefined
  values(options?: WaitOptions): AsyncIterableIterator<T, undefined, undefined>
  cancel(reason?: unknown): void
}
