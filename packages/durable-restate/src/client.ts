import { StageflowError, systemClock } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { ABORT_SIGNAL, checkOptions, checkWait, lostInJson, required } from '@stageflow/core/kit'
import type { OptionRules, WaitOptions } from '@stageflow/core/kit'
import type { DurableResult } from './durable-result.ts'
import type { DurableAnswers, RunState } from './durable-workflow.ts'
import { restateAt } from './http.ts'
import { ADDRESS, HEADERS, ILLEGAL_OPTION, NAME, RUN_ID } from './option-rules.ts'
import { checkRequest } from './run-start.ts'
import type { DurableRequest } from './run-start.ts'

export interface DurableClientOptions {
  /** The address of Restate's ingress, such as `http://localhost:8080`. */
  readonly url: string
  /** The name of the workflow. */
  readonly name: string
  /** Headers of each request, such as `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Starts and controls durable runs from any process. Every method rejects with `durable-restate/unavailable` without a server, and
 * with `durable-restate/illegal-option` for an illegal run id. All but `attach` and `run` wait for `timeoutMs` (default: 30,000) for
 * an answer, then reject with `durable-restate/timed-out`.
 */
export interface DurableClient<Stages> {
  /**
   * Starts a run. Returns false if a run with this id exists: it goes on, and its request counts. Rejects with
   * `durable-restate/illegal-request`, and with `durable-restate/not-json` if JSON would lose a part of the request.
   */
  start(runId: string, request?: DurableRequest, options?: WaitOptions): Promise<boolean>
  /** Waits until a run has ended. A failed run resolves too. Rejects with `durable-restate/unknown-run`. */
  attach(runId: string, options?: { readonly signal?: AbortSignal }): Promise<DurableResult<Stages>>
  /** Starts a run, or attaches to the one with this id, and waits until it has ended. */
  run(
    runId: string,
    request?: DurableRequest,
    options?: { readonly signal?: AbortSignal },
  ): Promise<DurableResult<Stages>>
  /** Answers stages that wait. Rejects with `durable-restate/not-waiting` or `durable-restate/not-json`. */
  answer(runId: string, answers: DurableAnswers<Stages>, options?: WaitOptions): Promise<void>
  /** Cancels a run. Returns false if it has ended or been cancelled before. Rejects with `durable-restate/unknown-run`. */
  cancel(runId: string, reason: string, options?: WaitOptions): Promise<boolean>
  /** How far a run is; undefined if there is none, or if it has not begun. */
  status(runId: string, options?: WaitOptions): Promise<RunState | undefined>
}

/** The stages of a graph's type. */
type StagesOf<Graph> = Graph extends StageGraph<infer Stages, infer _> ? Stages : Record<string, never>

const RULES: OptionRules<DurableClientOptions> = {
  url: required(ADDRESS),
  name: required(NAME),
  headers: HEADERS,
}
/** A connection that lasted this long has waited for a run: it is made again. */
const LONG_MS = 5_000
const MOST_QUICK_FAILURES = 5

/**
 * Returns a client for the runs of one workflow: `durableClient<typeof graph>({ url, name })`. It needs no code of the graph.
 * Throws `durable-restate/illegal-option`.
 */
export function durableClient<Graph>(options: DurableClientOptions): DurableClient<StagesOf<Graph>> {
  checkOptions('durableClient()', ILLEGAL_OPTION, options, RULES)
  const { url, name, headers } = options
  const ask = restateAt(url, headers)
  const of = (runId: string): string => {
    checkOptions('The client', ILLEGAL_OPTION, { runId }, { runId: required(RUN_ID) })
    return `/${name}/${encodeURIComponent(runId)}`
  }
  const call = (runId: string, handler: string, wait: WaitOptions, body?: unknown): Promise<unknown> =>
    ask('POST', `${of(runId)}/${handler}`, body, checked(wait))
  const ofRun = (runId: string, what: string, wait: WaitOptions): Promise<unknown> =>
    ask('GET', `/restate/workflow${of(runId)}/${what}`, undefined, wait)

  const client: DurableClient<StagesOf<Graph>> = {
    start: async (runId, request = {}, wait = {}) => {
      checkRequest(runId, request)
      checkJson(request, `The request of the run "${runId}"`)
      const answer = (await call(runId, 'run/send', wait, request)) as { readonly status: string }
      return answer.status === 'Accepted'
    },
    attach: async (runId, wait = {}) => {
      checkWait('attach()', ILLEGAL_OPTION, wait, { signal: ABORT_SIGNAL })
      const { signal } = wait
      for (let failures = 0; ;) {
        const since = systemClock.now()
        try {
          return (await ofRun(runId, 'attach', { ...wait, timeoutMs: Infinity })) as DurableResult<StagesOf<Graph>>
        } catch (error) {
          if (!StageflowError.is(error, 'durable-restate/unavailable')) throw error
          failures = systemClock.now() - since > LONG_MS ? 0 : failures + 1
          if (failures === MOST_QUICK_FAILURES) throw error
          await systemClock.sleep(100 * 2 ** failures, signal)
        }
      }
    },
    run: async (runId, request, wait) => {
      await client.start(runId, request, wait)
      return client.attach(runId, wait)
    },
    answer: async (runId, answers, wait = {}) => {
      checkJson(answers, `The answer to the run "${runId}"`)
      await call(runId, 'answer', wait, answers)
    },
    cancel: async (runId, reason, wait = {}) => {
      // Restate would keep the cancel for a run that begins later under this id.
      await ofRun(runId, 'output', checked(wait)).catch((error: unknown) => {
        if (StageflowError.is(error, 'durable-restate/unknown-run')) throw error
      })
      return (await call(runId, 'cancel', wait, reason)) as boolean
    },
    status: async (runId, wait = {}) => ((await call(runId, 'status', wait)) as RunState | null) ?? undefined,
  }
  return client
}

function checkJson(value: unknown, what: string): void {
  const lost = lostInJson(value)
  if (value === undefined || lost === undefined) return
  throw new StageflowError(
    'durable-restate/not-json',
    `${what} has ${lost}, which JSON cannot hold. Pass strings, finite numbers, booleans, null, arrays and plain objects.`,
  )
}

function checked(wait: WaitOptions): WaitOptions {
  checkWait('The durable client', ILLEGAL_OPTION, wait)
  return wait
}
