import { PipelineBuildError, defineStage } from '@stageflow/core'
import { admitRequest, resumeSettled, runDurable } from '@stageflow/core/durable'
import type { Admitted, StageExecutor } from '@stageflow/core/durable'
import type {
  AnyStage,
  BuildOptions,
  ErrorRecord,
  Interceptor,
  InterceptorContext,
  Kept,
  PipelineReport,
  PipelineStatus,
  RunAction,
  RunInput,
  RunOptions,
  StageflowEvent,
  StageOutput,
  StageSlot,
  SuspendedResult,
} from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import { manualClock } from '../clock/manual-clock.ts'
import { anyPipeline, type AnyPipeline } from '../contract-base/any-pipeline.ts'
import { ContractBench, type Patience, type Waits } from '../contract-base/contract-bench.ts'
import { broken, must } from '../contract-base/contract-case.ts'
import type { CreateInterceptor, InterceptorContractOptions } from './interceptor-contract-options.ts'
import { MemoryRuns } from '../durable-runs/memory-executor.ts'
import { watchedGlobals, type WatchedGlobals } from './watched-globals.ts'
import { watchedSignals, type WatchedSignals } from './watched-signals.ts'
import { watched, type Answer, type Watch } from './watched-interceptor.ts'

/** A stage of a case. */
export interface CaseStage {
  readonly name: string
  readonly run: (context: InterceptorContext) => unknown
  readonly after?: readonly AnyStage[]
  readonly onFailure?: 'skip' | { readonly fallback: object }
  readonly when?: () => boolean
}

/** How a run of a case ended. */
export interface CaseResult {
  readonly status: PipelineStatus
  readonly data: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, { readonly status: string; readonly data?: unknown } | undefined>>
  readonly report: PipelineReport
  /** Of a failed run. */
  readonly errors?: readonly ErrorRecord[]
  /** Of a suspended run. */
  readonly requests?: object
}
export interface CaseRun extends AsyncIterable<StageflowEvent> {
  readonly settled: Promise<CaseResult>
}
export interface CaseGraph {
  start(run: number, options?: RunOptions, input?: RunInput): CaseRun
  /** Continues a suspended run. */
  resume(suspended: CaseResult, answers: object): Promise<CaseResult>
  /** Has a caller admitted, with the run options of the contract. */
  admit(run: number, action: RunAction, kept?: Kept, extra?: RunOptions): Promise<Admitted>
  /** Carries a durable run without the run options of the contract. `crashed`: as its second leg, after a crash. */
  leg(run: number, kept: Kept, crashed: boolean): Promise<CaseResult>
}

interface InterceptorBenchOptions {
  readonly beside?: readonly Interceptor[]
  readonly patience?: Patience
  readonly waits?: Waits | undefined
  /** The watch of another bench, which ends it. Default: its own. */
  readonly globals?: WatchedGlobals
}

/** An interceptor that calls a stage this often in one run calls it without end. */
const MOST_CALLS = 1_000

/** Runs a case of the interceptor contract. */
export class InterceptorBench extends ContractBench {
  readonly watch: Watch
  readonly globals: WatchedGlobals
  readonly subject: Interceptor
  readonly #create: CreateInterceptor
  readonly #options: InterceptorContractOptions
  readonly #more: InterceptorBenchOptions
  readonly #beside: readonly Interceptor[]
  readonly #outside: readonly Interceptor[]
  #runs = 0
  #caller = new AbortController()
  /** Set when a stage was called too often. The case fails with it. */
  #runaway: string | undefined
  /** The first error with which the engine refused something that the interceptor did. */
  #refusal: string | undefined

  /** `beside`: interceptors around the one under test that don't need it. */
  constructor(create: CreateInterceptor, options: InterceptorContractOptions, more: InterceptorBenchOptions = {}) {
    const { beside = [], patience, waits, globals = watchedGlobals() } = more
    super(manualClock(), patience, waits)
    this.globals = globals
    this.#create = create
    this.#options = options
    this.#more = more
    this.#beside = beside
    this.watch = { answers: [], onNext: this.#counter() }
    try {
      this.subject = this.globals.within(() => create(this.clock))
      must(
        typeof this.subject?.name === 'string',
        `create() of interceptorContract returned ${JSON.stringify(this.subject)}. It must return an interceptor: an object with a name and wrap, onCall, wrapRun, onRun or settled.`,
      )
      this.#outside = options.outside?.(this.clock) ?? []
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Ends the case: clears the global timers and process listeners that the interceptor left behind. */
  close(): void {
    if (this.#more.globals === undefined) this.globals.close()
  }

  /** A bench with a new interceptor. It shares the watch of this one. */
  another(): InterceptorBench {
    return new InterceptorBench(this.#create, this.#options, { ...this.#more, globals: this.globals })
  }

  /** A number that no other run has. */
  nextRun(): number {
    return ++this.#runs
  }

  /** Begins a message. */
  get called(): string {
    const beside = this.#beside.length === 0 ? '' : ', beside one that wraps the stages,'
    return `Interceptor "${this.subject.name}"${beside}`
  }

  /** Types of events that it may emit, beside those that begin with its name. */
  get events(): readonly string[] {
    return this.#options.events ?? []
  }

  /** The kind and the options of all stages. */
  get ofStages(): object {
    const { stageOptions, kind = 'work' } = this.#options
    return { kind, ...stageOptions }
  }

  stage({ run, after: sources = [], ...rest }: CaseStage): AnyStage {
    return defineStage({
      ...this.ofStages,
      ...(rest as Pick<CaseStage, 'name'>),
      after: Object.fromEntries(sources.map((source) => [source.name, source])),
      // Bound, so it has no source text: cases give many stages one name, and an interceptor may refuse other code there.
      run: (run as () => object).bind(undefined),
    })
  }

  /** A loop of calls without a pause never yields to the event loop. After MOST_CALLS a call is not answered, and the case fails. */
  #counter(): NonNullable<Watch['onNext']> {
    const calls = new WeakMap<object, Map<string, number>>()
    return ({ run, stage: { name } }) => {
      const counts = calls.get(run) ?? new Map<string, number>()
      calls.set(run, counts)
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      if (count <= MOST_CALLS) return true
      this.#runaway = `it called next for stage "${name}" more than ${MOST_CALLS} times in one run. Limit the attempts, stop when context.signal has aborted, and wait between them: await context.wait(delayMs).`
      return false
    }
  }

  /** `outermost`: interceptors around the one under test and those that it needs. */
  build(pipeline: AnyPipeline, options: BuildOptions<object> = {}, outermost: readonly Interceptor[] = []): CaseGraph {
    const interceptors = [
      ...outermost,
      ...this.#outside,
      ...this.#beside,
      ...watched(this.subject, this.watch, this.globals),
    ]
    const graph = pipeline.build({ clock: this.clock, interceptors, ...options })
    const { runOptions } = this.#options
    return {
      start: (run, extra, input) => this.#started(graph.start(this.input(run, input), { ...runOptions, ...extra })),
      resume: async (suspended, answers) => {
        const stored = suspended as unknown as SuspendedResult<Record<string, StageSlot>>
        const result = (await resumeSettled(graph, stored, answers, runOptions)) as CaseResult
        this.#look(result)
        return result
      },
      admit: async (run, action, kept, extra) =>
        admitRequest(graph, {
          action,
          runId: `contract-${run}`,
          input: this.input(run),
          options: { ...runOptions, ...extra },
          ...(kept && { kept }),
        }),
      leg: async (run, kept, crashed) => {
        const store = new MemoryRuns(this.clock)
        const start = { runId: `contract-${run}`, startedAt: this.clock.now(), input: this.input(run), kept }
        const carry = async (executor: StageExecutor): Promise<CaseResult> =>
          (await runDurable(graph, executor)) as CaseResult
        if (crashed) {
          const dies = store.run(start, (executor) => (store.crash(start.runId), carry(executor)))
          await dies.catch(() => {})
        }
        return store.run(start, carry)
      },
    }
  }

  /** The run options of the contract. */
  get callerOptions(): object {
    return this.#options.runOptions ?? {}
  }

  #started(run: CaseRun): CaseRun {
    void run.settled.then((result) => this.#look(result))
    return run
  }
  /** Notes what the engine has refused. */
  #look({ errors = [] }: CaseResult): void {
    this.#refusal ??= refusalIn(errors)
  }

  /** Like `build`. Returns undefined if the interceptor itself refuses a stage. */
  buildUnlessRefused(pipeline: AnyPipeline): CaseGraph | undefined {
    try {
      return this.build(pipeline)
    } catch (error) {
      if (!(error instanceof PipelineBuildError)) throw error
      if (error.problems.every(({ code }) => code === 'core/interceptor-wrap')) return undefined
      throw error
    }
  }

  /** A pipeline of a single stage. */
  alone(stage: Omit<CaseStage, 'name'>): CaseGraph {
    return this.build(anyPipeline('contract', [this.stage({ name: 'stage', ...stage })]))
  }

  input(run: number, more: RunInput = {}): RunInput {
    const given = this.#options.input?.(run) ?? {}
    return { ...given, ...more, metadata: { ...given.metadata, ...more.metadata, contractRun: run } }
  }

  /** The run option with which `abortAll` aborts the run. */
  aborting(): RunOptions {
    return { signal: this.#caller.signal }
  }
  abortAll(): void {
    this.#caller.abort(new Error('the caller has left'))
    this.#caller = new AbortController()
  }

  /** Watches the signals of runs and stages that the interceptor sees from now on. */
  watchSignals(): WatchedSignals {
    const signals = watchedSignals()
    this.watch.onShown = ({ signal }) => signals.watch(signal)
    return signals
  }

  /** The pending timers, for a message. */
  get timers(): string {
    const waiting = this.clock.timers.map(({ kind, setAt, dueAt }) => `a ${kind} of ${dueAt - setAt} ms`)
    return waiting.slice(0, 3).join(', ') + (waiting.length > 3 ? ` and ${waiting.length - 3} more` : '')
  }

  /** Waits for what happens in a run. */
  override ends<T>(promise: PromiseLike<T>, what = 'the run did not end', fix = ''): Promise<T> {
    return super.ends(promise, what, fix)
  }

  /** Waits until a stage of the runs resolves `reached`. */
  async reaches(reached: Promise<void>, runs: readonly CaseRun[]): Promise<void> {
    const ended = Promise.race(runs.map(({ settled }) => settled.then(({ status }) => status)))
    const what =
      runs.length === 1 ? 'the stage was not reached' : `not all of ${runs.length} runs at once reached their stage`
    const status = await this.ends(Promise.race([reached, ended]), what, ` ${TO_PASS}`)
    must(status === undefined, this.refused(`ended as ${String(status)}`))
  }

  /** Whether a run failed because the engine refused something that the interceptor did. */
  get isRefused(): boolean {
    return this.#refusal !== undefined
  }

  /** The message of a case that needs a run to reach its stage, if the interceptor didn't let it through. */
  refused(how: string): string {
    if (this.#refusal !== undefined)
      return `it let no run through to its stage, because the engine refused what it did: ${this.#refusal}`
    return `it did not let a run through to its stage: it ${how}. ${TO_PASS}`
  }

  /** How the interceptor answered calls with a failure of its own, without calling their stage. Empty if it never did. */
  get ownFailures(): string {
    const own = this.watch.answers.filter(({ reached, outer }) => reached === 0 && outer.status === 'fail')
    const [first] = own
    if (first?.outer.status !== 'fail') return ''
    const calls = own.length === 1 ? 'a call' : `${own.length} calls`
    return `It answered ${calls} with a failure of its own, without running the stage: ${textOf(first.outer.error)}`
  }

  /** Runs a graph once, to its end. */
  async run(graph: CaseGraph, run: number, options?: RunOptions): Promise<CaseResult> {
    return this.ends(graph.start(run, options).settled)
  }

  /** What the interceptor answered for a stage. Rejects the case if the stage didn't run. */
  answerOf(stage: string): Answer & { readonly inner: StageOutput } {
    const found = this.watch.answers.find((answer) => answer.stage === stage)
    const { inner } = found ?? {}
    must(
      found !== undefined && inner !== undefined,
      this.refused(found === undefined ? 'refused it' : `answered ${JSON.stringify(found.outer)}`),
    )
    return { ...found, inner }
  }

  protected override check(): void {
    if (this.#runaway !== undefined) throw broken(this.#runaway)
  }
}

/** What to do if an interceptor lets no run through. */
export const TO_PASS =
  'Pass interceptorContract the input, runOptions and stageOptions with which it does. Create it with limits that let 1,000 calls through, 100 of them at once.'

/** The message of the first error with which the engine refuses what an interceptor did. */
const refusalIn = (errors: readonly ErrorRecord[]): string | undefined =>
  errors.find(({ code }) => REFUSALS.includes(code))?.message

const REFUSALS: readonly string[] = [
  'core/interceptor-answer',
  'core/interceptor-context',
  'core/interceptor-enter',
  'core/interceptor-threw',
]
