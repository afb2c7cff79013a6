import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, EventSink, FailedResult, PipelineResult, RunInput, RunOptions, StageGraph } from '@stageflow/core'
import { admitRequest, checkLeg, eventSinkOf, isGuarded, runDurable } from '@stageflow/core/durable'
import type { LegOptions, StageExecutor } from '@stageflow/core/durable'
import { CLOCK, REDACTION, checkOptions, plainOptions } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'
import type { RecordedFact } from '../durable-runs/leg.ts'
import { MemoryRuns } from '../durable-runs/memory-executor.ts'
import { MAX_BYTES, SIZE, cassetteOf, cassetteText } from './cassette.ts'
import type { Cassette, RecordedChunk } from './cassette.ts'
import { ChunkRecorder } from './chunk-recorder.ts'
import { jsonInput } from './json-input.ts'

/** Beside these, the options of the run. */
export interface RecordOptions {
  /** What is taken out of the cassette; `false` keeps everything. Default: secrets, by their names and forms. */
  readonly redaction?: RedactionOptions | false
  /** Maximum size of the cassette as text, in bytes. Default: 20,000,000. */
  readonly maxBytes?: number
  /** The clock of the recorded times. Default: that of the machine. */
  readonly clock?: Clock
}

/** A run and its recording. */
export interface RecordedRun<Stages> {
  readonly result: PipelineResult<Stages> | FailedResult<Stages>
  readonly cassette: Cassette
}

const RULES: OptionRules<RecordOptions> = { ...SIZE, clock: CLOCK, redaction: REDACTION }

type RecordArguments<Ports> = {} extends Ports
  ? [options?: RecordOptions & RunOptions & LegOptions<Ports>]
  : [options: RecordOptions & RunOptions & LegOptions<Ports>]

/**
 * Runs a graph and records its input, facts and chunks, without secrets. The run itself is not changed. Resolves however the run ends.
 * Interceptors admit the caller first; what they keep with the run is in the cassette, and a token never is. Rejects with the error of one
 * that refuses, with `testing/not-json` for such an input, with `testing/too-large`, and with `core/not-durable` if an interceptor wraps a child pipeline or a map.
 */
export async function recordRun<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  input: RunInput = {},
  ...[options]: RecordArguments<Ports>
): Promise<RecordedRun<Stages>> {
  const where = 'recordRun(graph, input, options)'
  checkLeg(where, graph, options, Object.keys(RULES))
  const {
    redaction,
    maxBytes = MAX_BYTES,
    clock = systemClock,
    ...run
  } = plainOptions<RecordOptions & RunOptions>(options ?? {})
  checkOptions(where, 'testing/illegal-option', { redaction, maxBytes, clock }, RULES)
  const redactor = createRedactor(redaction, UNCUT)
  const { timeoutMs, maxConcurrency, onStageFailure, ...leg } = run
  const plain = jsonInput(input)
  const runId = plain.pipelineRunId ?? crypto.randomUUID()
  const pinned = {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(onStageFailure !== undefined && { onStageFailure }),
  }
  const request = { action: 'start', runId, input: plain, options: run } as const
  const admitted = isGuarded(graph) ? await admitRequest(graph, request) : undefined
  const kept = admitted && { kept: admitted.kept }
  const start = { runId, startedAt: clock.now(), input: plain, options: pinned, ...kept }
  const store = new MemoryRuns(clock)
  const { result, chunks } = await store.run(start, (executor) => carryRecorded(graph, executor, leg))
  const cassette = cassetteOf({ pipeline: graph.name, start, facts: store.facts(runId), chunks }, result.status)
  return { result, cassette: bounded(redacted(cassette, redactor), maxBytes) }
}

interface Carried<Stages> {
  readonly status: PipelineResult<Stages>['status'] | 'failed'
  readonly result: PipelineResult<Stages> | FailedResult<Stages>
  readonly chunks: readonly RecordedChunk[]
}

/** Carries a leg and records its chunks. */
export async function carryRecorded<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  executor: StageExecutor,
  { eventSink = eventSinkOf(graph), chunkEvents, ...options }: { eventSink?: EventSink; chunkEvents?: boolean },
): Promise<Carried<Stages>> {
  const passesChunks = chunkEvents ?? eventSink.chunks === true
  const recorder = new ChunkRecorder(eventSink, executor.start.runId, passesChunks)
  const given = { ...options, eventSink: recorder, chunkEvents: true }
  const result = await runDurable(graph as StageGraph<Stages, {}>, executor, given)
  return { status: result.status, result, chunks: recorder.recorded }
}

/** Nothing is cut: a cassette is replayed. */
const UNCUT: RedactionOptions = { maxTextLength: 1e9, maxEntries: 1e9, maxDepth: 1_000, maxLength: 1e9 }

/** The cassette without secrets: in its input, its facts and its chunks. */
function redacted({ start, facts, chunks, ...rest }: Cassette, { value }: Redactor): Cassette {
  const clean = <T>(whole: T): T => value(whole) as T
  return {
    ...rest,
    start: { ...start, input: clean(start.input), ...(start.kept !== undefined && { kept: clean(start.kept) }) },
    facts: facts.map((fact) => withClean(fact, clean)),
    chunks: chunks.map((chunk) => ({ ...chunk, chunk: clean(chunk.chunk) })),
  }
}

function withClean(fact: RecordedFact, clean: <T>(whole: T) => T): RecordedFact {
  if (fact.kind === 'answer') return { ...fact, answer: clean(fact.answer) }
  if (fact.kind === 'stop') return { ...fact, reason: clean(fact.reason) }
  return fact.kind === 'call' ? { ...fact, facts: clean(fact.facts) } : fact
}

/** The same cassette. Throws `testing/too-large`. */
function bounded(cassette: Cassette, maxBytes: number): Cassette {
  const size = new TextEncoder().encode(cassetteText(cassette)).length
  if (size <= maxBytes) return cassette
  const [largest = ''] = cassette.facts
    .map((fact) => [fact.key, JSON.stringify(fact).length] as const)
    .toSorted(([, one], [, other]) => other - one)[0] ?? ['']
  throw new StageflowError(
    'testing/too-large',
    `The cassette of a run of "${cassette.pipeline}" has ${size} bytes, and at most ${maxBytes} are allowed; its largest fact is that of "${largest}", and it has ${cassette.chunks.length} chunks. Pass a larger limit: { maxBytes: ${size * 2} }.`,
  )
}
