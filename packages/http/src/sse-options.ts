import type { Clock, RunData, StageflowEvent } from '@stageflow/core'
import { CLOCK, MILLISECONDS, TEXT, functionLike, objectWith } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

import { STATUS_RULES } from './error-table.ts'
import type { StatusOptions } from './error-table.ts'
import { HEADERS } from './json-response.ts'
import type { SseStreams } from './sse-streams.ts'
import { OWNER } from './stream-owner.ts'

/** One server-sent event. `data` is sent as JSON. */
export interface SseEvent {
  /** Its name: letters, digits, `_`, `-`, `.` and `:`. */
  readonly event: string
  readonly data: unknown
}

export interface SseResponseOptions<Stages> extends StatusOptions {
  /** The stage whose chunks are sent, as `chunk` events. Pass it, or `events`. */
  readonly stage?: keyof Stages & string
  /** Chooses what is sent instead: called with each event of the run, those of child runs too. Undefined: the event isn't sent. */
  readonly events?: (event: StageflowEvent) => SseEvent | undefined
  /** What the last event has of the data of a completed run. Default: nothing of it. */
  readonly body?: (data: RunData<Stages>) => unknown
  /** Headers of every response. */
  readonly headers?: HeadersInit
  /** How long the stream may be silent until a comment is sent, so that no proxy closes it, in ms. Default: 15,000. */
  readonly heartbeatMs?: number
  /** Keeps the stream, so that a client whose connection broke can read on. Without it, a client that leaves cancels the run. */
  readonly streams?: SseStreams
  /** Who may read on, as you have verified them, such as `[claims.sub, claims.org_id]`. Compared as JSON. Needed with `streams`. */
  readonly owner?: unknown
  /** Measures `heartbeatMs`. Default: the system's. */
  readonly clock?: Clock
}

export const SSE_RULES: OptionRules<SseResponseOptions<unknown>> = {
  ...STATUS_RULES,
  stage: TEXT,
  events: functionLike('(event) => { event, data } or undefined'),
  body: functionLike('(data) => value'),
  headers: HEADERS,
  heartbeatMs: MILLISECONDS,
  streams: objectWith('streams, such as sseStreams()', 'resume', 'stats'),
  owner: OWNER,
  clock: CLOCK,
}
