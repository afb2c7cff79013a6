import { randomUUID } from 'node:crypto'
import { StageflowError, systemClock } from '@stageflow/core'
import type { AnswersOf, RunAction, RunOptions, StageGraph } from '@stageflow/core'
import {
  ABORT_SIGNAL,
  RUN_OPTIONS,
  TEXT,
  TIME_LIMIT,
  checkArgumentCount,
  checkOptions,
  checkedMethods,
  lostInJson,
  plainOptions,
  required,
  show,
} from '@stageflow/core/kit'
import type { MethodRules, OptionRule, OptionRules, WaitOptions } from '@stageflow/core/kit'
import { AGAIN, SYSTEM_NAME, fingerprintOf } from '@stageflow/core/durable'
import type { NamedGraph } from '@stageflow/core/durable'
import { ClientAdmissions } from './admission.ts'
import type { Admitted, Asking } from './admission.ts'
import type { DurableResult } from './durable-result.ts'
import { mayPass, restateAt } from './http.ts'
import { ADDRESS, HEADERS, ILLEGAL_OPTION, NAME, RUN_ID } from './option-rules.ts'
import { CLAIM_MS, POLL_MS, RecordedRun } from './recorded-run.ts'
import { notFailed, retryRun } from './retry-failed.ts'
import { checkRequest } from './run-start.ts'
import type { DurableRequest } from './run-start.ts'
import type { RunState, RunView } from './run-view.ts'
import { keysOf } from './secret.ts'
import type { Secrets } from './secret.ts'
import { NOT_ADMITTED, sealed } from './sent-request.ts'
import type { Action, ClientRequest, InterruptBody } from './sent-request.ts'

export interface DurableClientOptions<Graph = unknown> {
  /** The address of Restate's ingress, such as `http://localhost:8080`. */
  readonly url: string
  /** The name of the workflow. */
  readonly name: string
  /** The secret of the workflow. Of two, the first one signs. `false` if the workflow has none. */
  readonly secret: Secrets | false
  /**
   * The graph of the workflow. Its interceptors admit callers here, in the process of the client. Required if it has some that check
   * callers, such as `auth()`, and for `retryFailed`.
   */
  readonly graph?: Graph
  /** Headers of each request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * The address of Restate's admin API, such as `http://localhost:9070`. Required for `retryFailed`. With it, a start also takes the id of a
   * run that was refused before its first stage.
   */
  readonly adminUrl?: string
}

/** The options of a request: how long to wait for it, and who asks, such as `{ token }` for `auth()`. */
export type RequestOptions = WaitOptions & CallerOptions
type CallerOptions = Omit<RunOptions, keyof WaitOptions | OwnRunOption>
/** What a run has from its start, or from its workflow. */
type OwnRunOption = 'graceMs' | 'cleanupMs' | 'maxConcurrency' | 'onStageFailure' | 'eventSink' | 'chunkEvents'
/** The options of a request that waits as long as the run takes. */
export type AttachOptions = Omit<RequestOptions, 'timeoutMs'>

/** Which question is answered. */
export interface AnsweredQuestion {
  /**
   * The `question` of one of the `requests` of `status`: the one that a person was shown. If its stage asks another one by then, the answer
   * is refused with `durable-restate/not-waiting`. Default: an answer is that to whatever its stage asks, also to its next question.
   */
  readonly question?: string | undefined
}

/** The options of `retryFailed`. */
export type RetryRunOptions<Stages> = AttachOptions & {
  /** Stages that run again although they had settled, such as one that had reported the failure, and with them all that depend on them. Default: none. */
  readonly again?: readonly (keyof Stages & string)[]
}

/**
 * Starts and controls durable runs from any process. The interceptors of its graph admit each caller before anything is sent. Every method
 * rejects with `durable-restate/unavailable` without a server, and with `durable-restate/illegal-option` for an illegal run id. Those that
 * don't wait for the end of a run wait for `timeoutMs` (default: 30,000) for an answer, then reject with `durable-restate/timed-out`. A
 * signal ends the wait, and never the run.
 */
export interface DurableClient<Stages> extends NamedClient<Stages> {
  /**
   * Starts a run. Returns false if a run with this id exists: the caller is admitted as one who attaches to it, and its first request
   * counts. A run that was refused before its first stage gives its id free, if the client has `adminUrl`. Rejects with `durable-restate/illegal-request`, and with `durable-restate/not-json` if JSON would lose a part of the request.
   */
  start(runId: string, request?: DurableRequest, options?: RequestOptions): Promise<boolean>
  /** Starts a run, or attaches to the one with this id, and waits until it has ended. */
  run(runId: string, request?: DurableRequest, options?: AttachOptions): Promise<DurableResult<Stages>>
  attach(runId: string, options?: AttachOptions): Promise<DurableResult<Stages>>
  answer(runId: string, answers: AnswersOf<Stages>, options?: RequestOptions & AnsweredQuestion): Promise<void>
  resume(
    runId: string,
    answers: AnswersOf<Stages>,
    options?: AttachOptions & AnsweredQuestion,
  ): Promise<DurableResult<Stages>>
  cancel(runId: string, reason: string, options?: RequestOptions): Promise<boolean>
  interrupt(runId: string, reason: string, data?: unknown, options?: RequestOptions): Promise<boolean>
  status(runId: string, options?: RequestOptions): Promise<RunState | undefined>
  retryFailed(runId: string, options?: RetryRunOptions<Stages>): Promise<DurableResult<Stages>>
  /**
   * Acts in the name of a part of the app, such as `'month end'`. No interceptor is asked, and answers are recorded as given by that name.
   * Needs the secret. A name has at most 512 characters, isn't blank and has no line breaks: otherwise it throws
   * `durable-restate/illegal-option`.
   */
  as(name: string): NamedClient<Stages>
  stats(): DurableClientStats
}

/** What a client does with runs that exist. */
export interface NamedClient<Stages> {
  /** Waits until a run has ended. A failed run resolves too. Rejects with `durable-restate/unknown-run`. */
  attach(runId: string, options?: { readonly signal?: AbortSignal }): Promise<DurableResult<Stages>>
  /**
   * Keeps answers to stages that wait, or that will: an early answer is that to the first question of its stage. For a webhook. Rejects
   * with `core/answer` if an `answerSchema` refuses one, and with `durable-restate/not-waiting` or `durable-restate/not-json`.
   */
  answer(runId: string, answers: AnswersOf<Stages>, options?: WaitOptions & AnsweredQuestion): Promise<void>
  /** Like `answer`, and then waits until the run has ended. */
  resume(
    runId: string,
    answers: AnswersOf<Stages>,
    options?: { readonly signal?: AbortSignal } & AnsweredQuestion,
  ): Promise<DurableResult<Stages>>
  /**
   * Cancels a run. Returns false if it has ended or been cancelled before. Rejects with `durable-restate/unknown-run`, and with
   * `durable-restate/too-large` if the reason has more than 15 MiB as JSON.
   */
  cancel(runId: string, reason: string, options?: WaitOptions): Promise<boolean>
  /**
   * Interrupts a run, as `run.interrupt(reason, data)` does: data that an aborted stage still returns counts, and stages with `uninterruptible` go
   * on. Returns false if the run has ended, or been interrupted or cancelled before. Rejects like `cancel`, and with `durable-restate/not-json` for
   * data that JSON can't hold.
   */
  interrupt(runId: string, reason: string, data?: unknown, options?: WaitOptions): Promise<boolean>
  /** How far a run is; undefined if no run has this id. */
  status(runId: string, options?: WaitOptions): Promise<RunState | undefined>
  /**
   * Goes on with a failed run from its failure, under the same id, and waits until it has ended. What ended ok or skipped is not called
   * again, and answers stay. What settled with the failure as its input stays settled, unless it is in `again`. The run's time limit
   * begins again. Needs `graph` and `adminUrl`, and the journal of the run (`journalRetention`). Rejects with
   * `durable-restate/not-failed`, and with `durable-restate/changed-graph` if the graph doesn't fit.
   */
  retryFailed(
    runId: string,
    options?: { readonly signal?: AbortSignal; readonly again?: readonly (keyof Stages & string)[] },
  ): Promise<DurableResult<Stages>>
}

export interface DurableClientStats {
  /** How many requests the interceptors have refused, through this client. */
  readonly refused: number
}

/** The stages of a graph's type. */
type StagesOf<Graph> = Graph extends StageGraph<infer Stages, infer _> ? Stages : Record<string, never>

const GRAPH: OptionRule = [isGraph, 'what build() returned']
const WAIT: OptionRules<WaitOptions> = { signal: ABORT_SIGNAL, timeoutMs: TIME_LIMIT }
const SIGNAL: OptionRules<Pick<WaitOptions, 'signal'>> = { signal: ABORT_SIGNAL }
const RULES: OptionRules<Omit<DurableClientOptions, 'secret'>> = {
  url: required(ADDRESS),
  name: required(NAME),
  graph: GRAPH,
  headers: HEADERS,
  adminUrl: ADDRESS,
}
/** A connection that lasted this long has waited for a run: it is made again. */
const LONG_MS = 5_000
const MOST_QUICK_FAILURES = 5
/** How long one request waits for the end of a run. Then it is made again, so that none that the server has lost lasts for ever. */
const ATTACH_MS = 60_000
/** How often one start may find that its id was taken by a run that is refused. */
const MOST_FREED = 10
/** How long a request may wait that is made again then: a signature is too old soon after. */
const MOST_WAIT_MS = 240_000

/**
 * Returns a client for the runs of one workflow: `durableClient({ url, name, secret, graph })`. Without interceptors that check callers,
 * the type of the graph is enough: `durableClient<typeof graph>({ url, name, secret })`. Throws `durable-restate/illegal-option`.
 */
export function durableClient<Graph>(options: DurableClientOptions<Graph>): DurableClient<StagesOf<Graph>> {
  checkArgumentCount(arguments.length, 1, 'durableClient(options)', ILLEGAL_OPTION)
  checkOptions('durableClient()', ILLEGAL_OPTION, options, RULES, [...Object.keys(RULES), 'secret'])
  const { url, name, headers, adminUrl, secret } = options
  const graph = options.graph as NamedGraph | undefined
  const keys = keysOf('durableClient()', secret, 'if the workflow has none')
  const ask = restateAt(url, headers)
  const admissions = new ClientAdmissions(graph)
  type Result = DurableResult<StagesOf<Graph>>

  /** Sends a signed request to a handler of the workflow. */
  async function send(
    action: Action,
    runId: string,
    request: Omit<Partial<ClientRequest>, 'action' | 'runId'>,
    wait: WaitOptions,
  ): Promise<unknown> {
    const about = { workflow: name, runId, action, at: systemClock.now(), id: randomUUID() }
    const sent = sealed(keys, { ...about, isAdmitted: false, body: undefined, ...request })
    return ask('POST', `/${name}/${encodeURIComponent(runId)}/${action}`, sent, wait)
  }

  const look = async (runId: string, wait: WaitOptions, body: object = {}): Promise<RunView | undefined> =>
    ((await send('read', runId, { body }, wait)) as RunView | null) ?? undefined

  async function existing(runId: string, wait: WaitOptions, body?: object): Promise<RunView> {
    const run = await look(runId, wait, body)
    if (run === undefined) throw unknownRun(runId)
    return run
  }

  /** Reads the arguments of a method, before anything is sent. `system`: the name of the part of the app that asks. */
  function checked(
    where: string,
    runId: string,
    given: unknown,
    rules: OptionRules,
    system: string | undefined,
  ): Split {
    checkOptions('The client', ILLEGAL_OPTION, { runId }, { runId: required(RUN_ID) })
    const { caller, ...others } = splitOptions(where, given, rules, system !== undefined)
    if (system !== undefined) return { caller, asking: { system }, ...others }
    admissions.checkCaller(where, caller)
    return { caller, asking: { caller }, ...others }
  }

  /** Has a request to a run that exists admitted. */
  async function admitted(
    action: Exclude<RunAction, 'start'>,
    runId: string,
    asking: Asking,
    wait: WaitOptions,
    answers?: unknown,
  ): Promise<{ readonly run: RunView; readonly by: Admitted }> {
    wait.signal?.throwIfAborted()
    const run = await existing(runId, wait)
    return { run, by: await admissions.later(action, runId, run, asking, answers) }
  }

  /** Waits until the run with this id has ended, over lost connections, and reads it. */
  async function endOf(runId: string, wait: WaitOptions): Promise<RunView> {
    for (let failures = 0; ;) {
      const since = systemClock.now()
      try {
        await ask('GET', `/restate/workflow/${name}/${encodeURIComponent(runId)}/attach`, undefined, {
          ...wait,
          timeoutMs: ATTACH_MS,
        })
        return await existing(runId, wait, { result: true })
      } catch (error) {
        if (!mayPass(error)) throw error
        failures = systemClock.now() - since > LONG_MS ? 0 : failures + 1
        if (failures === MOST_QUICK_FAILURES) throw error
        await systemClock.sleep(100 * 2 ** failures, wait.signal)
      }
    }
  }

  /**
   * How a run ends. `run`: the one that the caller was admitted to. If another one has its id by the end, such as that of another person,
   * the caller is admitted to that one first.
   */
  async function resultOf(runId: string, run: string, asking: Asking, { signal }: WaitOptions): Promise<Result> {
    const wait = { timeoutMs: MOST_WAIT_MS, ...(signal && { signal }) }
    for (let current = run; ;) {
      const end = await endOf(runId, wait).catch(async (error: unknown) => {
        const now = await look(runId, wait)
        if (now === undefined || now.run === current) throw error
        return undefined // the error may be that of the other run
      })
      if (end?.run === current && end.result !== undefined) return end.result as Result
      current = (await admitted('attach', runId, asking, wait)).run.run
    }
  }

  /** Starts a run. If it exists, the caller is admitted as one who attaches to it. `run`: the run that has the id then. */
  async function start(
    runId: string,
    request: DurableRequest,
    caller: object,
    wait: WaitOptions,
  ): Promise<{ readonly isNew: boolean; readonly run: string }> {
    checkRequest(runId, request)
    checkJson(request, `The request of the run "${runId}"`)
    const by = await admissions.start(runId, request.input ?? {}, caller)
    for (let freed = 0; ; freed++) {
      // Without a secret, a workflow gives its runs no ids.
      const run = keys.length > 0 ? randomUUID() : ''
      if (await send('start', runId, { ...by, id: run, body: request }, wait)) return { isNew: true, run }
      if (freed < MOST_FREED && (await freedRefused(runId, wait))) continue
      const existed = await admitted('attach', runId, { caller }, wait)
      return { isNew: false, run: existed.run.run }
    }
  }

  /** Removes a run that was refused before its first stage, and so has done nothing. Returns false for every other run. */
  async function freedRefused(runId: string, wait: WaitOptions): Promise<boolean> {
    if (adminUrl === undefined) return false
    const seen = await appearing(runId, wait)
    if (seen?.state.status !== 'refused') return false
    const run = new RecordedRun({ url, adminUrl, name, runId, headers })
    if ((await run.find()) === undefined) return true
    await run.ended()
    if (await run.claim(keys, seen)) await run.remove()
    else await removedByAnother(runId, seen, wait)
    return true
  }

  /** The run with this id. Another client may have removed the one before it, and be about to start it. */
  async function appearing(runId: string, wait: WaitOptions): Promise<RunView | undefined> {
    for (let looks = 0; looks < MOST_FREED; looks++) {
      const run = await look(runId, wait)
      if (run !== undefined) return run
      await systemClock.sleep(POLL_MS, wait.signal)
    }
    return undefined
  }

  /** Waits until the client that may remove a refused run has done so, or has taken too long. */
  async function removedByAnother(runId: string, { run }: RunView, wait: WaitOptions): Promise<void> {
    for (const end = systemClock.now() + CLAIM_MS; systemClock.now() < end;) {
      await systemClock.sleep(POLL_MS, wait.signal)
      const now = await look(runId, wait)
      if (now?.run !== run || now.state.status !== 'refused') return
    }
  }

  /** The methods that need no interceptor to admit their caller if it acts by a name. */
  function controls(system: string | undefined): NamedClient<StagesOf<Graph>> {
    const split = (where: string, runId: string, given: unknown, rules: OptionRules = WAIT): Split =>
      checked(where, runId, given, rules, system)

    /** Sends a request to a run. If that was tried again or moved after its caller was admitted, the caller is admitted to the new one. */
    async function sendTo(
      action: 'answer' | 'cancel' | 'interrupt',
      runId: string,
      body: unknown,
      { asking, wait, question }: Split,
    ): Promise<{ readonly run: string; readonly returned: unknown }> {
      for (;;) {
        const { run: view, by } = await admitted(action, runId, asking, wait, action === 'answer' ? body : undefined)
        const { run } = view
        try {
          return { run, returned: await send(action, runId, { ...by, run, body, question }, wait) }
        } catch (error) {
          const isOfAnother = StageflowError.is(error, NOT_ADMITTED) && (await existing(runId, wait)).run !== run
          if (!isOfAnother) throw error
        }
      }
    }

    /** Returns the run that has the answers. */
    async function sendAnswers(runId: string, answers: unknown, options: Split): Promise<string> {
      checkJson(answers, `The answer to the run "${runId}"`)
      return (await sendTo('answer', runId, answers, options)).run
    }

    return {
      attach: async (runId, given) => {
        const { asking, wait } = split('attach()', runId, given, SIGNAL)
        const { run } = await admitted('attach', runId, asking, { ...wait, timeoutMs: MOST_WAIT_MS })
        return resultOf(runId, run.run, asking, wait)
      },
      answer: async (runId, answers, given) => {
        await sendAnswers(runId, answers, split('answer()', runId, given, { ...WAIT, question: TEXT }))
      },
      resume: async (runId, answers, given) => {
        const options = split('resume()', runId, given, { ...SIGNAL, question: TEXT })
        const run = await sendAnswers(runId, answers, options)
        return resultOf(runId, run, options.asking, options.wait)
      },
      cancel: async (runId, reason, given) => {
        return (await sendTo('cancel', runId, reason, split('cancel()', runId, given))).returned as boolean
      },
      interrupt: async (runId, reason, data, given) => {
        const options = split('interrupt()', runId, given)
        if (data !== undefined) checkJson(data, `The data that interrupts the run "${runId}"`)
        const body: InterruptBody = { reason, ...(data !== undefined && { data }) }
        return (await sendTo('interrupt', runId, body, options)).returned as boolean
      },
      status: async (runId, given) => {
        const { asking, wait } = split('status()', runId, given)
        const run = await look(runId, wait)
        if (run === undefined) return undefined
        await admissions.later('read', runId, run, asking)
        return run.state
      },
      retryFailed: async (runId, given) => {
        const { again = [], ...options } = plainOptions<{ readonly again?: unknown }>(given ?? {})
        checkOptions('retryFailed()', ILLEGAL_OPTION, { again }, { again: AGAIN })
        const { asking, wait } = split('retryFailed()', runId, options, SIGNAL)
        if (graph === undefined || adminUrl === undefined || keys.length === 0) throw needsMore()
        const { run, by } = await admitted('retry', runId, asking, wait)
        if (run.state.status !== 'failed') throw notFailed(runId, run.state)
        const retry = { run, again: again as readonly string[], by: by.by }
        const retried = await retryRun(graph, { url, adminUrl, name, runId, headers }, keys, retry, async () => {
          const now = await existing(runId, wait)
          if (now.run !== run.run || now.state.status !== 'failed') throw notFailed(runId, now.state)
        })
        return resultOf(runId, retried, asking, wait)
      },
    }
  }

  const byCaller = controls(undefined)
  const client: DurableClient<StagesOf<Graph>> = {
    ...byCaller,
    start: async (runId, request = {}, given) => {
      const { caller, wait } = checked('start()', runId, given, WAIT, undefined)
      return (await start(runId, request, caller, wait)).isNew
    },
    run: async (runId, request = {}, given) => {
      const { caller, wait } = checked('run()', runId, given, SIGNAL, undefined)
      const { run } = await start(runId, request, caller, wait)
      return resultOf(runId, run, { caller }, wait)
    },
    as: (system) => {
      checkOptions('as()', ILLEGAL_OPTION, { name: system }, { name: required(SYSTEM_NAME) })
      if (keys.length > 0) return Object.freeze(checkedMethods(controls(system), NAMED_CALLS))
      throw new StageflowError(
        ILLEGAL_OPTION,
        'as(): without a secret, anyone could act by any name. Pass a secret to durableClient() and durableWorkflow().',
      )
    },
    stats: () => Object.freeze({ refused: admissions.refused }),
  }
  return checkedMethods(client, CALLS)
}

const NAMED = {
  attach: [['runId', 'options']],
  answer: [['runId', 'answers', 'options']],
  resume: [['runId', 'answers', 'options']],
  cancel: [['runId', 'reason', 'options']],
  interrupt: [['runId', 'reason', 'data', 'options']],
  status: [['runId', 'options']],
  retryFailed: [['runId', 'options']],
} as const
const NAMED_CALLS: MethodRules<keyof typeof NAMED> = { code: ILLEGAL_OPTION, prefix: 'as().', calls: NAMED }
const CALLS: MethodRules<keyof DurableClient<unknown>> = {
  code: ILLEGAL_OPTION,
  calls: {
    ...NAMED,
    start: [['runId', 'request', 'options']],
    run: [['runId', 'request', 'options']],
    as: [['name']],
    stats: [[]],
  },
  synchronous: ['as', 'stats'],
}

interface Split extends AnsweredQuestion {
  readonly caller: object
  readonly asking: Asking
  readonly wait: WaitOptions
}

/** How long to wait for a request, and the options of its caller. */
function splitOptions(where: string, given: unknown, rules: OptionRules, hasNoCaller: boolean): Omit<Split, 'asking'> {
  const options = plainOptions<WaitOptions & AnsweredQuestion>(given ?? {})
  const isOfRun = ABORT_SIGNAL[0](given) || RUN_OPTIONS.some((name) => !Object.hasOwn(rules, name) && name in options)
  checkOptions(where, ILLEGAL_OPTION, given ?? {}, rules, hasNoCaller || isOfRun ? Object.keys(rules) : 'any')
  const { timeoutMs, signal, question, ...others } = options
  const isOfCaller = question !== undefined && !Object.hasOwn(rules, 'question')
  const ending = signal === undefined ? undefined : { signal }
  return {
    caller: { ...others, ...ending, ...(isOfCaller && { question }) },
    wait: { ...ending, ...(timeoutMs !== undefined && { timeoutMs }) },
    question,
  }
}

function isGraph(value: unknown): boolean {
  try {
    fingerprintOf(value as NamedGraph)
    return true
  } catch {
    return false
  }
}

function checkJson(value: unknown, what: string): void {
  const lost = lostInJson(value)
  if (value === undefined || lost === undefined) return
  throw new StageflowError(
    'durable-restate/not-json',
    `${what} has ${lost}, which JSON cannot hold. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
  )
}

const unknownRun = (runId: string): StageflowError =>
  new StageflowError(
    'durable-restate/unknown-run',
    `Restate has no run ${show(runId)} of this workflow. It was never started, or has ended longer ago than workflowRetention.`,
  )

const needsMore = (): StageflowError =>
  new StageflowError(
    ILLEGAL_OPTION,
    'retryFailed() needs the graph, the address of the admin API, and a secret: durableClient({ graph, adminUrl, secret }). Without a secret, a workflow takes no facts.',
  )
