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

// Nobody else may emit such events. That of another prefix may be an app's, also where a package has events of that prefix.
const OF_THE_ENGINE = /^(?:pipeline|stage)\./
// Those of packages whose data is facts about a run: all others may hold what users said.
const FACTS = new Set([
  'guard_retry.attempt',
  'guard_retry.scheduled',
  'guard_retry.exhausted',
  'guard_retry.recovered',
  'circuit_breaker.opened',
  'circuit_breaker.half_open',
  'circuit_breaker.closed',
  'idempotency.hit',
  'idempotency.lease_lost',
  'idempotency.not_stored',
  'idempotency.parameter_mismatch',
  'idempotency.store_failed',
  'auth.login',
  'auth.failure',
  'tenant.access_denied',
  'sink.dropped',
  'stream.buffer_overflow',
  'stream.buffer_recovered',
  'stream.buffer_underrun',
  'stream.chunk_dropped',
  'stream.producer_blocked',
  'stream.queue_closed',
  'stream.throttle_started',
  'stream.throttle_ended',
])
const OF_TOOLS = new Set([
  'tool.invoked',
  'tool.started',
  'tool.updated',
  'tool.completed',
  'tool.failed',
  'tool.denied',
  'tool.abandoned',
  'tool.undone',
  'tool.undo_failed',
  'tool.unresolved',
  'tools.resolved',
])
// The rest of a tool call's event is what it was given and what it answered.
const TOOL_FACTS = ['toolName', 'callId', 'durationMs', 'attempt', 'attempts', 'reason', 'errorCode', 'errorMessage']

/** What of an event's data is facts about the run; undefined where all of it may hold the words of users, as in chunks. */
export function factsOf({ type, stage, data }: StageflowEvent): object | undefined {
  if (FACTS.has(type) || OF_THE_ENGINE.test(type))
    return stage !== undefined && type === `stage.${stage}.chunk` ? undefined : data
  if (!OF_TOOLS.has(type)) return undefined
  const fields = new Map(Object.entries(data))
  return Object.fromEntries(TOOL_FACTS.filter((key) => fields.has(key)).map((key) => [key, fields.get(key)]))
}
