import { isStageEvent } from '@stageflow/core'
import type { Run, StageflowEvent } from '@stageflow/core'

import type { RunRecord } from './run-record.ts'

/** A handle of a run that has ended: each reader gets the recorded chunks from the first on. Cancelling it has no effect. */
export function repeatedRun({ result, events }: RunRecord): Run<unknown> {
  const { pipelineRunId } = result.report
  const settled = Promise.resolve(result)
  // Some browsers don't have the symbol yet.
  const { asyncDispose } = Symbol as { asyncDispose?: symbol }
  const disposal = (asyncDispose && { [asyncDispose]: async () => {} }) as Pick<
    Run<unknown>,
    typeof Symbol.asyncDispose
  >
  return {
    pipelineRunId,
    settled,
    result: settled,
    missed: 0,
    cancel() {},
    interrupt() {},
    chunks: (stage: string) => readerOf(chunksOf(events, stage, pipelineRunId)) as AsyncIterableIterator<never>,
    [Symbol.asyncIterator]: () => readerOf(events),
    ...disposal,
  }
}

function chunksOf(events: readonly StageflowEvent[], stage: string, runId: string): readonly unknown[] {
  return events.flatMap((event) => {
    const isOwn = event.pipelineRunId === runId && event.stage === stage && isStageEvent(event, 'chunk')
    // What an item of a map yields isn't a chunk of the map.
    return isOwn && event.data.index === undefined ? [event.data.chunk] : []
  })
}

async function* readerOf<Value>(values: readonly Value[]): AsyncGenerator<Value, undefined> {
  yield* values
  return undefined
}
