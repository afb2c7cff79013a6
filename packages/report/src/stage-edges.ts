import type { Dependency, PipelineInfo, StageRecord } from '@stageflow/core'

/** The records of a run, and how its stages depend on each other. A report has no edges, so without a pipeline no stage has any. */
export interface RunEdges {
  readonly records: ReadonlyMap<string, StageRecord>
  readonly dependencies: ReadonlyMap<string, readonly Dependency[]>
}

export function readEdges(records: ReadonlyMap<string, StageRecord>, pipeline: PipelineInfo | undefined): RunEdges {
  const stages = pipeline?.stages ?? []
  return { records, dependencies: new Map(stages.map(({ name, dependencies }) => [name, dependencies])) }
}

/** What a stage waited for beside plain dependencies and slots. */
export interface EdgeWaits {
  /** It was held behind a gate until then, after its code had ended. */
  readonly heldUntil: number | undefined
  /** It has soft dependencies, so it may have waited although nothing released it. */
  readonly isSoft: boolean
}

export function waitsOf(record: StageRecord, edges: RunEdges): EdgeWaits {
  const gate = lastToEnd(sourcesOf(record, 'gate', edges))
  const endedAt = codeEndedAt(record)
  const isHeld = gate !== undefined && endedAt !== undefined && gate.endedAt > endedAt
  return { heldUntil: isHeld ? gate.endedAt : undefined, isSoft: sourcesOf(record, 'soft', edges).length > 0 }
}

/** A stage, and the time at which it let another one go on. */
export interface Step {
  readonly record: StageRecord
  readonly until: number
}

/** What decided when a stage settled: its gate, the end of a stream that it read, or else what made it ready. */
export function stepBefore(record: StageRecord, edges: RunEdges): Step | undefined {
  const decided = decidingGate(record, edges) ?? decidingStream(record, edges)
  return decided === undefined ? releaseOf(record, edges) : { record: decided, until: decided.endedAt }
}

/** The last gate to end, if the code of the stage had ended by then, or if that gate refused the stage. */
function decidingGate(record: StageRecord, edges: RunEdges): EndedRecord | undefined {
  const gate = lastToEnd(sourcesOf(record, 'gate', edges))
  const endedAt = codeEndedAt(record)
  if (gate === undefined || endedAt === undefined) return undefined
  // A refused stage is aborted at once, and skipped.
  const isRefused = record.status === 'skip' && gate.endedAt === endedAt
  return isRefused || gate.endedAt > endedAt ? gate : undefined
}

/** The last stream to end, if it ended after the stage was ready and before the stage ended. */
function decidingStream(record: StageRecord, edges: RunEdges): EndedRecord | undefined {
  const { readyAt, startedAt, endedAt } = record
  if (readyAt === undefined || startedAt === undefined || endedAt === undefined) return undefined
  const read = sourcesOf(record, 'stream', edges)
  return lastToEnd(read.filter((source) => source.endedAt > readyAt && source.endedAt <= endedAt))
}

/** The stage that made this one ready: a stream does so when its source begins. */
function releaseOf(record: StageRecord, { records, dependencies }: RunEdges): Step | undefined {
  const { stage, releasedBy, readyAt } = record
  const releaser = releasedBy === undefined ? undefined : records.get(releasedBy)
  if (releaser === undefined) return undefined
  const kind = dependencies.get(stage)?.find((dependency) => dependency.stage === releasedBy)?.edge
  return { record: releaser, until: (kind === 'stream' ? readyAt : undefined) ?? releaser.endedAt ?? -Infinity }
}

/** When the last attempt ended; when the stage started, if an interceptor answered in its place. Undefined while its code runs. */
export function codeEndedAt({ attempts, startedAt }: StageRecord): number | undefined {
  if (startedAt === undefined) return undefined
  return attempts.reduce<number | undefined>(
    (last, { endedAt }) => (last === undefined || endedAt === undefined ? undefined : Math.max(last, endedAt)),
    startedAt,
  )
}

type EndedRecord = StageRecord & { readonly endedAt: number }
const hasEnded = (record: StageRecord | undefined): record is EndedRecord => record?.endedAt !== undefined

/** The stages that a stage depends on by edges of one kind, as far as they have ended. */
function sourcesOf(
  { stage }: StageRecord,
  kind: Dependency['edge'],
  { records, dependencies }: RunEdges,
): EndedRecord[] {
  const edges = dependencies.get(stage) ?? []
  return edges.filter(({ edge }) => edge === kind).flatMap((edge) => [records.get(edge.stage)].filter(hasEnded))
}

function lastToEnd(records: readonly EndedRecord[]): EndedRecord | undefined {
  return records.reduce<EndedRecord | undefined>(
    (last, record) => (last === undefined || record.endedAt >= last.endedAt ? record : last),
    undefined,
  )
}
