import { Pipeline, PipelineBuildError, defineStage } from '@stageflow/core'
import type {
  AnyStage,
  BuildOptions,
  ErrorRecord,
  Interceptor,
  InterceptorContext,
  PipelineReport,
  PipelineStatus,
  RunInput,
  RunOptions,
  StageflowEvent,
  StageKind,
  StageOptions,
  StageOutput,
} from '@stageflow/core'
import { ContractBench, type Patience, type Waits } from './contract-bench.ts'
import { broken, must } from './contract-case.ts'
import { manualClock, type ManualClock } from './manual-clock.ts'
import { watchedSignals, type WatchedSignals } from './watched-signals.ts'
import { watched, type Answer, type Watch } from './watched-interceptor.ts'

/** Makes a new interceptor for each case. `clock` is the clock of its runs. */
export type CreateInterceptor = (clock: ManualClock) => Interceptor

export interface InterceptorContractOptions {
  /** The input with which the interceptor lets run number `run` through. Runs with the same number are repetitions. Default: none. */
  readonly input?: (run: number) => RunInput
  /** The run options with which the interceptor lets a run through, such as a token. Default: none. */
  readonly runOptions?: RunOptions
  /** Stage options that every stage of the cases has. Default: none. */
  readonly stageOptions?: StageOptions
  /** The kind of every stage, for an interceptor that acts on some kinds only. Default: WORK. */
  readonly kind?: StageKind
  /** Makes the interceptors that must be outside it, such as one that sets a slot that it reads. Default: none. */
  readonly outside?: (clock: ManualClock) => readonly Interceptor[]
}

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
  readonly report: PipelineReport
}
export interface CaseRun extends AsyncIterable<StageflowEvent> {
  readonly settled: Promise<CaseResult>
}
export interface CaseGraph {
  start(run: number, options?: RunOptions, input?: RunInput): CaseRun
}

interface InterceptorBenchOptions {
  readonly beside?: readonly Interceptor[]
  readonly patience?: Patience
  readonly waits?: Waits | undefined
}

/** A stage that is called this often in one run is called without end. */
const MOST_CALLS = 1_000

/** Runs a case of the interceptor contract. */
export class InterceptorBench extends ContractBench {
  readonly watch: Watch = { answers: [] }
  readonly subject: Interceptor
  readonly #options: InterceptorContractOptions
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
    const { beside = [], patience, waits } = more
    super(manualClock(), patience, waits)
    this.#options = options
    this.#beside = beside
    this.subject = create(this.clock)
    must(
      typeof this.subject?.name === 'string',
      `create() of interceptorContract returned ${JSON.stringify(this.subject)}. It must return an interceptor: an object with a name and wrap, onCall, wrapRun, onRun or settled.`,
    )
    this.#outside = options.outside?.(this.clock) ?? []
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

  stage({ run, after: sources = [], ...rest }: CaseStage): AnyStage {
    const { stageOptions, kind = 'work' } = this.#options
    return defineStage({
      kind,
      ...stageOptions,
      ...(rest as Pick<CaseStage, 'name'>),
      after: Object.fromEntries(sources.map((source) => [source.name, source])),
      run: this.#counted(run) as () => object,
    })
  }

  /** A loop of calls without a pause never yields to the event loop. After MOST_CALLS the code of the stage hangs, and the case fails. */
  #counted(run: CaseStage['run']): CaseStage['run'] {
    const calls = new WeakMap<object, number>()
    const counted = (context: InterceptorContext): unknown => {
      const count = (calls.get(context.run) ?? 0) + 1
      calls.set(context.run, count)
      if (count <= MOST_CALLS) return run(context)
      this.#runaway = `${this.called} called stage "${context.stage.name}" more than ${MOST_CALLS} times in one run. Limit the attempts, and wait between them: await context.wait(delayMs).`
      return new Promise(() => {})
    }
    // The engine recognizes a stage that streams by the kind of its function.
    return run.constructor.name === 'AsyncGeneratorFunction' ? run : counted
  }

  pipeline(name: string, stages: readonly AnyStage[]): Pipeline<never, {}> {
    return Pipeline.from(name, stages as readonly never[]) as unknown as Pipeline<never, {}>
  }

  /** `outermost`: interceptors around the one under test and those that it needs. */
  build(
    pipeline: Pipeline<never, {}>,
    options: BuildOptions<object> = {},
    outermost: readonly Interceptor[] = [],
  ): CaseGraph {
    const interceptors = [...outermost, ...this.#outside, ...this.#beside, ...watched(this.subject, this.watch)]
    const graph = pipeline.build({ clock: this.clock, interceptors, ...(options as BuildOptions<{}>) })
    return {
      start: (run, extra, input) => {
        const started = graph.start(this.input(run, input), { ...this.#options.runOptions, ...extra })
        void started.settled.then((result) => {
          if (result.status === 'failed') this.#refusal ??= refusalIn(result.errors)
        })
        return started
      },
    }
  }

  /** Like `build`. Returns undefined if the interceptor itself refuses a stage. */
  buildUnlessRefused(pipeline: Pipeline<never, {}>): CaseGraph | undefined {
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
    return this.build(this.pipeline('contract', [this.stage({ name: 'stage', ...stage })]))
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
    this.watch.onContext = ({ signal }) => signals.watch(signal)
    this.watch.onRun = ({ signal }) => signals.watch(signal)
    return signals
  }

  /** The pending timers, for a message. */
  get timers(): string {
    const waiting = this.clock.timers.map(({ kind, setAt, dueAt }) => `a ${kind} of ${dueAt - setAt} ms`)
    return waiting.slice(0, 3).join(', ') + (waiting.length > 3 ? ` and ${waiting.length - 3} more` : '')
  }

  /** Waits for what happens in a run. */
  override ends<T>(promise: PromiseLike<T>, what = 'the run did not end'): Promise<T> {
    return super.ends(promise, `${this.called}: ${what}`)
  }

  /** Waits until a stage of the runs resolves `reached`. */
  async reaches(reached: Promise<void>, runs: readonly CaseRun[]): Promise<void> {
    const ended = Promise.race(runs.map(({ settled }) => settled.then(({ status }) => status)))
    const status = await this.ends(Promise.race([reached, ended]), 'the stage was not reached')
    must(status === undefined, this.refused(`ended as ${String(status)}`))
  }

  /** Whether a run failed because the engine refused something that the interceptor did. */
  get isRefused(): boolean {
    return this.#refusal !== undefined
  }

  /** The message of a case that needs a run to reach its stage, if the interceptor didn't let it through. */
  refused(how: string): string {
    if (this.#refusal !== undefined)
      return `${this.called} did not let a run through to its stage, because the engine refused what the interceptor did: ${this.#refusal}`
    return `${this.called} did not let a run through to its stage: it ${how}. Pass interceptorContract the input, runOptions and stageOptions with which it does.`
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

/** The message of the first error with which the engine refuses what an interceptor did. */
const refusalIn = (errors: readonly ErrorRecord[]): string | undefined =>
  errors.find(({ code }) => REFUSALS.includes(code))?.message

const REFUSALS: readonly string[] = [
  'core/interceptor-answer',
  'core/interceptor-context',
  'core/interceptor-enter',
  'core/interceptor-threw',
]
