import { StageflowError } from '@stageflow/core'
import { show } from '@stageflow/core/kit'

export const ILLEGAL_OPTION = 'streaming/illegal-option'

/** Callers without types may swap the arguments: throws `streaming/illegal-option`. */
export function checkQueue(what: string, value: unknown): void {
  if (!has(value, 'put')) throw illegalArgument(what, show(value), 'a ChunkQueue to write into as its first argument')
}

/** The same for what is read from. */
export function checkSource(what: string, value: unknown): void {
  if (!has(value, 'get'))
    throw illegalArgument(what, show(value), 'a ChunkQueue, or a reader of one, as its first argument')
}

export const illegalArgument = (what: string, given: string, takes: string): StageflowError =>
  new StageflowError('streaming/illegal-option', `${what} takes ${takes}, not ${given}.`)

const has = (value: unknown, method: 'put' | 'get'): boolean =>
  typeof value === 'object' && value !== null && method in value && 'cancel' in value
