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
    (!/^(pipeline|stage)\./.test(type) || hasTypes(type, data))
  return isEvent ? (value as StageflowEvent) : undefined
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isError = (value: unknown): boolean => isText(read(value, 'code')) && isText(read(value, 'message'))

/** What must be true of the fields of the engine's events, if an event has them. An app's own events may have any. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  pipeline: isText,
  stages: Number.isFinite,
  readyAt: Number.isFinite,
  releasedBy: isText,
  attempt: Number.isFinite,
  index: Number.isFinite,
  key: isText,
  reason: isText,
  error: isError,
  errors: (errors) => Array.isArray(errors) && errors.every(isError),
  childRunId: isText,
  path: isText,
}
/** The fields without which an event says nothing. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'pipeline.started': ['pipeline'],
  'pipeline.resumed': ['pipeline'],
  'pipeline.child_started': ['childRunId', 'path'],
}

function hasTypes(type: string, data: object): boolean {
  const isNeeded = (name: string): boolean => NEEDED[type]?.includes(name) === true
  return Object.entries(FIELDS).every(([name, isRight]) => {
    const value = read(data, name)
    return value === undefined ? !isNeeded(name) : isRight(value)
  })
}

const notALog = (place: number, line: string): StageflowError =>
  new StageflowError(
    'inspector/not-a-log',
    `inspector(): line ${place + 1} of log is not an event: ${show(line.slice(0, 80))}. Pass the text of a file that JsonlExporter wrote.`,
  )
