import type { ErrorRecord, Kept, RunAuthor, RunInput, RunOptions } from '@stageflow/core'
import type { AnswerDemands, DurableStart, GraphFingerprint, Interrupt } from '@stageflow/core/durable'
import { codeOf, textOf } from '@stageflow/core/kit'

import { damaged, isRecord, readJson, readObject } from './json.ts'
import type { FactKind, FactRow, RunRow } from './rows.ts'

/** Options that all legs of a run have from its first one. */
export type PinnedOptions = Pick<RunOptions, 'timeoutMs' | 'maxConcurrency' | 'onStageFailure'>
/** The same as the journal has them. */
export type KeptOptions = PinnedOptions & Pick<DurableStart, 'limitFrom'>

export const graphOf = (row: RunRow): GraphFingerprint =>
  readObject(row.fingerprint, 'shape', row.id) as GraphFingerprint

export const hasEnded = ({ status }: Pick<RunRow, 'status'>): boolean =>
  status === 'completed' || status === 'cancelled' || status === 'failed'

/** Why a leg could not go on, as it is kept and listed. */
export const errorRecord = (error: unknown): ErrorRecord => ({
  code: codeOf(error) ?? 'core/stage-failed',
  message: textOf(error),
})

export const errorIn = ({ id, error }: Pick<RunRow, 'id' | 'error'>): ErrorRecord | undefined =>
  error === null ? undefined : (readObject(error, 'error', id) as ErrorRecord)

/** What interceptors kept when the run was admitted; undefined if no interceptor of its graph keeps anything. */
export const keptOf = ({ id, kept }: RunRow): Kept | undefined =>
  kept === null ? undefined : (readObject(kept, 'admission', id) as Kept)

/** The input of a run, with the user and the organization that interceptors verified at its start. */
export function inputOf({ id, input, user_id: userId, org_id: orgId }: RunRow): RunInput {
  const given = readObject(input, 'input', id) as RunInput
  const verified = { ...(userId !== null && { userId }), ...(orgId !== null && { orgId }) }
  // An input may have ids in a bundle too. Those that were verified count everywhere.
  return { ...given, ...verified, ...(given.runId !== undefined && { runId: { ...given.runId, ...verified } }) }
}

/** What all legs of a run begin with. */
export function startOf(row: RunRow): DurableStart {
  const { limitFrom, ...options } = readObject(row.options, 'options', row.id) as KeptOptions
  return {
    runId: row.id,
    startedAt: row.started_at,
    limitFrom,
    input: inputOf(row),
    kept: keptOf(row),
    isRetried: row.reopened > 0,
    options,
  }
}

/** An answer as its fact has it. */
export interface GivenAnswer {
  readonly answer: unknown
  readonly by?: RunAuthor
}

/** Why a run was stopped, and by whom if that was verified. */
export interface GivenStop {
  readonly reason: string
  readonly by?: RunAuthor | undefined
}

/** Why a run was interrupted, by whom, and what its stages get. */
export interface GivenInterrupt extends GivenStop, Interrupt {}

/** Who tried a failed run again, if that was verified, and which stages run again although they had settled. */
export interface GivenRetry {
  readonly by?: RunAuthor | undefined
  readonly again?: readonly string[]
}

/** A stop as its fact has it: a text alone if it has no author. */
export const stopText = (reason: string, by: RunAuthor | undefined): string =>
  JSON.stringify(by === undefined ? reason : { reason, by })

/** What a fact of a stop says. */
export const stopIn = (value: unknown): GivenStop =>
  typeof value === 'string' ? { reason: value } : (value as GivenStop)

/** An interrupt as its fact has it. `data`: its data as JSON. */
export const interruptText = (reason: string, by: RunAuthor | undefined, data: string | undefined): string =>
  `${JSON.stringify({ reason, by }).slice(0, -1)}${data === undefined ? '' : `,"data":${data}`}}`

/** An answer in the inbox. */
export interface KeptAnswer extends GivenAnswer {
  /** When it was kept, in ms since 1970. */
  readonly at: number
  /** It was given without the graph, so the leg that takes it has its stage check it. */
  readonly unchecked?: true
  /** It answers the question of its key, and never the next one of that stage. */
  readonly onlyThis?: true
  /** What was demanded of who gave it, as `demandsOf` of core has it. Left out if a part of the app gave it by its name. */
  readonly demanded?: AnswerDemands
}

/** What a leg is given of an answer. */
export const givenIn = ({ answer, by }: KeptAnswer): GivenAnswer => ({ answer, ...(by !== undefined && { by }) })

/** The value of a fact. */
export function readFact({ kind, key, value }: Pick<FactRow, 'kind' | 'key' | 'value'>, runId: string): unknown {
  const what = `${kind === 'ask' ? 'call' : kind} "${key}"`
  const read = readJson(value, what, runId)
  if (!hasShape[kind](read)) throw damaged(what, runId)
  return read
}

/** Core checks the rest of a call. */
const isCall = (value: unknown): boolean => isRecord(value) && typeof value['status'] === 'string'
const isStop = (value: unknown): boolean => isRecord(value) && typeof value['reason'] === 'string'
const hasShape: Readonly<Record<FactKind, (value: unknown) => boolean>> = {
  call: isCall,
  ask: isCall,
  answer: (value) => isRecord(value) && 'answer' in value,
  stop: (value) => typeof value === 'string' || isStop(value),
  interrupt: isStop,
  timer: () => true,
  retry: isRecord,
}
