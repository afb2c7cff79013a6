import type { StageflowEvent } from '@stageflow/core'
import type { LevelWithSilent } from 'pino'

const BY_WORD: Readonly<Record<string, LevelWithSilent>> = {
  failed: 'error',
  child_failed: 'error',
  failure: 'warn',
  cancelled: 'warn',
  child_cancelled: 'warn',
  abandoned: 'warn',
  retrying: 'warn',
  exhausted: 'warn',
  opened: 'warn',
  access_denied: 'warn',
  refused: 'warn',
  dropped: 'warn',
  chunk_dropped: 'warn',
  buffer_overflow: 'warn',
  buffer_underrun: 'warn',
  denied: 'warn',
  unresolved: 'warn',
  undo_failed: 'error',
  // A map may have 10,000 items. Its own end is at the level of any stage.
  item_started: 'debug',
  item_completed: 'debug',
  item_skipped: 'debug',
  item_failed: 'error',
  item_cancelled: 'warn',
  item_abandoned: 'warn',
  item_retrying: 'warn',
  started: 'debug',
  child_started: 'debug',
  chunk: 'trace',
}

/**
 * The level of an event, by the last word of its type: `error` for failures, `warn` for warnings, `debug` for starts, `trace` for chunks,
 * otherwise `info`. Items of maps that end well are `debug`.
 */
export function levelOf(event: StageflowEvent): LevelWithSilent {
  const { type, data } = event
  const lastWord = type.slice(type.lastIndexOf('.') + 1)
  const level = BY_WORD[lastWord] ?? 'info'
  if (level !== 'error') return level
  // The run goes on after a failure that it tolerates.
  return (data as { readonly tolerated?: true }).tolerated === true ? 'warn' : level
}
