import type { PipelineReport, RunAuthor, RunNotes, StageRecord, StageflowError } from '@stageflow/core'
import { callKey, outermostStage, withoutRound } from '@stageflow/core/durable'
import type { CallFacts } from '@stageflow/core/durable'

import { ask } from './journal.ts'
import type { Act } from './journal.ts'
import type { FactRow, RunRow } from './rows.ts'
import { FactParts, resultText } from './kept-result.ts'
import { allFacts } from './run-log.ts'
import { graphOf, readFact } from './run-row.ts'

declare module '@stageflow/core' {
  interface RunNotes {
    /** The stop of a durable run that no process carried, with its author if that was verified. `kind`: it was interrupted. */
    readonly 'durable-engine/stop'?: { readonly by?: RunAuthor; readonly kind?: 'interrupt' }
  }
}

export type CodelessEnd =
  | {
      readonly status: 'cancelled'
      readonly kind: 'stop' | 'interrupt'
      readonly reason: string
      readonly by?: RunAuthor | undefined
    }
  | { readonly status: 'failed'; readonly error: StageflowError }

/**
 * Ends a run that no process carries, without running code of it: a cancelled one that waits for answers, or one that ends each
 * process. Its result has what the facts tell of its own stages. Runs within a write.
 */
export function* endWithoutCode(row: RunRow, end: CodelessEnd): Act<void> {
  const facts = yield* allFacts(row.n)
  const parts = new FactParts()
  const error = end.status === 'failed' ? { code: end.error.code, message: end.error.message } : undefined
  const result = {
    status: end.status,
    ...(end.status === 'cancelled' ? { reason: end.reason } : { errors: [error] }),
    ...stagesOf(row, facts, parts, end),
    children: {},
  }
  yield* ask('endLeg', {
    run: row.n,
    fence: row.fence,
    status: end.status,
    result: resultText(result, parts),
    error: error === undefined ? null : JSON.stringify(error),
    wakeAt: null,
  })
}

function stagesOf(row: RunRow, facts: readonly FactRow[], parts: FactParts, end: CodelessEnd): object {
  const data: Record<string, unknown> = {}
  const outputs: Record<string, unknown> = {}
  const stages: Record<string, StageRecord> = {}
  for (const stage of Object.keys(graphOf(row).stages)) stages[stage] = notSettled(stage)
  for (const { n, kind, key, value } of facts) {
    if (kind !== 'call' || !isOfWholeStage(key)) continue
    const stage = outermostStage(key)
    const call = readFact({ kind, key, value }, row.id) as CallFacts
    parts.add(n, call)
    stages[stage] = { ...notSettled(stage), ...stageRecord(call) }
    if (call.status === 'ok') data[stage] = call.data
    outputs[stage] = outputOf(call)
  }
  const report: PipelineReport = {
    status: end.status,
    pipeline: row.pipeline,
    pipelineRunId: row.id,
    startedAt: row.started_at,
    endedAt: facts.at(-1)?.at ?? row.started_at,
    stages,
    droppedEvents: 0,
    notes: end.status === 'cancelled' ? { 'durable-engine/stop': stopNote(end) } : {},
  }
  return { data, outputs, report }
}

const stopNote = ({
  kind,
  by,
}: Extract<CodelessEnd, { status: 'cancelled' }>): NonNullable<RunNotes['durable-engine/stop']> => ({
  ...(by !== undefined && { by }),
  ...(kind === 'interrupt' && { kind }),
})

/** Whether a key is that of a stage of the run itself: not of one inside it, and not of an item. */
const isOfWholeStage = (key: string): boolean => withoutRound(key) === callKey('', outermostStage(key))

const notSettled = (stage: string): StageRecord => ({
  stage,
  status: 'cancel',
  readyAt: undefined,
  startedAt: undefined,
  endedAt: undefined,
  releasedBy: undefined,
  attempts: [],
  chunks: 0,
  notes: {},
})

function stageRecord({
  status,
  reason,
  error,
  startedAt,
  endedAt,
  attempts,
  chunks,
  notes,
}: CallFacts): Partial<StageRecord> {
  return {
    status: status === 'retry' ? 'fail' : status,
    startedAt,
    endedAt,
    ...(reason !== undefined && { reason }),
    ...(error !== undefined && { error }),
    ...(attempts !== undefined && { attempts }),
    ...(chunks !== undefined && { chunks }),
    ...(notes !== undefined && { notes }),
  }
}

const outputOf = ({ status, data, reason, error }: CallFacts): object => ({
  status,
  ...(data !== undefined && { data }),
  ...(reason !== undefined && { reason }),
  ...(error !== undefined && { error }),
})
