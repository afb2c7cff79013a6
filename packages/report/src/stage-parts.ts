import type { AttemptRecord, StageRecord } from '@stageflow/core'

/**
 * What a part of a stage's time was spent on:
 *
 * - `starting` the run, before the first stage was ready
 * - `waiting` between the end of the stage before it and being ready
 * - `queued` for a slot
 * - `running` its own code
 * - `backoff` between two attempts
 * - `suspended` between the attempt that asked and the one after the answer
 * - `interceptors` around the attempts
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
  | 'ending'

export interface PathPart {
  readonly kind: PathPartKind
  readonly from: number
  readonly to: number
  readonly durationMs: number
}

/** Divides `from` to `to` by what the stage was doing. The parts don't overlap, leave no gap, and none is empty. */
export function partsOf(record: StageRecord | undefined, from: number, to: number): readonly PathPart[] {
  const parts: PathPart[] = []
  let at = from
  // Times outside the segment are cut off, so that the parts add up even if the clock jumped.
  function upTo(time: number, kind: PathPartKind): void {
    const end = Math.min(time, to)
    if (end <= at) return
    const start = parts.at(-1)?.kind === kind ? (parts.pop() as PathPart).from : at
    parts.push({ kind, from: start, to: end, durationMs: end - start })
    at = end
  }

  if (record === undefined) upTo(to, 'starting')
  else {
    const { startedAt, endedAt = to } = record
    const unready = record.releasedBy === undefined ? 'starting' : 'waiting'
    upTo(record.readyAt ?? startedAt ?? endedAt, unready)
    if (startedAt === undefined) upTo(endedAt, unready)
    else {
      upTo(firstCallAt(record) ?? startedAt, 'queued')
      let around: PathPartKind = 'interceptors'
      for (const attempt of byStart(record.attempts)) {
        upTo(Math.min(attempt.startedAt, endedAt), around)
        // The loser of a hedge may end after its stage, or never.
        upTo(Math.min(attempt.endedAt ?? endedAt, endedAt), 'running')
        around = attempt.status === 'suspend' ? 'suspended' : 'backoff'
      }
      upTo(endedAt, 'interceptors')
    }
    upTo(to, 'ending')
  }
  return parts
}

/** When a stage was called first. If it has been answered since, that was before its last call. */
export function firstCallAt({ startedAt, attempts }: StageRecord): number | undefined {
  if (startedAt === undefined) return undefined
  return attempts.reduce((first, attempt) => Math.min(first, attempt.startedAt), startedAt)
}

/** How often a stage was tried, without the attempts that asked and were answered. */
export const triesOf = ({ attempts }: StageRecord): number =>
  attempts.filter(({ status }, index) => status !== 'suspend' || index === attempts.length - 1).length

/** Attempts of a hedge overlap and may be recorded in the order they ended. */
function byStart(attempts: readonly AttemptRecord[]): readonly AttemptRecord[] {
  return attempts.length < 2 ? attempts : attempts.toSorted((a, b) => a.startedAt - b.startedAt)
}
