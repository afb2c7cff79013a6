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
  dropped: 'warn',
  started: 'debug',
  child_started: 'debug',
  chunk: 'trace',
}

/** By the last word of the event's type: `error` for failures, `warn` for what should be looked at, `debug` for starts, `trace` for chunks, else `info`. */
export function levelOf(event: StageflowEvent): LevelWithSilent {
  const { type, data } = event
  const level = BY_WORD[type.slice(type.lastIndexOf('.') + 1)] ?? 'info'
  return level === 'error' && (data as { readonly tolerated?: true }).tolerated === true ? 'warn' : level
}

// Facts about a run, written by the engine and the packages of Stageflow. Everything else may hold what users said.
const FACTS = /^(?:pipeline|stage|guard_retry|circuit_breaker|idempotency|auth|tenant|sink)\./

/** Whether the event's data is facts about the run; chunks and what apps emit may hold the words of users. */
export function holdsFacts({ type, stage }: StageflowEvent): boolean {
  return FACTS.test(type) && !(stage !== undefined && type === `stage.${stage}.chunk`)
}
