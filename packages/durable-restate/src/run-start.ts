import type { Request, WorkflowContext } from '@restatedev/restate-sdk'
import { StageflowError, systemClock } from '@stageflow/core'
import type { RunInput, StageGraph } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import type { DurableStart, GraphFingerprint } from '@stageflow/core/durable'
import { finishedStep } from './finished-step.ts'
import { START } from './names.ts'
import type { KeptFact } from './service-call.ts'

/** What a run begins with, as JSON. */
export interface DurableRequest {
  readonly input?: RunInput
  /** `timeoutMs`, `maxConcurrency` and `onStageFailure` of the run. */
  readonly options?: DurableStart['options']
}

/** The request of a run that has been moved: it begins with what it has done before. */
export interface MovableRequest extends DurableRequest {
  readonly moved?: { readonly start: Recorded; readonly facts: readonly KeptFact[] }
}

/** What the first attempt of a run recorded. */
export interface Recorded {
  readonly startedAt: number
  readonly fingerprint: GraphFingerprint
  /** The W3C headers of the request that started the run. */
  readonly trace: Readonly<Record<string, string>>
}

export interface Begun {
  readonly start: DurableStart
  readonly leg: number
  /** The facts of a run that has been moved. */
  readonly moved: readonly KeptFact[]
  /** Restate cancelled the run before it began. */
  readonly isCancelled: boolean
}

/** Records how a run begins. Throws `durable-restate/changed-graph` if an earlier attempt began with another graph. */
export async function beginRun<Stages, Ports>(
  context: WorkflowContext,
  graph: StageGraph<Stages, Ports>,
  request: MovableRequest | undefined,
): Promise<Begun> {
  const fingerprint = fingerprintOf(graph)
  let isFirst = false
  let isCancelled = false
  const step = context.run(START, (): Recorded => {
    isFirst = true
    return { startedAt: systemClock.now(), fingerprint, trace: traceHeaders(context.request()) }
  })
  const recorded = await finishedStep(step, () => {
    isCancelled = true
  })
  const runId = context.key
  if (JSON.stringify(recorded.fingerprint) !== JSON.stringify(fingerprint))
    throw new StageflowError(
      'durable-restate/changed-graph',
      `The run "${runId}" of "${graph.name}" began with another graph than the one served here, so its journal can't be repeated. Serve the old graph at an address of its own until its runs have ended, or move the run with moveRun().`,
    )
  const { input = {}, options, moved } = request ?? {}
  const { startedAt, trace } = moved?.start ?? recorded
  const extensions = { ...trace, ...input.extensions }
  const start = { runId, startedAt, input: { ...input, extensions }, options }
  return { start, leg: isFirst && moved === undefined ? 1 : 2, moved: moved?.facts ?? [], isCancelled }
}

/** The trace of the request that started the run, or that of Restate if it traces. */
function traceHeaders({ headers, attemptHeaders }: Request): Readonly<Record<string, string>> {
  const names = ['traceparent', 'tracestate']
  const found = [headers, attemptHeaders].find((each) => each.get('traceparent') !== undefined)
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = found?.get(name)
      return typeof value === 'string' ? [[name, value] as const] : []
    }),
  )
}
