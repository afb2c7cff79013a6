import { StageflowError } from '@stageflow/core'

import { shown } from './option-rules.ts'

/** For callers without types, who may have swapped the two: throws `streaming/illegal-argument`. */
export function checkQueue(what: string, value: unknown): void {
  if (!has(value, 'put')) throw illegal(what, value, 'a ChunkQueue to write into')
}

/** As `checkQueue`, for what is read from. */
export function checkSource(what: string, value: unknown): void {
  if (!has(value, 'get')) throw illegal(what, value, 'a ChunkQueue, or a reader of one')
}

const has = (value: unknown, method: 'put' | 'get'): boolean =>
  typeof value === 'object' && value !== null && method in value && 'cancel' in value

const illegal = (what: string, value: unknown, must: string): StageflowError =>
  new StageflowError('streaming/illegal-argument', `${what} was given ${shown(value)} first; pass ${must}.`)
