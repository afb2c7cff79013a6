import { CancelledError } from '@restatedev/restate-sdk'
import type { Request, WorkflowContext } from '@restatedev/restate-sdk'
import { ContextSnapshot, StageflowError, systemClock } from '@stageflow/core'
import type { Kept, RunAuthor, RunInput } from '@stageflow/core'
import { checkLeg } from '@stageflow/core/durable'
import type { DurableStart, GraphFingerprint, NamedGraph } from '@stageflow/core/durable'
import { ANY, isPlain, optionProblems, refuseOptions, textOf } from '@stageflow/core/kit'
import { finishedStep } from './finished-step.ts'
import { OBJECT } from './option-rules.ts'
import { CANCEL, INTERRUPT, START, UNUSED } from './names.ts'
import { BY_ENGINE } from './stops.ts'
import type { GivenInterrupt, GivenStop } from './stops.ts'
import type { RefusedAnswer, Retry } from './run-acts.ts'
import type { KeptFact } from './service-call.ts'

/** What a run begins with, as JSON. */
export interface DurableRequest {
  readonly input?: RunInput
  /** `timeoutMs`, `maxConcurrency` and `onStageFailure` of the run. */
  readonly options?: DurableStart['options']
}

/** What a run had done before it was moved or tried again. */
export interface Moved {
  readonly start: Pick<Recorded, 'startedAt' | 'trace'> & Pick<DurableStart, 'limitFrom'>
  readonly facts: readonly KeptFact[]
  /** When it had failed and was tried again, so that facts of what failed are gone. */
  readonly triedAgain?: readonly Retry[] | undefined
  /** What its questions had refused. */
  readonly refused?: readonly RefusedAnswer[] | undefined
  /** What the run was told and had not taken yet, by the names of its promises. */
  readonly promises?: Readonly<Record<string, unknown>> | undefined
  /** The number of the last sleep or call of the earlier invocation that Restate may still end. */
  readonly lastPending?: number | undefined
}

/** What the workflow begins a run with, once a request to start it was checked. */
export interface BegunRequest extends DurableRequest {
  /** What interceptors keep with the run. */
  readonly kept?: Kept | undefined
  /** Who started the run. */
  readonly by?: RunAuthor | undefined
  readonly moved?: Moved | undefined
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
  readonly graph: GraphFingerprint
  readonly leg: number
  /** The facts of a run that has been moved. */
  readonly moved: readonly KeptFact[]
  /** When it had failed and was tried again. */
  readonly triedAgain: readonly Retry[]
  /** What its questions had refused. */
  readonly refused: readonly RefusedAnswer[]
  /** The number of the last sleep or call of an earlier invocation that Restate may still end. */
  readonly lastPending: number
  /** Why the run was cancelled, or interrupted, before it began. */
  readonly cancelled: GivenStop | undefined
  readonly interrupted: GivenInterrupt | undefined
}

/** What the first attempt recorded, and whether this is the first one. */
export interface Begin {
  readonly recorded: Recorded
  readonly isFirst: boolean
  readonly cancelled: GivenStop | undefined
  readonly interrupted: GivenInterrupt | undefined
}

/** Records how a run begins. Throws `durable-restate/changed-graph` if an earlier attempt began with another graph. */
export async function beginRun(context: WorkflowContext, graph: GraphFingerprint): Promise<Begin> {
  let isFirst = false
  let cancelled: GivenStop | undefined
  const onCancel = (): void => {
    cancelled = BY_ENGINE
  }
  // Asked for before the step, so that both answers come at once.
  const cancel = context.promise<GivenStop>(CANCEL).peek()
  const interrupt = context.promise<GivenInterrupt>(INTERRUPT).peek()
  const step = context.run(START, (): Recorded => {
    isFirst = true
    return { startedAt: Math.floor(systemClock.now()), fingerprint: graph, trace: traceOf(context.request()) }
  })
  const recorded = await finishedStep(step, onCancel)
  let interrupted: GivenInterrupt | undefined
  try {
    interrupted = await interrupt
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
  return { recorded, isFirst, cancelled, interrupted }
}

/**
 * Uses up the numbers of an earlier invocation of the run. Restate gives both the same id, so an old sleep ends in this invocation. A step
 * with the number of that sleep would never end.
 */
export function skipNumbers(context: WorkflowContext, last: number): void {
  for (let number = 0; number < last; number++) void context.promise(UNUSED).peek()
}

/** What a run begins with: its request, and what its first attempt recorded. */
export function startOf(
  runId: string,
  { input: given = {}, options, kept, moved }: BegunRequest,
  { recorded, isFirst, cancelled, interrupted }: Begin,
): Begun {
  const { startedAt, trace } = moved?.start ?? recorded
  const limitFrom = moved?.start.limitFrom
  const isTraced = Object.keys(trace).length > 0
  // The caller's own headers go before those of its request.
  const input = isTraced ? { ...given, extensions: { ...trace, ...given.extensions } } : given
  // Later attempts and moved runs go on with facts, so they aren't the first leg.
  const leg = isFirst && moved === undefined ? 1 : 2
  const triedAgain = moved?.triedAgain ?? []
  const start = { runId, startedAt, limitFrom, input, options, kept, isRetried: triedAgain.length > 0 }
  const { facts = [], refused = [], lastPending = 0 } = moved ?? {}
  const stops = { cancelled, interrupted }
  return { start, graph: recorded.fingerprint, leg, moved: facts, triedAgain, refused, lastPending, ...stops }
}

const RULES = { input: OBJECT, options: OBJECT }
/** Other options of a run, such as its ports, belong to the worker. */
const OPTIONS = { timeoutMs: ANY, maxConcurrency: ANY, onStageFailure: ANY }

/** Throws `durable-restate/illegal-request` for names and shapes that a run can't begin with. */
export function checkRequest(runId: string, request: unknown): asserts request is DurableRequest | undefined {
  const { input, options } = (request ?? {}) as DurableRequest
  const problems = [...optionProblems(request ?? {}, RULES)]
  if (isPlain(options)) problems.push(...optionProblems(options, OPTIONS, 'options.'))
  if (isPlain(input)) {
    const { extensions } = input
    problems.push(...optionProblems({ extensions }, { extensions: OBJECT }, 'input.'))
  }
  refuseOptions(`The request of the run "${runId}"`, ILLEGAL_REQUEST, problems)
}

/** Throws `durable-restate/illegal-request` for anything that a run of this graph can't begin with, before it begins. */
export function checkBegin(
  graph: NamedGraph,
  runId: string,
  request: unknown,
): asserts request is DurableRequest | undefined {
  checkRequest(runId, request)
  try {
    new ContextSnapshot(request?.input)
    checkLeg(`The run "${runId}"`, graph, request?.options)
  } catch (error) {
    throw new StageflowError(ILLEGAL_REQUEST, textOf(error))
  }
}

const ILLEGAL_REQUEST = 'durable-restate/illegal-request'

/** The W3C headers among those of a request. */
export function traceHeaders(headers: Headers): Readonly<Record<string, string>> {
  const trace: Record<string, string> = {}
  for (const name of ['traceparent', 'tracestate']) {
    const value = headers.get(name)
    if (typeof value === 'string') trace[name] = value
  }
  return trace
}

type Headers = Pick<Request['headers'], 'get'> | Pick<Request['attemptHeaders'], 'get'>

/** The trace of the request that started the run, or that of Restate if it traces. */
function traceOf({ headers, attemptHeaders }: Request): Readonly<Record<string, string>> {
  const given = traceHeaders(headers)
  return Object.hasOwn(given, 'traceparent') ? given : traceHeaders(attemptHeaders)
}
