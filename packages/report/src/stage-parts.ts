import type { AttemptRecord, StageRecord } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import type { EdgeWaits } from './stage-edges.ts'

/**
 * What a part of a stage's time was spent on:
 *
 * - `starting` the run, before the first stage was ready
 * - `waiting` between the end of the stage before it and being ready, or for soft dependencies
 * - `queued` for a slot
 * - `running` its own code
 * - `backoff` between two attempts
 * - `suspended` between the attempt that asked and the one after the answer
 * - `interceptors` around the attempts
 * - `held` behind a gate, after its code had ended
 * - `ending` the run after the last stage: cleanups, and code that still ran
 */
export type PathPartKind =
  | 'starting'
  | 'waiting'
  | 'queued'
  | 'running'
  | 'backoff'
  | 'suspended'
  | 'interceptors'
  | 'held'
  | 'ending'

export interface PathPart {
  readonly kind: PathPartKind
  readonly from: number
  readonly to: number
  readonly durationMs: number
}

/** Divides `from` to `to` by what the stage was doing. The parts don't overlap, leave no gap, and none is empty. */
export function partsOf(
  record: StageRecord | undefined,
  from: number,
  to: number,
  waits: EdgeWaits | undefined,
): readonly PathPart[] {
  const parts: PathPart[] = []
  let at = from
  for (const { kind, until } of phasesOf(record, to, waits)) {
    // Times outside the segment are cut off, so that the parts add up even if the clock jumped.
    const end = Math.min(until, to)
    if (end <= at) continue
    const last = parts.at(-1)
    const start = last?.kind === kind ? last.from : at
    if (last?.kind === kind) parts.pop()
    parts.push({ kind, from: start, to: end, durationMs: end - start })
    at = end
  }
  return parts
}

/** Something that the stage did until a time, since the end of the phase before. It may be empty, or reach outside the segment. */
interface Phase {
  readonly kind: PathPartKind
  readonly until: number
}

function* phasesOf(record: StageRecord | undefined, to: number, waits: EdgeWaits | undefined): Generator<Phase> {
  if (record === undefined) return yield { kind: 'starting', until: to }
  const { startedAt, readyAt = startedAt, endedAt = to } = record
  const isFirst = record.releasedBy === undefined && waits?.isSoft !== true
  const unready = isFirst ? 'starting' : 'waiting'
  yield { kind: unready, until: readyAt ?? endedAt }
  if (startedAt === undefined) yield { kind: unready, until: endedAt }
  else yield* callPhases(record, startedAt, endedAt, waits?.heldUntil)
  yield { kind: 'ending', until: to }
}

/** From the wait for a slot to the end of the stage. */
function* callPhases(
  record: StageRecord,
  startedAt: number,
  endedAt: number,
  heldUntil: number | undefined,
): Generator<Phase> {
  yield { kind: 'queued', until: firstCallAt(record) ?? startedAt }
  let before: PathPartKind = 'interceptors'
  for (const attempt of byStart(record.attempts)) {
    yield { kind: before, until: Math.min(attempt.startedAt, endedAt) }
    // The loser of a hedge may end after its stage, or never.
    yield { kind: 'running', until: Math.min(attempt.endedAt ?? endedAt, endedAt) }
    before = attempt.status === 'suspend' ? 'suspended' : 'backoff'
  }
  if (heldUntil !== undefined) yield { kind: 'held', until: Math.min(heldUntil, endedAt) }
  yield { kind: isTriedAgain(record) ? 'backoff' : 'interceptors', until: endedAt }
}

/** Whether a stage that still runs waits for its next attempt. */
const isTriedAgain = ({ status, attempts }: StageRecord): boolean => {
  const last = attempts.at(-1)?.status
  return status === undefined && (last === 'fail' || last === 'retry')
}

/** When a stage was called first. If it has been answered since, that was before its last call. */
export function firstCallAt(record: Pick<StageRecord, 'startedAt' | 'attempts'>): number | undefined {
  checkArgumentCount(arguments.length, 1, 'firstCallAt(record)', 'report/illegal-option')
  const { startedAt, attempts } = record
  if (startedAt === undefined) return undefined
  return attempts.reduce((first, attempt) => Math.min(first, attempt.startedAt), startedAt)
}

/** How often a stage was tried, without the attempts that asked and were answered. */
export function triesOf(record: Pick<StageRecord, 'attempts'>): number {
  checkArgumentCount(arguments.length, 1, 'triesOf(record)', 'report/illegal-option')
  const { attempts } = record
  return attempts.filter(({ status }, index) => status !== 'suspend' || index === attempts.length - 1).length
}

/** Attempts of a hedge overlap and may be recorded in the order they ended. */
function byStart(attempts: readonly AttemptRecord[]): readonly AttemptRecord[] {
  return attempts.length < 2 ? attempts : attempts.toSorted((a, b) => a.startedAt - b.startedAt)
}
