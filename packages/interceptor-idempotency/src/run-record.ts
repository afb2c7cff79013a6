import { ContextSnapshot, StageOutput, StageflowError, isStageEvent } from '@stageflow/core'
import type { FailedResult, PipelineReport, PipelineResult, StageflowEvent } from '@stageflow/core'

import { readStored, storedText } from './stored-text.ts'

/** The format of recorded runs. It changes if an older version can't read the new one. */
const FORM = 1

export type Settled = PipelineResult<unknown> | FailedResult<unknown>
/** A run that is recorded: it completed, or waits for an answer. */
export type Recorded = Exclude<Settled, { readonly status: 'failed' | 'cancelled' }>

/** A run as the store keeps it. */
interface StoredRun {
  readonly form: typeof FORM
  readonly status: Recorded['status']
  readonly data: object
  readonly report: PipelineReport
  /** What the ok outputs have besides their data, by stage. */
  readonly extras: Readonly<Record<string, object>>
  readonly requests?: Readonly<Record<string, unknown>>
  readonly snapshot?: unknown
  /** The fields of the chunk events that differ, in the order of `DIFFERING`. */
  readonly chunks: readonly (readonly unknown[])[]
  /** Their other fields, which are the same in all events of a tree of runs. */
  readonly shared: object
}

const DIFFERING = ['type', 'stage', 'pipelineRunId', 'parentRunId', 'seq', 'timestamp', 'data'] as const

/** What a repeat gets. */
export interface RunRecord {
  readonly result: Recorded
  /** The chunk events of the run and of its child runs. */
  readonly events: readonly StageflowEvent[]
}

/** Keeps the chunk events of a run, up to a length. */
export class ChunkRecorder {
  readonly #maxLength: number
  readonly #events: StageflowEvent[] = []
  #length = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  take(event: StageflowEvent): void {
    if (!isStageEvent(event, 'chunk') || this.isFull) return
    const { data } = event
    const { chunk, length } = copyOf(data.chunk)
    this.#length += LEAST_LENGTH + length
    if (this.isFull) this.#events.length = 0
    else this.#events.push({ ...event, data: { ...data, chunk } })
  }

  /** Whether the chunks are longer than what is kept. */
  get isFull(): boolean {
    return this.#length > this.#maxLength
  }
  get events(): readonly StageflowEvent[] {
    return this.#events
  }
}

/** What a chunk takes in a record besides itself: its time, its number and where its other fields are. */
const LEAST_LENGTH = 50

/** A chunk as it is now, because its stage may change it later, as one that yields a growing message does. And its length. */
function copyOf(chunk: unknown): { readonly chunk: unknown; readonly length: number } {
  if (typeof chunk === 'string') return { chunk, length: chunk.length }
  if (typeof chunk !== 'object' || chunk === null) return { chunk, length: 0 }
  try {
    const text = storedText(chunk)
    return { chunk: readStored(text), length: text.length }
  } catch {
    return { chunk, length: 0 } // the record can't be written, and says why
  }
}

/** The text of a run. Throws, with the reason and the place, if a repeat would not get the same. */
export function recordText({ result, events }: RunRecord): string {
  const { status, data, report } = result
  const shared = Object.entries(events[0] ?? {}).filter(([name]) => !DIFFERING.includes(name as never))
  const stored: StoredRun = {
    form: FORM,
    status,
    data,
    report,
    extras: extrasOf(result),
    ...(result.status === 'suspended' && { requests: result.requests, snapshot: result.snapshot.toJSON() }),
    chunks: events.map((event) => DIFFERING.map((name) => event[name])),
    shared: Object.fromEntries(shared),
  }
  return storedText(stored)
}

function extrasOf({ outputs }: Recorded): Record<string, object> {
  const extras: Record<string, object> = {}
  for (const [stage, output] of Object.entries<StageOutput>(outputs)) {
    if (output.status !== 'ok') continue
    const { artifacts, events, version } = output
    if (artifacts === undefined && events === undefined && version === undefined) continue
    extras[stage] = {
      ...(artifacts && { artifacts }),
      ...(events && { events }),
      ...(version !== undefined && { version }),
    }
  }
  return extras
}

/** The run that the text was made from. Throws if another version wrote the text. */
export function readRecord(text: string): RunRecord {
  const stored = readStored(text) as StoredRun | null
  if (typeof stored !== 'object' || stored?.form !== FORM) throw new Error(`it is not a run in format ${FORM}`)
  const { status, data, report, chunks, shared } = stored
  const events = chunks.map((values) => ({
    ...shared,
    ...Object.fromEntries(DIFFERING.map((name, index) => [name, values[index]])),
  }))
  const rest = status === 'suspended' && {
    requests: stored.requests ?? {},
    snapshot: ContextSnapshot.fromJSON(stored.snapshot),
    kept: undefined,
  }
  // What was written above is read here, so the parts have the types that they were written with.
  const result = { status, data, outputs: outputsOf(stored), report, children: {}, ...rest } as Recorded
  return { result, events: events as unknown as readonly StageflowEvent[] }
}

function outputsOf({ data, report, extras, requests = {} }: StoredRun): Record<string, StageOutput> {
  const outputs: Record<string, StageOutput> = {}
  for (const { stage, status, reason = '', error } of Object.values(report.stages)) {
    if (status === 'ok')
      outputs[stage] = StageOutput.ok((data as Record<string, object>)[stage] ?? {}, extras[stage] ?? {})
    else if (status === 'skip') outputs[stage] = StageOutput.skip(reason)
    else if (status === 'suspend') outputs[stage] = StageOutput.suspend(requests[stage])
    else if (status === 'fail' && error !== undefined)
      outputs[stage] = StageOutput.fail(new StageflowError(error.code, error.message))
  }
  return outputs
}
