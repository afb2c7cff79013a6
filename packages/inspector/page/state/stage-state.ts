import type { RunStatus, StageRow } from '../../src/protocol.ts'

/** What a stage does, or how it has ended. `never`: the run has ended without it. */
export type StageState = 'waiting' | 'running' | 'retrying' | 'ok' | 'skip' | 'cancel' | 'fail' | 'suspend' | 'never'

export const STATE_WORDS: Readonly<Record<StageState, string>> = {
  waiting: 'waiting',
  running: 'running',
  retrying: 'waiting to retry',
  ok: 'ok',
  skip: 'skipped',
  cancel: 'cancelled',
  fail: 'failed',
  suspend: 'asks',
  never: 'never ran',
}

const GOES_ON: ReadonlySet<RunStatus> = new Set(['running', 'suspended', 'blocked', 'stopped'])

export function stateOf(row: StageRow | undefined, run: RunStatus): StageState {
  if (row?.status !== undefined) {
    return row.status === 'cancel' && row.startedAt === undefined ? 'never' : row.status
  }
  if (row?.startedAt === undefined || row.endedAt !== undefined) return GOES_ON.has(run) ? 'waiting' : 'never'
  if (run !== 'running') return 'running'
  const last = row.attempts.at(-1)
  return last !== undefined && last.endedAt !== undefined ? 'retrying' : 'running'
}

/** How long a stage took or has taken by now, in ms. Undefined if it hasn't started. */
export function durationOf(row: StageRow | undefined, now: number): number | undefined {
  if (row?.startedAt === undefined) return undefined
  return Math.max(0, (row.endedAt ?? now) - row.startedAt)
}
