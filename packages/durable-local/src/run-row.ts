import type { ErrorRecord, RunOptions } from '@stageflow/core'
import type { GraphFingerprint } from '@stageflow/core/durable'
import { codeOf, textOf } from '@stageflow/core/kit'

import type { Journal } from './journal.ts'
import { FIND } from './statements.ts'

/** `blocked`: the last leg could not go on, for example because the graph has changed. It can be tried again. */
export type DurableStatus = 'running' | 'suspended' | 'blocked' | 'completed' | 'cancelled' | 'failed'

/** A run as the journal has it. */
export interface RunRow {
  readonly n: number
  readonly id: string
  readonly pipeline: string
  readonly fingerprint: string
  readonly status: DurableStatus
  readonly owner: string | null
  /** 1 if the lease of the owner has not ended. */
  readonly owned: 0 | 1
  /** 1 if something is in its inbox. */
  readonly called: 0 | 1
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
  readonly result: string | null
  readonly error: string | null
}

/** Options that all legs of a run have from its first one. */
export type PinnedOptions = Pick<RunOptions, 'timeoutMs' | 'maxConcurrency' | 'onStageFailure'>

export const findRun = (journal: Journal, runId: string): RunRow | undefined =>
  journal.get(FIND, runId) as unknown as RunRow | undefined

export const graphOf = (row: RunRow): GraphFingerprint => JSON.parse(row.fingerprint) as GraphFingerprint

export const hasEnded = ({ status }: RunRow): boolean =>
  status === 'completed' || status === 'cancelled' || status === 'failed'

/** Why a leg could not go on, as it is kept and listed. */
export const recordOf = (error: unknown): ErrorRecord => ({
  code: codeOf(error) ?? 'core/stage-failed',
  message: textOf(error),
})

export const errorIn = ({ error }: RunRow): ErrorRecord | undefined =>
  error === null ? undefined : (JSON.parse(error) as ErrorRecord)
