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
  chunk_dropped: 'warn',
  buffer_overflow: 'warn',
  buffer_underrun: 'warn',
  denied: 'warn',
  unresolved: 'warn',
  undo_failed: 'error',
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
const FACTS = /^(?:pipeline|stage|guard_retry|circuit_breaker|idempotency|auth|tenant|sink|stream)\./
const OF_TOOLS = /^tools?\./
// The rest of a tool call's event is what it was given and what it answered.
const TOOL_FACTS = ['toolName', 'callId', 'durationMs', 'attempt', 'attempts', 'reason', 'errorCode', 'errorMessage']

/** What of an event's data is facts about the run; undefined where all of it may hold the words of users, as in chunks. */
export function factsOf({ type, stage, data }: StageflowEvent): object | undefined {
  if (FACTS.test(type)) return stage !== undefined && type === `stage.${stage}.chunk` ? undefined : data
  if (!OF_TOOLS.test(type)) return undefined
  const fields = new Map(Object.entries(data))
  return Object.fromEntries(TOOL_FACTS.filter((key) => fields.has(key)).map((key) => [key, fields.get(key)]))
}
