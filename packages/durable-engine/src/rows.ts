import type { Fact } from '@stageflow/core/durable'

// What a journal keeps, as its tables answer it.

/** `blocked`: the last leg could not go on, for example because the graph has changed. It can be tried again. */
export type RunStatus = 'running' | 'suspended' | 'blocked' | 'completed' | 'cancelled' | 'failed'

/** A run as the journal has it. */
export interface RunRow {
  readonly n: number
  readonly id: string
  readonly pipeline: string
  readonly fingerprint: string
  readonly status: RunStatus
  readonly owner: string | null
  /** 1 if the lease of the owner has not ended. */
  readonly owned: 0 | 1
  /** 1 if something is in its inbox. */
  readonly has_inbox: 0 | 1
  readonly fence: number
  readonly leg: number
  /** How many facts it has. */
  readonly facts: number
  readonly facts_before: number
  readonly crashes: number
  readonly user_id: string | null
  readonly org_id: string | null
  readonly started_at: number
  readonly updated_at: number
  readonly input: string
  readonly options: string
  /** What interceptors kept at the start, as JSON. */
  readonly kept: string | null
  /** How often it has failed and was tried again. */
  readonly reopened: number
  /** When a suspended run goes on without an answer, in ms since 1970. */
  readonly wake_at: number | null
  /** 1 if that time has come, by the clock of the journal. */
  readonly is_due: 0 | 1
  readonly error: string | null
}

/** A run as it is listed. */
export type ListedRun = Pick<
  RunRow,
  | 'n'
  | 'id'
  | 'pipeline'
  | 'status'
  | 'owner'
  | 'owned'
  | 'leg'
  | 'user_id'
  | 'org_id'
  | 'started_at'
  | 'updated_at'
  | 'error'
>

/**
 * `ask`: a call that suspended. `interrupt`: a stop that is one. `retry`: the failed run was tried again, which no leg is given. Otherwise the kinds
 * of core.
 */
export type FactKind = Fact['kind'] | 'ask' | 'interrupt' | 'retry'

/** A fact as the journal has it. `value`: the facts of a call, an answer or a reason, as JSON. */
export interface FactRow {
  readonly n: number
  readonly kind: FactKind
  readonly key: string
  readonly at: number
  readonly value: string
}
/** A kind and a key of a run's facts. */
export interface FactKey {
  readonly kind: FactKind
  readonly key: string
}

/** A schedule as the journal has it. */
export interface ScheduleRow {
  readonly name: string
  readonly cron: string
  readonly timezone: string
  /** The newest time whose run was started, in ms since 1970. At first, when the schedule was put into the journal. */
  readonly newest: number
}

/** What other callers want of a run. */
export interface InboxRow {
  readonly n: number
  /**
   * `early`: an answer to a stage that has not asked yet, by its path. `late`: the fact of a call, from a leg that had lost its lease
   * when the call ended. `refused`: an answer that its question did not get, by its number and the key of that. It only tells of it.
   */
  readonly kind: 'answer' | 'stop' | 'interrupt' | 'early' | 'late' | 'refused'
  readonly key: string
  readonly value: string
}
