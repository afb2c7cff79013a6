import { firstCallAt } from '@stageflow/report/unchecked'

import type { StageRow } from '../../src/protocol.ts'

/** With more stages, the timeline shows those that tell most. */
export const MOST_ROWS = 40

/** The rows in the order in which the stages began. Those that have not begun come last, in declared order. */
export function inOrderOfTime(rows: readonly StageRow[]): readonly StageRow[] {
  return rows.toSorted((a, b) => compare(beganAt(a), beganAt(b)))
}

/** At most `count` rows in the same order: those that failed or run first, then the critical path, then the longest. */
export function mostTelling(
  rows: readonly StageRow[],
  count: number,
  isOnPath: (stage: string) => boolean,
  now: number,
): readonly StageRow[] {
  if (rows.length <= count) return rows
  const weighted = rows.map((row) => ({ row, weight: weightOf(row, isOnPath(row.stage)), duration: elapsed(row, now) }))
  const kept = weighted.toSorted((a, b) => b.weight - a.weight || b.duration - a.duration).slice(0, count)
  const names = new Set(kept.map(({ row }) => row.stage))
  return rows.filter(({ stage }) => names.has(stage))
}

function weightOf(row: StageRow, onPath: boolean): number {
  if (row.status === 'fail' || row.status === 'suspend' || row.abandoned === true) return 3
  if (row.startedAt !== undefined && row.endedAt === undefined) return 2
  return onPath ? 1 : 0
}

function beganAt(row: StageRow): number {
  return firstCallAt(row) ?? row.readyAt ?? row.endedAt ?? Infinity
}

function elapsed({ startedAt, endedAt }: StageRow, now: number): number {
  return startedAt === undefined ? -1 : (endedAt ?? now) - startedAt
}

/** Compares without subtraction, which gives NaN for two infinities. */
function compare(a: number, b: number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
