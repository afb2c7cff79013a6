import { StageflowError, systemClock } from '@stageflow/core'
import type { PipelineReport, RunAuthor } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import type { DurableStart, Fact, LegOptions, StageExecutor } from '@stageflow/core/durable'
import { textOf } from '@stageflow/core/kit'
import type { AnyGraph } from '../contract-base/any-pipeline.ts'
import { broken, must } from '../contract-base/contract-case.ts'
import type { RecordedFact } from '../durable-runs/leg.ts'
import { watchedExecutor } from '../durable-runs/watched-executor.ts'
import type { ExecutorWatch } from '../durable-runs/watched-executor.ts'
import type { ExecutorTraits, ExecutorUnderTest, OpenExecutor } from './executor-under-test.ts'

/** The parts of a result that the cases look at. */
export interface AnyResult {
  readonly status: 'completed' | 'cancelled' | 'failed' | 'suspended'
  readonly data: Readonly<Record<string, unknown>>
  readonly report: PipelineReport
  readonly requests?: Readonly<Record<string, unknown>>
  readonly errors?: readonly { readonly code: string; readonly message: string }[]
  readonly children?: Readonly<Record<string, { readonly status: string; readonly data: object }>>
}

export interface LegPlan {
  /** The leg crashes when it has been given this many facts. Default: it doesn't. */
  readonly crashAfter?: number
  readonly options?: LegOptions<{}>
  readonly watch?: ExecutorWatch
  /** What stands still if the leg does not end, and what to do then. */
  readonly what?: string
  readonly fix?: string
}

/** What one leg did. */
export interface Leg {
  /** Undefined if the leg crashed or was refused. */
  readonly result: AnyResult | undefined
  readonly hasCrashed: boolean
  /** The error with which the leg rejected, unless it crashed. */
  readonly error: unknown
  readonly number: number
  /** The start that its executor had. */
  readonly start: DurableStart
  readonly given: readonly Fact[]
  readonly begun: readonly string[]
  readonly waits: readonly string[]
}

export interface RunStopper {
  readonly options: LegOptions<{}>
  readonly stop: (reason: string) => Promise<void>
}

export type Interrupts = (start: DurableStart, reason: string, data: unknown) => Promise<void>

/** A case, with how many random pipelines it runs. */
export type RunExecutorCase = (bench: ExecutorBench, pipelines: number) => Promise<void>

/** How long legs may stand still, in ms. */
const LONGEST_MS = 30_000

/** Runs legs of the executor under test. */
export class ExecutorBench {
  readonly subject: ExecutorUnderTest
  readonly #longestMs: number
  #runs = 0
  /** The executors of the legs that began last, by their runs. */
  readonly #executors = new Map<string, StageExecutor>()
  /** Counts what happened in all legs. */
  #happened = 0

  static async open(open: OpenExecutor, longestMs: number = LONGEST_MS): Promise<ExecutorBench> {
    const subject = (await open()) as ExecutorUnderTest | undefined
    const methods = ['run', 'crash', 'answer', 'facts'] as const
    const missing = methods.filter((name) => typeof subject?.[name] !== 'function')
    must(
      subject !== undefined && missing.length === 0,
      `open() must return an object with the methods ${methods.join(', ')}; ${missing.join(', ')} isn't a function.`,
    )
    return new ExecutorBench(subject, longestMs)
  }

  private constructor(subject: ExecutorUnderTest, longestMs: number) {
    this.subject = subject
    this.#longestMs = longestMs
  }

  get traits(): ExecutorTraits {
    return this.subject.traits ?? {}
  }

  /** How a case stops a run: by the signal of its leg, or as the engine does it. */
  stopper(start: DurableStart): RunStopper {
    const controller = new AbortController()
    const { subject } = this
    return {
      options: subject.stop === undefined ? { signal: controller.signal } : {},
      stop: async (reason) => {
        if (subject.stop === undefined) controller.abort(new Error(reason))
        else await subject.stop(start.runId, reason)
      },
    }
  }

  /** The ways in which a run can be interrupted whose leg is in progress. */
  get interrupts(): readonly Interrupts[] {
    const { subject } = this
    const byExecutor: Interrupts = async ({ runId }, reason, data) =>
      this.#executors.get(runId)?.stop('', reason, { data })
    const byEngine: Interrupts = async ({ runId }, reason, data) =>
      void (await subject.interrupt?.(runId, reason, data))
    return [...(subject.stop === undefined ? [byExecutor] : []), ...(subject.interrupt === undefined ? [] : [byEngine])]
  }

  /** The start of a new run. */
  start(start: Partial<Omit<DurableStart, 'startedAt'>> = {}): DurableStart {
    return {
      runId: `contract-${++this.#runs}-${crypto.randomUUID()}`,
      startedAt: systemClock.now(),
      input: {},
      ...start,
    }
  }

  /** Runs the next leg of a run. */
  async leg(
    graph: AnyGraph,
    start: DurableStart,
    { crashAfter, options = {}, watch = {}, what = `a leg of a run of "${graph.name}"`, fix }: LegPlan = {},
  ): Promise<Leg> {
    const given: Fact[] = []
    const begun: string[] = []
    const waits: string[] = []
    let number = 0
    let begins = start
    let result: AnyResult | undefined
    let error: unknown
    let hasCrashed = false
    const crash = async (): Promise<void> => {
      if (hasCrashed || crashAfter !== given.length) return
      hasCrashed = true
      await this.subject.crash(start.runId)
      throw new StageflowError('testing/crashed', 'The contract let this leg crash.')
    }
    const watching: ExecutorWatch = {
      ...watch,
      asks: async () => {
        this.#happened++
        if (given.length === 0) await crash()
        await watch.asks?.()
      },
      given: async (fact) => {
        this.#happened++
        given.push(fact)
        await watch.given?.(fact)
        await crash()
      },
      begins: (key) => {
        this.#happened++
        begun.push(key)
        watch.begins?.(key)
      },
      ends: (key, facts) => {
        this.#happened++
        watch.ends?.(key, facts)
      },
      waits: (key) => {
        waits.push(key)
        watch.waits?.(key)
      },
    }
    const ended = this.subject
      .run(start, async (executor) => {
        this.#executors.set(start.runId, executor)
        number = executor.leg
        begins = executor.start
        result = undefined
        error = undefined
        try {
          return (result = (await runDurable(graph, watchedExecutor(executor, watching), options)) as AnyResult)
        } catch (thrown) {
          error = thrown
          throw thrown
        }
      })
      .then(
        () => {},
        (thrown: unknown) => {
          error ??= thrown
        },
      )
    await this.within(ended, what, fix)
    return { result, hasCrashed, error: hasCrashed ? undefined : error, number, start: begins, given, begun, waits }
  }

  /** Runs legs until the run has ended. Fails the case if it can't, or if it waits for an answer. */
  async end(graph: AnyGraph, start: DurableStart, plan: LegPlan = {}): Promise<Leg & { readonly result: AnyResult }> {
    const leg = await this.leg(graph, start, plan)
    if (leg.error !== undefined) throw broken(`a leg rejected: ${textOf(leg.error)}`, leg.error)
    must(leg.result !== undefined, 'a leg did not end.')
    return leg as Leg & { readonly result: AnyResult }
  }

  async facts(start: DurableStart): Promise<readonly RecordedFact[]> {
    return this.subject.facts(start.runId)
  }

  /** Answers, and returns whether the answer was accepted. */
  async answers(start: DurableStart, key: string, answer: unknown, by?: RunAuthor): Promise<boolean> {
    try {
      return await this.subject.answer(start.runId, key, answer, by)
    } catch {
      return false
    }
  }

  /** Waits for a promise. Fails the case if it doesn't settle, and nothing happens in any leg for too long. */
  async within<T>(promise: PromiseLike<T>, what: string, fix: string = NO_FACT): Promise<T> {
    const over = new AbortController()
    try {
      return await Promise.race([promise, this.#standstill(what, fix, over.signal)])
    } finally {
      over.abort()
    }
  }

  /**
   * Waits in many parts: each is at least one turn of the event loop. If a busy machine stops this process for a while, that counts as
   * one part.
   */
  async #standstill(what: string, fix: string, signal: AbortSignal): Promise<never> {
    for (let part = 0, seen = this.#happened; part < PARTS_OF_WAIT; part++) {
      await systemClock.sleep(this.#longestMs / PARTS_OF_WAIT, signal)
      if (seen === this.#happened) continue
      seen = this.#happened
      part = 0
    }
    throw broken(`${what} stood still for ${this.#longestMs} ms. ${fix}`)
  }
}

const PARTS_OF_WAIT = 500
const NO_FACT = 'next() gives no fact, and no undefined.'

/** A fact as text, with its fields in order. */
export function factText(fact: RecordedFact): string {
  const fields = Object.entries(JSON.parse(JSON.stringify(fact)) as object)
  return JSON.stringify(Object.fromEntries(fields.toSorted(([one], [other]) => (one < other ? -1 : 1))))
}

/** A run as text, without times and reasons: which dependency skipped a stage first can differ between legs. */
export function shownRun({ status, data, report }: AnyResult): string {
  const stages = Object.values(report.stages).map(({ stage, status: its, tolerated, startedAt, attempts }) => [
    stage,
    its,
    ...(tolerated === true ? ['tolerated'] : []),
    ...(startedAt === undefined ? ['not started'] : [attempts.length]),
  ])
  return JSON.stringify({ status, data, stages })
}

/** The call keys of facts. */
export const settledIn = (facts: readonly RecordedFact[]): ReadonlySet<string> =>
  new Set(facts.filter(({ kind }) => kind === 'call').map(({ key }) => key))
