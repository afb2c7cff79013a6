import { CancelledError } from '@restatedev/restate-sdk'
import type { Request, WorkflowContext } from '@restatedev/restate-sdk'
import { StageflowError, systemClock } from '@stageflow/core'
import type { RunInput } from '@stageflow/core'
import type { DurableStart, GraphFingerprint } from '@stageflow/core/durable'
import { ANY, isPlain, optionProblems, refuseOptions } from '@stageflow/core/kit'
import type { OptionRule } from '@stageflow/core/kit'
import { finishedStep } from './finished-step.ts'
import { OBJECT } from './option-rules.ts'
import { BY_ENGINE, CANCEL, START } from './names.ts'
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
  /** Why the run was cancelled before it began. */
  readonly cancelled: string | undefined
}

/** What the first attempt recorded, and whether this is the first one. */
export interface Begin {
  readonly recorded: Recorded
  readonly isFirst: boolean
  readonly cancelled: string | undefined
}

/** Records how a run begins. Throws `durable-restate/changed-graph` if an earlier attempt began with another graph. */
export async function beginRun(context: WorkflowContext, graph: GraphFingerprint): Promise<Begin> {
  let isFirst = false
  let cancelled: string | undefined
  const onCancel = (): void => {
    cancelled = BY_ENGINE
  }
  // Asked for before the step, so that both answers come at once.
  const cancel = context.promise<string>(CANCEL).peek()
  const step = context.run(START, (): Recorded => {
    isFirst = true
    return { startedAt: systemClock.now(), fingerprint: graph, trace: traceHeaders(context.request()) }
  })
  const recorded = await finishedStep(step, onCancel)
  try {
    cancelled ??= await cancel
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    onCancel()
  }
  if (JSON.stringify(recorded.fingerprint) !== JSON.stringify(graph))
    throw new StageflowError(
      'durable-restate/changed-graph',
      `The run "${context.key}" of "${graph.pipeline}" began with another graph than the one served here, so its journal can't be repeated. Serve the old graph at an address of its own until its runs have ended, or move the run with moveRun().`,
    )
  return { recorded, isFirst, cancelled }
}

/** What a run begins with: its request, and what its first attempt recorded. Throws `durable-restate/illegal-request`. */
export function startOf(
  runId: string,
  request: MovableRequest | null | undefined,
  { recorded, isFirst, cancelled }: Begin,
): Begun {
  checkRequest(runId, request)
  const { input: given = {}, options, moved } = request ?? {}
  const { startedAt, trace } = moved?.start ?? recorded
  const isTraced = Object.keys(trace).length > 0
  // The caller's own headers go before those of its request.
  const input = isTraced ? { ...given, extensions: { ...trace, ...given.extensions } } : given
  // Later attempts and moved runs go on with facts, so they aren't the first leg.
  const leg = isFirst && moved === undefined ? 1 : 2
  return { start: { runId, startedAt, input, options }, leg, moved: moved?.facts ?? [], cancelled }
}

const MOVED: OptionRule = [
  (value) => {
    const { start, facts } = (value ?? {}) as Partial<NonNullable<MovableRequest['moved']>>
    return isPlain(start) && isPlain(start?.trace) && Array.isArray(facts) && facts.every(isPlain)
  },
  'what moveRun() sends',
]
const RULES = { input: OBJECT, options: OBJECT, moved: MOVED }
/** Other options of a run, such as its ports, belong to the worker. Core checks the values. */
const OPTIONS = { timeoutMs: ANY, maxConcurrency: ANY, onStageFailure: ANY }

/** Throws `durable-restate/illegal-request` for names and shapes that a run can't begin with. Its fields are checked by the run itself. */
export function checkRequest(runId: string, request: unknown): void {
  const { input, options } = (request ?? {}) as DurableRequest
  const problems = [...optionProblems(request ?? {}, RULES)]
  if (isPlain(options)) problems.push(...optionProblems(options, OPTIONS, 'options.'))
  if (isPlain(input)) {
    const { extensions } = input
    problems.push(...optionProblems({ extensions }, { extensions: OBJECT }, 'input.'))
  }
  refuseOptions(`The request of the run "${runId}"`, 'durable-restate/illegal-request', problems)
}

/** The trace of the request that started the run, or that of Restate if it traces. */
function traceHeaders({ headers, attemptHeaders }: Request): Readonly<Record<string, string>> {
  const found = [headers, attemptHeaders].find((each) => each.get('traceparent') !== undefined)
  const trace: Record<string, string> = {}
  for (const name of ['traceparent', 'tracestate']) {
    const value = found?.get(name)
    if (typeof value === 'string') trace[name] = value
  }
  return trace
}
