import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { read, show } from '@stageflow/core/kit'

import type { GraphOf } from './describe-graph.ts'
import type { RunStates } from './run-states.ts'

/** Reads a log of events, a line of JSON each, as `exporter-jsonl` writes it. Its last line may be cut. Throws `inspector/not-a-log`. */
export function takeLog(log: string, states: RunStates, graphOf: GraphOf): void {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  let at = 0
  for (const [place, line] of lines.entries()) {
    const event = eventIn(line)
    if (event !== undefined) {
      at = Math.max(at, event.timestamp)
      states.take(event, 'file')
    } else if (place < lines.length - 1 || lines.length === 1) throw notALog(place, line)
  }
  states.stopAll(at)
  for (const run of states.all()) run.graph ??= graphOf(run.pipeline, [...run.stages.keys()], run.stageCount)
}

function eventIn(line: string): StageflowEvent | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { type, timestamp, pipelineRunId, stage, data } = value as Record<string, unknown>
  const isEvent =
    typeof type === 'string' &&
    Number.isFinite(timestamp) &&
    typeof pipelineRunId === 'string' &&
    (stage === undefined || typeof stage === 'string') &&
    typeof data === 'object' &&
    data !== null &&
    (!isStart(type) || typeof read(data, 'pipeline') === 'string')
  return isEvent ? (value as StageflowEvent) : undefined
}

const isStart = (type: string): boolean => type === 'pipeline.started' || type === 'pipeline.resumed'

const notALog = (place: number, line: string): StageflowError =>
  new StageflowError(
    'inspector/not-a-log',
    `inspector(): line ${place + 1} of log is not an event: ${show(line.slice(0, 80))}. Pass the text of a file that JsonlExporter wrote.`,
  )
