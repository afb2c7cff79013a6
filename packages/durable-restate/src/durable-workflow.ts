import { CancelledError, TerminalError, handlers, workflow } from '@restatedev/restate-sdk'
import type { WorkflowContext, WorkflowDefinition, WorkflowSharedContext } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import type { PipelineStatus, StageGraph } from '@stageflow/core'
import { fingerprintOf, runDurable } from '@stageflow/core/durable'
import type { OpenRequest } from '@stageflow/core/durable'
import { show } from '@stageflow/core/kit'
import { answersByKey, openRequests } from './answers.ts'
import { ABORT_TIMEOUT, checkFactory, legOptions, serviceName } from './durable-options.ts'
import type { WorkflowFactoryOptions } from './durable-options.ts'
import { durableResult } from './durable-result.ts'
import type { DurableResult } from './durable-result.ts'
import { finishedStep } from './finished-step.ts'
import { ANSWER, CANCEL, END, RUN, WAIT } from './names.ts'
import { checkAnswerSize, limited, resultTooLarge } from './message-size.ts'
import type { TooLarge } from './message-size.ts'
import { RestateExecutor } from './restate-executor.ts'
import { RunningCalls } from './running-calls.ts'
import { beginRun, startOf } from './run-start.ts'
import type { DurableRequest } from './run-start.ts'

/** How far a run is, and what it waits for. */
export interface RunState {
  readonly status: 'running' | PipelineStatus
  /** In ms since 1970. */
  readonly startedAt: number
  /** The requests of stages that wait for an answer, with the keys of the answer. */
  readonly requests: readonly OpenRequest[]
}

/** What a run keeps in the state of its workflow. */
type StoredState = Omit<RunState, 'requests'>

/** Answers by the names of the stages that wait for them. */
export type DurableAnswers<Stages> = { readonly [Name in keyof Stages]?: unknown }

/** The handlers of a durable run. Its run id is the key of the workflow. */
export interface DurableHandlers<Stages> {
  run(context: WorkflowContext, request: DurableRequest): Promise<DurableResult<Stages>>
  /** Gives answers to stages that wait. Fails with `durable-restate/not-waiting`, also if another answer came first. */
  answer(context: WorkflowSharedContext, answers: DurableAnswers<Stages>): Promise<void>
  /** Cancels the run, also before it begins. Returns false if it has ended or been cancelled before. */
  cancel(context: WorkflowSharedContext, reason: string): Promise<boolean>
  /** Null if the run has not begun. */
  status(context: WorkflowSharedContext): Promise<RunState | null>
}

/**
 * Returns a Restate workflow that carries out runs of `graph`, to be bound to an endpoint of the Restate SDK. Throws
 * `durable-restate/illegal-option`.
 */
export function durableWorkflow<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  options: WorkflowFactoryOptions<Ports>,
): WorkflowDefinition<string, DurableHandlers<Stages>> {
  checkFactory('durableWorkflow()', graph, options)
  const shape = fingerprintOf(graph)
  const running = new RunningCalls()
  const service = serviceName(options.name)
  const { shared } = handlers.workflow

  async function run(context: WorkflowContext, request: DurableRequest): Promise<DurableResult<Stages>> {
    const begin = await beginRun(context, shape)
    let { startedAt } = begin.recorded
    try {
      const begun = startOf(context.key, request, begin)
      startedAt = begun.start.startedAt
      context.set(RUN, { status: 'running', startedAt })
      const executor = new RestateExecutor(context, { ...begun, running, service })
      const ended = await runDurable(graph, executor, legOptions(options))
      const end = (): DurableResult<Stages> | TooLarge => durableResult(ended)
      const result = await finishedStep(context.run(END, end, { serde: limited((_, bytes) => ({ bytes })) }))
      if ('bytes' in result) throw resultTooLarge(context.key, result)
      context.set(RUN, { status: result.status, startedAt })
      return result
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === undefined) throw error
      context.set(RUN, { status: 'failed', startedAt })
      throw refusal
    }
  }

  async function answer(context: WorkflowSharedContext, answers: DurableAnswers<Stages>): Promise<void> {
    const state = await context.get<StoredState>(RUN)
    if (state?.status !== 'running') throw terminal(notRunning(context.key, state))
    const keys = await waitingKeys(context)
    for (const [key, given] of checkedAnswers(context.key, keys, answers)) await answerOnce(context, key, given)
  }

  async function cancel(context: WorkflowSharedContext, reason: string): Promise<boolean> {
    if (typeof reason !== 'string') throw terminal(noReason(context.key, reason), 400)
    const state = await context.get<StoredState>(RUN)
    if (state !== null && state.status !== 'running') return false
    return completed(context.promise<string>(CANCEL).resolve(reason))
  }

  async function status(context: WorkflowSharedContext): Promise<RunState | null> {
    const state = await context.get<StoredState>(RUN)
    if (state === null) return null
    const requests = new Map<string, unknown>()
    for (const key of state.status === 'running' ? await waitingKeys(context) : [])
      requests.set(key, (await context.get<{ readonly request: unknown }>(WAIT + key))?.request)
    return { ...state, requests: openRequests(requests) }
  }

  return workflow({
    name: options.name,
    handlers: { run, answer: shared(answer), cancel: shared(cancel), status: shared(status) },
    options: { abortTimeout: ABORT_TIMEOUT, ...options.restate },
  }) as WorkflowDefinition<string, DurableHandlers<Stages>>
}

/** How a run ends that would fail in every attempt: its input or its options are wrong, or its result is too large. */
function refusalOf(error: unknown): TerminalError | undefined {
  const code = 'durable-restate/illegal-request'
  if (StageflowError.is(error, 'durable-restate/too-large')) return terminal(error, 413)
  for (const cause of ['core/snapshot', 'core/illegal-option', code])
    if (StageflowError.is(error, cause)) return terminal(new StageflowError(code, error.message), 400)
  return undefined
}

const notRunning = (runId: string, state: StoredState | null): StageflowError =>
  new StageflowError(
    'durable-restate/not-waiting',
    state === null
      ? `The run "${runId}" can't take an answer: it has not begun, or doesn't exist. Check its id, and see what it waits for with client.status(runId).`
      : `The run "${runId}" can't take an answer: it has ended as ${state.status}. See its result with client.attach(runId).`,
  )

const noReason = (runId: string, reason: unknown): StageflowError =>
  new StageflowError(
    'durable-restate/illegal-request',
    `The run "${runId}" was not cancelled: the reason is ${show(reason)}; pass a string such as "the user left".`,
  )

function checkedAnswers(...given: Parameters<typeof answersByKey>): ReturnType<typeof answersByKey> {
  try {
    const found = answersByKey(...given)
    for (const [key, answer] of found) checkAnswerSize(given[0], key, answer)
    return found
  } catch (error) {
    const isTooLarge = StageflowError.is(error, 'durable-restate/too-large')
    throw terminal(error as StageflowError, isTooLarge ? 413 : 409)
  }
}

async function answerOnce(context: WorkflowSharedContext, key: string, answer: unknown): Promise<void> {
  if (await completed(context.promise(ANSWER + key).resolve({ answer }))) return
  throw terminal(
    new StageflowError(
      'durable-restate/not-waiting',
      `"${key}" of the run "${context.key}" has an answer already, which counts; this one is not used.`,
    ),
  )
}

/** Whether a promise was completed by this call, and not before. */
async function completed(resolved: Promise<void>): Promise<boolean> {
  try {
    await resolved
    return true
  } catch (error) {
    if (error instanceof TerminalError && !(error instanceof CancelledError)) return false
    throw error
  }
}

/** The keys of the calls that wait for answers. What an ended run had waited for may still be in its state. */
async function waitingKeys(context: WorkflowSharedContext): Promise<readonly string[]> {
  return (await context.stateKeys()).filter((key) => key.startsWith(WAIT)).map((key) => key.slice(WAIT.length))
}

/** An error that Restate returns to the caller of a handler. `errorCode`: the HTTP status of its code in docs/errors.md. */
const terminal = ({ code, message }: StageflowError, errorCode = 409): TerminalError =>
  new TerminalError(`[${code}] ${message}`, { errorCode })
