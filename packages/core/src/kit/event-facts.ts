import type { StageflowEvent } from '../contract/events.ts'
import { read } from '../base/foreign.ts'

type Facts = Readonly<Record<string, unknown>>

/** Only the engine can emit events of these prefixes. */
const OF_THE_ENGINE = /^(?:pipeline|stage)\./

/**
 * The events of Stageflow's own packages whose data is facts about the run. It is a list and not prefixes, because an app may
 * emit other events of the same prefix, with the words of its users. Every package that emits an event has its line here.
 */
const FACTS: ReadonlySet<string> = new Set([
  'guard_retry.attempt',
  'guard_retry.scheduled',
  'guard_retry.exhausted',
  'guard_retry.recovered',
  'circuit_breaker.opened',
  'circuit_breaker.half_open',
  'circuit_breaker.closed',
  'idempotency.full',
  'idempotency.hit',
  'idempotency.lease_lost',
  'idempotency.not_stored',
  'idempotency.other_input',
  'idempotency.other_work',
  'idempotency.store_failed',
  'models.hedged',
  'models.budget_refused',
  'models.switched',
  'mcp.connected',
  'mcp.disconnected',
  'mcp.list_failed',
  'mcp.tools_changed',
  'auth.login',
  'auth.failure',
  'tenant.access_denied',
  'run.refused',
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
const OF_TOOLS: ReadonlySet<string> = new Set([
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
  'approval.requested',
  'approval.decided',
])
/** The rest of a tool's event is the input and the return value of the tool. */
const TOOL_FACTS = ['toolName', 'callId', 'durationMs', 'attempt', 'attempts', 'reason', 'errorCode', 'errorMessage']

/**
 * The part of an event's data that is facts about the run. Undefined if all of it may be the words of users, as in chunks
 * and in events of apps.
 */
export function eventFacts({ type, stage, data }: StageflowEvent): Facts | undefined {
  // A chunk is what a stage says to its readers.
  if (stage !== undefined && type === `stage.${stage}.chunk`) return undefined
  if (FACTS.has(type) || OF_THE_ENGINE.test(type)) return data as Facts
  if (!OF_TOOLS.has(type)) return undefined
  const facts = TOOL_FACTS.map((key) => [key, read(data, key)] as const)
  return Object.fromEntries(facts.filter(([, fact]) => fact !== undefined))
}

/** Whether the event is the last of its run. */
export const isLastEvent = ({ type }: { readonly type: string }): boolean =>
  type === 'pipeline.completed' ||
  type === 'pipeline.failed' ||
  type === 'pipeline.cancelled' ||
  type === 'pipeline.suspended'
