import { TerminalError, handlers, serde, workflow } from '@restatedev/restate-sdk'
import type { Serde, WorkflowContext, WorkflowDefinition, WorkflowSharedContext } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import type { AnswerDemands, GraphFingerprint } from '@stageflow/core/durable'
import { checkedAnswers, fingerprintOf, isGuarded, missingKeepers, namesIn, runDurable } from '@stageflow/core/durable'
import { checkArgumentCount, classifyError, lostInJson, show, someOf } from '@stageflow/core/kit'
import { unguarded } from './admission.ts'
import type { GivenAnswer } from './arrival.ts'
import type { GivenInterrupt, GivenStop } from './stops.ts'
import { findAnswers, namesOf, openRequests } from './answers.ts'
import type { FoundAnswer, GivenAnswers, NameOf, QuestionsByPath } from './answers.ts'
import { ABORT_TIMEOUT, checkFactory, legOptions, requestLimits, serviceName, workflowKeys } from './durable-options.ts'
import type { WorkflowFactoryOptions } from './durable-options.ts'
import { durableResult } from './durable-result.ts'
import type { DurableResult } from './durable-result.ts'
import { completed } from './completed.ts'
import { countEarly, tooManyAnswers } from './early-count.ts'
import { finishedStep } from './finished-step.ts'
import { checkMoved } from './moved-facts.ts'
import {
  ACTS,
  ANSWER,
  CANCEL,
  CLAIM,
  END,
  ENDED,
  INTERRUPT,
  ONCE,
  QUESTION,
  RESULT,
  RUN,
  STARTED,
  TOLD,
} from './names.ts'
import { checkAnswerSize, checkStopSize, limited, resultTooLarge } from './message-size.ts'
import type { TooLarge } from './message-size.ts'
import { UNASKED, askedBefore } from './questions.ts'
import type { Question } from './questions.ts'
import { RestateExecutor } from './restate-executor.ts'
import { CLAIM_MS } from './recorded-run.ts'
import { RunningCalls } from './running-calls.ts'
import { beginRun, checkBegin, skipNumbers, startOf, traceHeaders } from './run-start.ts'
import type { DurableRequest, Moved, BegunRequest } from './run-start.ts'
import { idsOf } from './run-view.ts'
import { actsOfMoved } from './run-acts.ts'
import type { RunAct } from './run-acts.ts'
import type { RunState, RunView, Started } from './run-view.ts'
import { notAdmitted, opened } from './sent-request.ts'
import type { Action, ClientRequest, InterruptBody, SentRequest } from './sent-request.ts'

/** What a run keeps in the state of its workflow. */
type StoredState = Pick<RunState, 'status' | 'startedAt'>

/** How a run ended, for everyone who reaches Restate. Its result is read with `read`. */
export type RunEnd = Pick<RunState, 'status'>

/**
 * The handlers of a durable run. Its run id is the key of the workflow. All but `run` take a signed request, and carry it out only if
 * they share the secret of the client that signed it (`durable-restate/not-admitted`).
 */
export interface DurableHandlers {
  /** Carries out the run. Restate lets no client call it: `start` and `move` do. */
  run(context: WorkflowContext, request: BegunRequest): Promise<RunEnd>
  /** Starts the run. Returns false if it was started before. */
  start(context: WorkflowSharedContext, request: SentRequest): Promise<boolean>
  /** Starts the run with what it has done before. Without a secret it refuses everything. */
  move(context: WorkflowSharedContext, request: SentRequest): Promise<boolean>
  /** Null if the run was not started. */
  read(context: WorkflowSharedContext, request: SentRequest): Promise<RunView | null>
  /** Keeps answers for stages that wait, or that will. Fails with `durable-restate/not-waiting`, also if another answer came first. */
  answer(context: WorkflowSharedContext, request: SentRequest): Promise<void>
  /** Cancels the run. Returns false if it has ended or been cancelled before. */
  cancel(context: WorkflowSharedContext, request: SentRequest): Promise<boolean>
  /** Interrupts the run. Returns false if it has ended, or been interrupted or cancelled before. */
  interrupt(context: WorkflowSharedContext, request: SentRequest): Promise<boolean>
  /**
   * Lets one process at a time remove the run, so that its id is free or the run goes on again. Returns true for that one. For two
   * minutes all others get false, and the run takes no answer and no cancel.
   */
  claim(context: WorkflowSharedContext, request: SentRequest): Promise<boolean>
}

/**
 * Returns a Restate workflow that carries out runs of `graph`, to be bound to an endpoint of the Restate SDK. Throws
 * `durable-restate/illegal-option`, and `core/not-durable` for a child graph that checks callers by itself.
 */
export function durableWorkflow<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  options: WorkflowFactoryOptions<Ports>,
): WorkflowDefinition<string, DurableHandlers> {
  checkArgumentCount(arguments.length, 2, 'durableWorkflow(graph, options)', 'durable-restate/illegal-option')
  checkFactory('durableWorkflow()', graph, options, ['secret'])
  const keys = workflowKeys(graph, options.secret)
  const limits = requestLimits(options.restate)
  const shape = fingerprintOf(graph)
  const running = new RunningCalls()
  const service = serviceName(options.name)
  const { shared, workflow: alone } = handlers.workflow

  async function run(context: WorkflowContext, request: BegunRequest): Promise<RunEnd> {
    const begin = await beginRun(context, shape).catch((error: unknown) => {
      throw named(error)
    })
    let { startedAt } = begin.recorded
    let executor: RestateExecutor | undefined
    try {
      const begun = startOf(context.key, request, begin)
      startedAt = begun.start.startedAt
      context.set(RUN, { status: 'running', startedAt })
      skipNumbers(context, begun.lastPending)
      executor = new RestateExecutor(context, { ...begun, served: graph, running, service })
      const ended = await runDurable(graph, executor, legOptions(options))
      const end = (): DurableResult<Stages> | TooLarge => durableResult(ended)
      const result = await finishedStep(context.run(END, end, { serde: limited((_, bytes) => ({ bytes })) }))
      if ('bytes' in result) throw resultTooLarge(context.key, result)
      await told(context.promise<DurableResult<Stages>>(RESULT).resolve(result))
      context.set(RUN, { status: result.status, startedAt })
      return { status: result.status }
    } catch (error) {
      // In a later attempt the run is blocked: Restate tries again, and it goes on once it is let in.
      const isRefused = begin.isFirst && executor?.hasBegun === false
      const refusal = isRefused && isRefusal(error) ? terminal(error, 403) : wrongRun(error)
      if (refusal === undefined) throw named(error)
      context.set(RUN, { status: refusal.code === 403 ? 'refused' : 'failed', startedAt })
      throw refusal
    }
  }

  /** The request in what was sent to a handler. */
  async function received(context: WorkflowSharedContext, action: Action, sent: unknown): Promise<ClientRequest> {
    // A step, so that a later attempt doesn't find it too old.
    const now = await context.date.now()
    const expected = { workflow: options.name, runId: context.key, action, now, validMs: limits[action] }
    return orRefused(() => opened(keys, sent, expected))
  }

  /** A request that changes the run that it was made for, once. */
  async function receivedOnce(
    context: WorkflowSharedContext,
    action: Action,
    sent: unknown,
  ): Promise<readonly [ClientRequest, StoredState, Started]> {
    const request = await received(context, action, sent)
    const runId = context.key
    const started = await context.promise<Started>(STARTED).peek()
    if (started === undefined) throw terminal(notStarted(runId), 404)
    if (keys.length > 0) {
      checkAdmitted(runId, request)
      if (request.run !== started.run)
        throw terminal(
          notAdmitted({ action, runId }, 'it was made for an earlier run with this id. Send it again'),
          403,
        )
      if (!(await completed(context.promise(ONCE + request.id).resolve())))
        throw terminal(notAdmitted({ action, runId }, 'it was carried out before. Sign each request by itself'), 403)
    }
    if ((await lastClaim(context)).isHeld || !(await isTold(context, started))) throw terminal(isRemoved(runId), 409)
    return [request, await stateOf(context, started), started]
  }

  function checkAdmitted(runId: string, { isAdmitted }: ClientRequest): void {
    if (keys.length > 0 && isGuarded(graph) && !isAdmitted) throw terminal(unguarded(runId), 500)
  }

  async function start(context: WorkflowSharedContext, sent: SentRequest): Promise<boolean> {
    const request = await received(context, 'start', sent)
    checkAdmitted(context.key, request)
    const { body } = request
    return begin(
      context,
      request,
      orRefused(() => checkedBegin(context.key, body ?? {})),
    )
  }

  async function move(context: WorkflowSharedContext, sent: SentRequest): Promise<boolean> {
    const runId = context.key
    if (keys.length === 0)
      throw terminal(notAdmitted({ action: 'move', runId }, 'a workflow with secret: false takes no facts'), 403)
    const request = await received(context, 'move', sent)
    const { moved, ...rest } = Object(request.body) as { readonly moved?: unknown }
    return begin(
      context,
      request,
      orRefused(() => ({ ...checkedBegin(runId, rest), moved: checkedMoved(runId, moved, shape) })),
    )
  }

  function checkedBegin(runId: string, request: unknown): DurableRequest {
    checkBegin(graph, runId, request)
    return request ?? {}
  }

  /** Begins the run, unless a request before this one has. */
  async function begin(
    context: WorkflowSharedContext,
    { id, kept, at, by }: ClientRequest,
    request: BegunRequest,
  ): Promise<boolean> {
    if (missingKeepers(graph, kept).length > 0) throw terminal(unguarded(context.key), 500)
    const { moved } = request
    const started: Started = {
      run: id,
      at: moved?.start.startedAt ?? at,
      kept,
      by,
      ids: idsOf(request.input ?? {}),
      acts: moved === undefined ? [] : actsOfMoved(moved),
      ...(moved !== undefined && { asked: askedBefore(moved, shape) }),
    }
    if (!(await completed(context.promise<Started>(STARTED).resolve(started)))) return false
    for (const [name, value] of Object.entries(moved?.promises ?? {}))
      await told(context.promise(name).resolve(name.startsWith(ANSWER) ? uncounted(value as GivenAnswer) : value))
    if (moved !== undefined) await told(context.promise(TOLD).resolve(true))
    const sent = context.genericSend<BegunRequest>({
      service: options.name,
      method: 'run',
      key: context.key,
      parameter: { ...request, kept, by },
      inputSerde: serde.json as Serde<BegunRequest>,
      headers: traceHeaders(context.request().headers),
    })
    await sent.invocationId // the run exists from now on
    return true
  }

  async function read(context: WorkflowSharedContext, sent: SentRequest): Promise<RunView | null> {
    const { body } = await received(context, 'read', sent)
    const started = await context.promise<Started>(STARTED).peek()
    if (started === undefined) return null
    const { at: _, by, acts: __, asked: ___, ...known } = started
    const { userId, orgId } = by ?? known.ids
    const state = await stateOf(context, started)
    const questions = state.status === 'running' ? await questionsOf(context) : new Map<string, Question>()
    const acts = await actsOf(context, started)
    const wantsResult = Object(body).result === true
    return {
      ...known,
      isGuarded: keys.length > 0 && isGuarded(graph),
      state: {
        ...state,
        userId,
        orgId,
        requests: openRequests(questions, namesOf(state.startedAt, acts)),
        acts,
      },
      ...(wantsResult && { result: await context.promise(RESULT).peek() }),
    }
  }

  async function answer(context: WorkflowSharedContext, sent: SentRequest): Promise<void> {
    const [request, state, started] = await receivedOnce(context, 'answer', sent)
    const { body, question } = request
    const runId = context.key
    if (state.status !== 'running') throw terminal(ended(runId, state), 409)
    const written = await questionsOf(context)
    const { questions: before = [], unsure = [] } = started.asked ?? {}
    // A run that goes on with facts writes what it had asked a moment later.
    const questions = new Map([...before, ...written])
    const given = await orRefusedLater(async () => checkedAnswers(graph, body))
    const nameOf = namesOf(state.startedAt, await actsOf(context, started))
    const found = orRefused(() => foundAnswers(runId, questions, nameOf, { answers: given, question }))
    if (found.some(({ path }) => unsure.includes(path) && !written.has(path))) throw terminal(isRemoved(runId), 409)
    // Looked at first, so that all are kept, or none, unless another answer comes between.
    const kept: string[] = []
    for (const { name, path } of found)
      if ((await context.promise(name).peek()) !== undefined) throw terminal(answeredBefore(runId, path), 409)
    await countOrRefuse(context, started, found)
    for (const each of found) {
      const given = givenAnswer(request, each)
      if (await completed(context.promise<GivenAnswer>(each.name).resolve(given))) {
        kept.push(each.path)
        continue
      }
      await countEarly(context, started.run, -earlyIn(found.slice(kept.length)))
      throw terminal(answeredBefore(runId, each.path, kept), 409)
    }
    await checkKept(context, started)
  }

  /** Refuses answers if too many of the run would wait for their questions. */
  async function countOrRefuse(
    context: WorkflowSharedContext,
    { run }: Started,
    found: readonly FoundAnswer[],
  ): Promise<void> {
    const tooMany = await countEarly(context, run, earlyIn(found))
    if (tooMany !== undefined) throw terminal(tooManyAnswers(context.key, tooMany), 429)
  }

  function foundAnswers(
    runId: string,
    questions: QuestionsByPath,
    nameOf: NameOf,
    given: GivenAnswers,
  ): readonly FoundAnswer[] {
    const found = findAnswers(runId, questions, nameOf, given, shape)
    for (const { path, answer } of found) {
      checkAnswerJson(runId, path, answer)
      checkAnswerSize(runId, path, answer)
    }
    return found
  }

  async function cancel(context: WorkflowSharedContext, sent: SentRequest): Promise<boolean> {
    const [{ body: reason, by }, state, started] = await receivedOnce(context, 'cancel', sent)
    if (typeof reason !== 'string') throw terminal(noReason(context.key, 'cancelled', reason), 400)
    orRefused(() => checkStopSize(context.key, 'The reason to cancel', reason))
    if (state.status !== 'running') return false
    const isFirst = await completed(
      context.promise<GivenStop>(CANCEL).resolve({ reason, ...(by !== undefined && { by }) }),
    )
    await checkKept(context, started)
    return isFirst
  }

  async function interrupt(context: WorkflowSharedContext, sent: SentRequest): Promise<boolean> {
    const [{ body, by }, state, started] = await receivedOnce(context, 'interrupt', sent)
    const { reason, data } = Object(body) as InterruptBody
    if (typeof reason !== 'string') throw terminal(noReason(context.key, 'interrupted', reason), 400)
    const given = { reason, ...(data !== undefined && { data }), ...(by !== undefined && { by }) }
    orRefused(() => checkStopSize(context.key, 'What interrupts', given))
    if (state.status !== 'running' || (await context.promise(CANCEL).peek()) !== undefined) return false
    const isFirst = await completed(context.promise<GivenInterrupt>(INTERRUPT).resolve(given))
    await checkKept(context, started)
    return isFirst
  }

  /** Refuses a request whose run is removed at this moment: what it told the run may be too late for those who go on with it. */
  async function checkKept(context: WorkflowSharedContext, { run }: Started): Promise<void> {
    const { isHeld } = await lastClaim(context)
    // Read last: once the run is removed, so are its claims.
    const now = await context.promise<Started>(STARTED).peek()
    if (isHeld || now?.run !== run) throw terminal(isRemoved(context.key), 409)
  }

  async function claim(context: WorkflowSharedContext, sent: SentRequest): Promise<boolean> {
    const request = await received(context, 'claim', sent)
    checkAdmitted(context.key, request)
    const started = await context.promise<Started>(STARTED).peek()
    if (started === undefined || (keys.length > 0 && request.run !== started.run)) return false
    if ((await stateOf(context, started)).status !== request.body) return false
    const { isHeld, next, now } = await lastClaim(context)
    return !isHeld && completed(context.promise<number>(next).resolve(now))
  }

  return workflow({
    name: options.name,
    handlers: {
      run: alone({ ingressPrivate: true }, run),
      start: shared(start),
      move: shared(move),
      read: shared(read),
      answer: shared(answer),
      cancel: shared(cancel),
      interrupt: shared(interrupt),
      claim: shared(claim),
    },
    options: { abortTimeout: ABORT_TIMEOUT, ...options.restate },
  }) as WorkflowDefinition<string, DurableHandlers>
}

/** An error of an attempt with its code in its message: Restate shows that alone, and tries again. */
const named = (error: unknown): unknown =>
  StageflowError.is(error) ? new Error(`[${error.code}] ${error.message}`, { cause: error }) : error

/** Whether an interceptor refused a run before its first stage, and would refuse it again: neither a bug nor a broken connection. */
function isRefusal(error: unknown): error is StageflowError {
  if (!StageflowError.is(error)) return false
  const isByInterceptor = error.code === 'core/leg-refused' || !/^(core|durable-restate)\//.test(error.code)
  return isByInterceptor && ![error, error.cause].some((each) => classifyError(each) === 'transient')
}

/** How a run ends that would fail in every attempt: its input or its options are wrong, or its result is too large. */
function wrongRun(error: unknown): TerminalError | undefined {
  const code = 'durable-restate/illegal-request'
  if (StageflowError.is(error, 'durable-restate/too-large')) return terminal(error, 413)
  for (const cause of ['core/snapshot', 'core/illegal-option', code])
    if (StageflowError.is(error, cause)) return terminal(new StageflowError(code, error.message), 400)
  return undefined
}

/** The HTTP status of each code in docs/errors.md that a handler refuses a request with. */
const STATUS: Readonly<Record<string, number>> = {
  'durable-restate/illegal-request': 400,
  'durable-restate/not-json': 500,
  'core/answer': 400,
  'durable-restate/not-admitted': 403,
  'durable-restate/unguarded': 500,
  'durable-restate/not-waiting': 409,
  'durable-restate/too-large': 413,
}

/** What a check returns. What it throws refuses the request, and isn't tried again. */
function orRefused<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw asRefusal(error)
  }
}
async function orRefusedLater<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    throw asRefusal(error)
  }
}
const asRefusal = (error: unknown): unknown =>
  StageflowError.is(error) && STATUS[error.code] !== undefined ? terminal(error, STATUS[error.code]) : error

function checkedMoved(runId: string, moved: unknown, graph: GraphFingerprint): Moved {
  checkMoved(runId, moved, graph)
  return moved
}

const notStarted = (runId: string): StageflowError =>
  new StageflowError(
    'durable-restate/unknown-run',
    `The run "${runId}" was not started. Check its id, or start it first.`,
  )

const ended = (runId: string, { status }: StoredState): StageflowError =>
  new StageflowError(
    'durable-restate/not-waiting',
    `The run "${runId}" can't take an answer: it has ended as ${status}. See its result with client.attach(runId).`,
  )

const isRemoved = (runId: string): StageflowError =>
  new StageflowError(
    'durable-restate/being-moved',
    `The run "${runId}" is being moved or tried again, so it may not have got this. Read client.status(runId) in a moment, and send it again if the run still waits.`,
  )

const noReason = (runId: string, what: string, reason: unknown): StageflowError =>
  new StageflowError(
    'durable-restate/illegal-request',
    `The run "${runId}" was not ${what}: the reason is ${show(reason)}; pass a string such as "the user left".`,
  )

const answeredBefore = (runId: string, path: string, kept: readonly string[] = []): StageflowError =>
  new StageflowError(
    'durable-restate/not-waiting',
    `${quotedPath(path)} of the run "${runId}" has an answer already, so this one is not used. See with client.status(runId) whether that one counts.${kept.length === 0 ? '' : ` It came at the same time: the answers to ${someOf(kept.map(quotedPath))} were kept.`}`,
  )

/** An answer of a run that is moved, which begins to count its early ones again. */
function uncounted(answer: GivenAnswer): GivenAnswer {
  const { early: _, ...given } = answer
  return given
}

/** What is kept of an answer. */
function givenAnswer(request: ClientRequest, { stage, answer, isEarly }: FoundAnswer): GivenAnswer {
  const { by, question } = request
  const demanded = demandedFor(stage, request)
  return {
    answer,
    ...(by !== undefined && { by }),
    ...(question !== undefined && { onlyThis: true }),
    ...(isEarly && { early: true }),
    ...(demanded !== undefined && { demanded }),
  }
}

/** What was demanded of who answers a stage. Undefined for a part of the app: its answer is trusted, whatever the graph demands by now. */
function demandedFor(stage: string, { demanded, isAdmitted }: ClientRequest): AnswerDemands | undefined {
  const nothing: AnswerDemands = {}
  if (demanded === undefined) return isAdmitted ? undefined : nothing
  const found = Object.hasOwn(demanded, stage) ? demanded[stage] : undefined
  return found ?? nothing
}

const earlyIn = (found: readonly FoundAnswer[]): number => found.filter(({ isEarly }) => isEarly).length

const quotedPath = (path: string): string => show(namesIn(path).join('/'))

/** The schema of an answer may have made something of it that JSON can't hold. */
function checkAnswerJson(runId: string, path: string, answer: unknown): void {
  const lost = lostInJson(answer)
  if (lost === undefined) return
  throw new StageflowError(
    'durable-restate/not-json',
    `The answerSchema of "${path}" made ${lost} of the answer to the run "${runId}", which JSON cannot hold. Let it return plain data.`,
  )
}

/** Waits until a promise is resolved, also if Restate cancels the invocation meanwhile. */
const told = (resolved: Promise<void>): Promise<void> =>
  resolved.catch((error: unknown) => {
    if (!(error instanceof TerminalError)) throw error
  })

/** Whether a process has the right to remove the run. `next`: the name of the promise of the next claim. */
async function lastClaim(
  context: WorkflowSharedContext,
): Promise<{ readonly isHeld: boolean; readonly next: string; readonly now: number }> {
  const now = await context.date.now()
  for (let number = 0; ; number++) {
    const next = CLAIM + number
    const claimedAt = await context.promise<number>(next).peek()
    if (claimedAt === undefined) return { isHeld: false, next, now }
    if (now < claimedAt + CLAIM_MS) return { isHeld: true, next, now }
  }
}

/** Whether a run has got what it was told before it was moved or tried again. Until then, a later answer could come before an earlier one. */
const isTold = async (context: WorkflowSharedContext, { asked }: Started): Promise<boolean> =>
  asked === undefined || (await context.promise(TOLD).peek()) !== undefined

const stateOf = async (context: WorkflowSharedContext, { at }: Started): Promise<StoredState> =>
  (await context.get<StoredState>(RUN)) ?? { status: 'running', startedAt: at }

const actsOf = async (context: WorkflowSharedContext, { acts }: Started): Promise<readonly RunAct[]> =>
  (await context.get<readonly RunAct[]>(ACTS)) ?? acts

/** What the stages of a run have asked, by the paths of their answers. What an ended run had asked may still be in its state. */
async function questionsOf(context: WorkflowSharedContext): Promise<QuestionsByPath> {
  const questions = new Map<string, Question>()
  for (const key of await context.stateKeys()) {
    if (key.startsWith(ENDED)) questions.set(key.slice(ENDED.length), UNASKED)
    const question = key.startsWith(QUESTION) ? await context.get<Question>(key) : null
    if (question !== null) questions.set(key.slice(QUESTION.length), question)
  }
  return questions
}

/** An error that Restate returns to the caller of a handler. */
const terminal = ({ code, message }: StageflowError, errorCode = 409): TerminalError =>
  new TerminalError(`[${code}] ${message}`, { errorCode })
