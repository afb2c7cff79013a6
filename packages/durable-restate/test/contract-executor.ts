import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createEndpointHandler, handlers, workflow } from '@restatedev/restate-sdk'
import type { WorkflowContext, WorkflowSharedContext } from '@restatedev/restate-sdk'
import { Pipeline } from '@stageflow/core'
import type { RunAuthor, StageGraph } from '@stageflow/core'
import { answerPath, fingerprintOf } from '@stageflow/core/durable'
import type { DurableStart, GraphFingerprint, NamedGraph } from '@stageflow/core/durable'
import type {
  CarryLeg,
  ExecutorTraits,
  ExecutorUnderTest,
  LegResult,
  RecordedFact,
} from '@stageflow/testing/durable/contract'
import { durableWorkflow } from '../src/index.ts'
import type { DurableHandlers, RunView, SentRequest } from '../src/index.ts'
import { readJournal } from '../src/journal.ts'
import type { JournalRow } from '../src/journal.ts'
import { ANSWER, CANCEL, RUN } from '../src/names.ts'
import { RecordedRun } from '../src/recorded-run.ts'
import { keptByRetry } from '../src/retry-failed.ts'
import { keysOf } from '../src/secret.ts'
import { RestateExecutor } from '../src/restate-executor.ts'
import { beginRun, startOf } from '../src/run-start.ts'
import type { BegunRequest } from '../src/run-start.ts'
import { RunningCalls } from '../src/running-calls.ts'
import type { Action, ClientRequest } from '../src/sent-request.ts'
import { observed } from './observed.ts'
import { restate, secret } from './restate.ts'
import { post, signed } from './sent.ts'

interface Leg {
  readonly carry: CarryLeg<LegResult>
  readonly ended: PromiseWithResolvers<LegResult>
}

/** A run of the contract, as its process knows it. */
class Run {
  readonly startedAt: number
  current: Leg | undefined
  /** Ends the request of the attempt in progress. */
  cut: () => void = () => {}
  /** What has begun to wait for an answer in this leg, and was not answered. */
  readonly waits = new Set<string>()
  #pending: Leg | undefined
  #changed = Promise.withResolvers<void>()

  constructor(startedAt: number) {
    this.startedAt = startedAt
  }

  begin(leg: Leg): void {
    this.current = leg
    this.#pending = leg
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
  /** The leg of an attempt. An attempt that was lost before it began takes none. */
  async next(lost: AbortSignal): Promise<Leg> {
    while (this.#pending === undefined) await this.#changed.promise
    const leg = this.#pending
    if (lost.aborted) throw new Error('This attempt is over.') // Restate alone sees it
    this.#pending = undefined
    this.waits.clear()
    return leg
  }
  /** The attempt of a leg was lost before the leg began. */
  giveBack(leg: Leg): void {
    if (this.current === leg) this.begin(leg)
  }
}

/** The handlers of the workflow of a graph. */
const handlersOf = (graph: NamedGraph, name: string): DurableHandlers =>
  (
    durableWorkflow(graph as StageGraph<unknown, {}>, { name, secret }) as unknown as {
      readonly workflow: DurableHandlers
    }
  ).workflow
/** The contract passes only the code of a leg. */
const NO_STAGES: GraphFingerprint = { pipeline: 'any', stages: {} }
/** It has the interceptor that some runs of the contract begin behind, and the stages that get answers before they ask. */
const anyGraph = new Pipeline('any')
  .withStage('a', () => ({}))
  .withStage('one', () => ({}))
  .build({ interceptors: [{ name: 'owners', admit: () => undefined }] })

/**
 * The executor of Restate under the contract: each leg is an attempt on the real server. The attempts of a run wait for the legs of
 * the contract, and fail when these are over, because an invocation that has ended has no further attempt.
 */
export class RestateExecutors implements ExecutorUnderTest {
  readonly traits: ExecutorTraits = { waitsInPlace: true, countsTwoLegs: true, refusesItself: true }
  readonly #name = `contract-${randomUUID()}`
  readonly #runs = new Map<string, Run>()
  /** The graphs of runs that were tried again. */
  readonly #retried = new Map<string, NamedGraph>()
  readonly #running = new RunningCalls()
  /** Ends the request that a handler answers. */
  readonly #cut = new AsyncLocalStorage<() => void>()
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #server = createServer()

  static async open(): Promise<RestateExecutors> {
    const opened = new RestateExecutors()
    await opened.#serve()
    return opened
  }

  async #serve(): Promise<void> {
    const { start, answer, cancel, interrupt, read } = handlersOf(anyGraph, this.#name)
    // Facts are checked against the graph of their run, which only a retry says.
    const move = handlers.workflow.shared((context: WorkflowSharedContext, sent: SentRequest) =>
      handlersOf(this.#retried.get(context.key) as NamedGraph, this.#name).move(context, sent),
    )
    const run = (context: WorkflowContext, request: BegunRequest): Promise<never> => this.#attempt(context, request)
    // A cancel of the client counts only for a run that was started.
    const stop = handlers.workflow.shared(async (context: WorkflowSharedContext, reason: string) => {
      await context.promise(CANCEL).resolve({ reason })
    })
    const served = workflow({ name: this.#name, handlers: { run, start, move, answer, cancel, interrupt, read, stop } })
    const handle = createEndpointHandler({ services: [served], logger: () => {} })
    this.#server.on('request', (request, response) => {
      this.#cut.run(
        () => request.stream.destroy(),
        () => void handle(request, response),
      )
    })
    this.#server.on('session', (session) => {
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    await restate.register(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  async #attempt(context: WorkflowContext, request: BegunRequest): Promise<never> {
    const run = this.#runs.get(context.key) as Run
    const lost = context.request().attemptCompletedSignal
    const leg = await run.next(lost)
    const { carry, ended } = leg
    const giveBack = (): void => run.giveBack(leg)
    lost.addEventListener('abort', giveBack, { once: true })
    run.cut = this.#cut.getStore() as () => void
    try {
      const begin = await beginRun(context, NO_STAGES)
      // The contract also has runs that began a minute ago.
      const { startedAt } = run
      const begun = startOf(context.key, request, { ...begin, recorded: { ...begin.recorded, startedAt } })
      context.set(RUN, { status: 'running', startedAt })
      const executor = new RestateExecutor(context, {
        ...begun,
        served: anyGraph,
        running: this.#running,
        service: 'none',
      })
      const wait = executor.wait.bind(executor)
      executor.wait = (key, ...more) => {
        run.waits.add(key)
        wait(key, ...more)
      }
      const next = executor.next.bind(executor)
      executor.next = async () => {
        const fact = await next()
        // The time of a question has passed.
        if (fact?.kind === 'timer') run.waits.delete(fact.key)
        return fact
      }
      lost.removeEventListener('abort', giveBack)
      const result = await carry(executor)
      if (run.current === leg) run.current = undefined
      ended.resolve(result)
    } catch (error) {
      if (run.current === leg) run.current = undefined
      ended.reject(error)
    }
    throw new Error('This leg is over; the next attempt is the next one.') // Restate alone sees it
  }

  async run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
    const { runId, input, options, kept } = start
    const known = this.#runs.get(runId)
    if (known?.current !== undefined) return known.current.ended.promise as Promise<Result>
    const leg = { carry, ended: Promise.withResolvers<LegResult>() }
    leg.ended.promise.catch(() => {}) // the start may return after the leg has ended
    const run = known ?? new Run(start.startedAt)
    run.begin(leg)
    this.#runs.set(runId, run)
    if (known === undefined) await this.#send('start', runId, { kept, body: { input, ...(options && { options }) } })
    return leg.ended.promise as Promise<Result>
  }

  crash(runId: string): void {
    const run = this.#runs.get(runId)
    if (run === undefined) return
    run.current = undefined
    run.cut()
  }

  async stop(runId: string, reason: string): Promise<void> {
    const response = await fetch(`${restate.url}/${this.#name}/${encodeURIComponent(runId)}/stop`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(reason),
    })
    if (!response.ok) throw new Error(`Restate did not stop the run: ${await response.text()}`)
  }

  async interrupt(runId: string, reason: string, data: unknown): Promise<void> {
    const { run } = (await this.#send('read', runId, {})) as RunView
    await this.#send('interrupt', runId, { run, body: { reason, data } })
  }

  /** Asks a handler, as a client that has admitted a caller. */
  async #send(action: Action, runId: string, request: Partial<ClientRequest>): Promise<unknown> {
    const about = { workflow: this.#name, runId, action, ...request }
    const { status, value, message } = await post(
      `/${this.#name}/${encodeURIComponent(runId)}/${action}`,
      signed(about),
    )
    if (status === 409) return false
    if (status !== 200) throw new Error(`Restate refused to ${action} the run: ${message ?? status}`)
    return value ?? true
  }

  async answer(runId: string, key: string, answer: unknown, by?: RunAuthor): Promise<boolean> {
    const waits = this.#runs.get(runId)?.waits
    const path = answerPath(key, NO_STAGES)
    // The request of a stage that waits is on its way to the server.
    const { run } = await observed(async () => {
      const view = (await this.#send('read', runId, {})) as RunView
      const isOpen = view.state.requests.some((one) => `${one.path}` === `${path}`)
      return (isOpen || waits?.has(key) !== true) && view
    })
    if (!(await this.#give(runId, run, { key, answer, by }))) return false
    waits?.delete(key)
    return true
  }

  /** Keeps an answer at once, whether its stage has asked or not. */
  async answerEarly(runId: string, key: string, answer: unknown, by?: RunAuthor): Promise<boolean> {
    return this.#give(runId, ((await this.#send('read', runId, {})) as RunView).run, { key, answer, by })
  }
  async #give(
    runId: string,
    run: string,
    { key, answer, by }: { readonly key: string; readonly answer: unknown; readonly by: RunAuthor | undefined },
  ): Promise<boolean> {
    const body = answerPath(key, NO_STAGES).reduceRight<unknown>((inner, name) => ({ [name]: inner }), answer)
    return (await this.#send('answer', runId, { run, body, by })) !== false
  }

  async retryFailed(graph: NamedGraph, runId: string): Promise<void> {
    this.#retried.set(runId, graph)
    const run = new RecordedRun({ url: restate.url, adminUrl: restate.admin, name: this.#name, runId })
    await run.find()
    await run.kill() // its attempts have no end
    const journal = await run.journal()
    const promises = await run.promises((name) => name.startsWith(ANSWER))
    const moved = keptByRetry(fingerprintOf(graph), journal, { again: [], by: undefined })
    await run.remove()
    await run.beginAgain(keysOf('the test', secret, undefined), journal, { ...moved, promises })
  }

  async facts(runId: string): Promise<readonly RecordedFact[]> {
    if (!this.#runs.has(runId)) return []
    const id = await restate.invocation(this.#name, runId)
    const sql = `select entry_type, name, entry_json from sys_journal where id = '${id}' order by index`
    return readJournal(await restate.query<JournalRow>(sql))?.facts ?? []
  }

  /** Kills the invocations, which would have further attempts without an end. */
  async close(): Promise<void> {
    const sql = `select id from sys_invocation where target_service_name = '${this.#name}' and status <> 'completed'`
    for (const { id } of await restate.query<{ readonly id: string }>(sql))
      await restate.ask('PATCH', `/invocations/${id}/kill`)
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const session of this.#sessions) session.destroy()
    await closed
  }
}
