import type { ErrorRecord, Kept, RunInput, RunOptions } from '@stageflow/core'
import type { DurableStart, GraphFingerprint } from '@stageflow/core/durable'
import { codeOf, textOf } from '@stageflow/core/kit'

import { readJson } from './json.ts'
import type { FactRow, RunRow } from './rows.ts'

/** Options that all legs of a run have from its first one. */
export type PinnedOptions = Pick<RunOptions, 'timeoutMs' | 'maxConcurrency' | 'onStageFailure'>

export const graphOf = (row: RunRow): GraphFingerprint => readJson(row.fingerprint, 'shape', row.id) as GraphFingerprint

export const hasEnded = ({ status }: RunRow): boolean =>
  status === 'completed' || status === 'cancelled' || status === 'failed'

/** Why a leg could not go on, as it is kept and listed. */
export const recordOf = (error: unknown): ErrorRecord => ({
  code: codeOf(error) ?? 'core/stage-failed',
  message: textOf(error),
})

export const errorIn = ({ id, error }: RunRow): ErrorRecord | undefined =>
  error === null ? undefined : (readJson(error, 'error', id) as ErrorRecord)

/** The result of the last leg: undefined in the first one. */
export const resultOf = ({ id, result }: RunRow): unknown =>
  result === null ? undefined : readJson(result, 'result', id)

/** What interceptors kept when the run was admitted; undefined if none of its graph does. */
export const keptOf = ({ id, kept }: RunRow): Kept | undefined =>
  kept === null ? undefined : (readJson(kept, 'admission', id) as Kept)

/** The input of a run, with the user and the organization that interceptors verified at its start. */
export function inputOf({ id, input, user_id: userId, org_id: orgId }: RunRow): RunInput {
  const given = readJson(input, 'input', id) as RunInput
  const verified = { ...(userId !== null && { userId }), ...(orgId !== null && { orgId }) }
  // An input may have its ids in a bundle, and then not a second time.
  return { ...verified, ...given, ...(given.runId !== undefined && { runId: { ...verified, ...given.runId } }) }
}

/** What all legs of a run begin with. */
export const startOf = (row: RunRow): DurableStart => ({
  runId: row.id,
  startedAt: row.started_at,
  input: inputOf(row),
  kept: keptOf(row),
  isRetried: row.reopened > 0,
  options: readJson(row.options, 'options', row.id) as PinnedOptions,
})

/** The value of a fact. */
export const readFact = ({ kind, key, value }: Pick<FactRow, 'kind' | 'key' | 'value'>, runId: string): unknown =>
  readJson(value, `${kind === 'ask' ? 'call' : kind} "${key}"`, runId)
