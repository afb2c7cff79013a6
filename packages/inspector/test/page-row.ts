import type { StageRow } from '../src/protocol.ts'

/** A stage that waits, but for these fields. */
export function pageRow(stage: string, fields: Partial<StageRow>): StageRow {
  return {
    stage,
    status: undefined,
    readyAt: undefined,
    startedAt: undefined,
    endedAt: undefined,
    releasedBy: undefined,
    attempts: [],
    chunks: 0,
    notes: {},
    ...fields,
  }
}
