import type { EventSink, RunContext, StageflowEvent } from '@stageflow/core'
import { callKey } from '@stageflow/core/durable'
import type { RecordedChunk } from './cassette.ts'

/** Records the chunks of a run, and passes the events on to the sink of the run, which follows the run too. */
export class ChunkRecorder implements EventSink {
  readonly recorded: RecordedChunk[] = []
  readonly #sink: EventSink
  readonly #rootRunId: string
  readonly #passesChunks: boolean
  /** The next number of each run, since the sink must see no gap where a chunk is left out. */
  readonly #next = new Map<string, number>()

  constructor(sink: EventSink, rootRunId: string, passesChunks: boolean) {
    this.#sink = sink
    this.#rootRunId = rootRunId
    this.#passesChunks = passesChunks
  }

  tryEmit(event: StageflowEvent): boolean {
    const own = this.#own(event)
    return own === undefined || this.#sink.tryEmit(own) !== false
  }
  async emit(event: StageflowEvent): Promise<void> {
    const own = this.#own(event)
    if (own !== undefined) await this.#sink.emit(own)
  }

  onRun(run: RunContext): ReturnType<NonNullable<EventSink['onRun']>> {
    return this.#sink.onRun?.(run)
  }

  #own(event: StageflowEvent): StageflowEvent | undefined {
    const { type, stage, pipelineRunId } = event
    if (stage !== undefined && type === `stage.${stage}.chunk`) {
      this.#record(event, stage)
      if (!this.#passesChunks) return undefined
    }
    const seq = this.#next.get(pipelineRunId) ?? 0
    this.#next.set(pipelineRunId, seq + 1)
    return { ...event, seq }
  }

  #record({ data, timestamp, pipelineRunId }: StageflowEvent, stage: string): void {
    const { chunk, attempt } = data as { readonly chunk: unknown; readonly attempt: number }
    const root = this.#rootRunId
    const above = pipelineRunId.startsWith(`${root}/`) ? `${pipelineRunId.slice(root.length + 1)}/` : ''
    this.recorded.push({ path: callKey(above, stage), at: timestamp, attempt, chunk: asJson(chunk) })
  }
}

/** A chunk may be anything. What JSON cannot hold is recorded as what it is. */
function asJson(chunk: unknown): unknown {
  if (ArrayBuffer.isView(chunk)) return `[${chunk.constructor.name} of ${chunk.byteLength} bytes]`
  try {
    const text = JSON.stringify(chunk) as string | undefined
    return text === undefined ? `[${typeof chunk}]` : (JSON.parse(text) as unknown)
  } catch {
    return `[${typeof chunk}]`
  }
}
