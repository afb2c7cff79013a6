import { StageflowError, systemClock } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { ABORT_SIGNAL, TEXT, checkOptions, checkWait } from '@stageflow/core/kit'
import type { OptionRules, WaitOptions } from '@stageflow/core/kit'
import type { DurableResult } from './durable-result.ts'
import type { DurableAnswers, DurableStatus } from './durable-workflow.ts'
import { ADDRESS, HEADERS, restateAt } from './http.ts'
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
 * Starts and controls durable runs from any process. Every method rejects with `durable-restate/unreachable` without a server. All but
 * `attach` and `run` wait for `timeoutMs` (default: 30,000) for an answer, then reject with `durable-restate/no-answer`.
 */
export interface DurableClient<Stages> {
  /** Starts a run. Returns false if a run with this id exists: it goes on, and its request counts. */
  start(runId: string, request?: DurableRequest, options?: WaitOptions): Promise<boolean>
  /** Waits until a run has ended. A failed run resolves too. Rejects with `durable-restate/unknown-run`. */
  attach(runId: string, options?: { readonly signal?: AbortSignal }): Promise<DurableResult<Stages>>
  /** Starts a run, or attaches to the one with this id, and waits until it has ended. */
  run(
    runId: string,
    request?: DurableRequest,
    options?: { readonly signal?: AbortSignal },
  ): Promise<DurableResult<Stages>>
  /** Answers stages that wait. Rejects with `durable-restate/not-waiting` or `durable-restate/answered`. */
  answer(runId: string, answers: DurableAnswers<Stages>, options?: WaitOptions): Promise<void>
  /** Cancels a run. Returns false if it has ended or been cancelled before. */
  cancel(runId: string, reason: string, options?: WaitOptions): Promise<boolean>
  /** How far a run is; undefined if there is none, or if it has not begun. */
  status(runId: string, options?: WaitOptions): Promise<DurableStatus | undefined>
}

/** The stages of a graph's type. */
type StagesOf<Graph> = Graph extends StageGraph<infer Stages, infer _> ? Stages : Record<string, never>

const RULES: OptionRules<DurableClientOptions> = {
  url: ADDRESS,
  name: TEXT,
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
  checkOptions('durableClient()', 'durable-restate/illegal-option', options, RULES)
  const { url, name, headers } = options
  const ask = restateAt(url, headers)
  const of = (runId: string, handler: string): string => `/${name}/${encodeURIComponent(runId)}/${handler}`
  const call = (runId: string, handler: string, wait: WaitOptions, body?: unknown): Promise<unknown> =>
    ask('POST', of(runId, handler), body, checked(wait))

  const client: DurableClient<StagesOf<Graph>> = {
    start: async (runId, request = {}, wait = {}) => {
      const answer = (await call(runId, 'run/send', wait, request)) as { readonly status: string }
      return answer.status === 'Accepted'
    },
    attach: async (runId, wait = {}) => {
      checkWait('attach()', 'durable-restate/illegal-option', wait, { signal: ABORT_SIGNAL })
      const { signal } = wait
      const path = `/restate/workflow/${name}/${encodeURIComponent(runId)}/attach`
      for (let failures = 0; ;) {
        const since = systemClock.now()
        try {
          return (await ask('GET', path, undefined, { ...wait, timeoutMs: Infinity })) as DurableResult<StagesOf<Graph>>
        } catch (error) {
          if (!StageflowError.is(error, 'durable-restate/unreachable')) throw error
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
    answer: async (runId, answers, wait = {}) => void (await call(runId, 'answer', wait, answers)),
    cancel: async (runId, reason, wait = {}) => (await call(runId, 'cancel', wait, reason)) as boolean,
    status: async (runId, wait = {}) => ((await call(runId, 'status', wait)) as DurableStatus | null) ?? undefined,
  }
  return client
}

function checked(wait: WaitOptions): WaitOptions {
  checkWait('The durable client', 'durable-restate/illegal-option', wait)
  return wait
}
