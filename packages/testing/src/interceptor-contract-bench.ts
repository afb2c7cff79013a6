import { Pipeline, PipelineBuildError, defineStage } from '@stageflow/core'
import type {
  AnyStage,
  BuildOptions,
  ErrorRecord,
  Interceptor,
  InterceptorContext,
  PipelineReport,
  RunInput,
  RunOptions,
  StageflowEvent,
  StageKind,
  StageOptions,
  StageOutput,
} from '@stageflow/core'
import { broken, must } from './contract-case.ts'
import { manualClock, type ManualClock } from './manual-clock.ts'
import { watchedSignals, type WatchedSignals } from './watched-signals.ts'
import { watched, type Answer, type Watch } from './watched-interceptor.ts'

/** Makes the interceptor under test, anew for each case; `clock` is the one that its runs have. */
export type CreateInterceptor = (clock: ManualClock) => Interceptor

export interface InterceptorContractOptions {
  /** The input with which it lets run number `run` through; runs of one number are repetitions. Default: none. */
  readonly input?: (run: number) => RunInput
  /** The run options with which it lets a run through, such as a token. Default: none. */
  readonly runOptions?: RunOptions
  /** Options of it that every stage has. Default: none. */
  readonly stageOptions?: StageOptions
  /** The kind of every stage, where it acts on some kinds only. Default: WORK. */
  readonly kind?: StageKind
  /** Makes what must stand outside it, such as the interceptor that sets what it reads. Default: none. */
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
  readonly status: 'completed' | 'cancelled' | 'failed'
  readonly data: Readonly<Record<string, unknown>>
  readonly report: PipelineReport
}
export interface CaseRun extends AsyncIterable<StageflowEvent> {
  readonly settled: Promise<CaseResult>
}
export interface CaseGraph {
  start(run: number, options?: RunOptions, input?: RunInput): CaseRun
}

/** How many turns of the real event loop, a millisecond each, an interceptor has for what is not on the clock. */
const PATIENT_TURNS = 60
/** As many once it was seen to wait on the clock. */
const IMPATIENT_TURNS = 4
const LONGEST_MS = 3_000
/** A busy machine may be slow: as many turns are waited for, however long they take. */
const LEAST_TURNS = 1_000
/** A stage that is called this often in one run is called again for ever. */
const MOST_CALLS = 1_000

/** What the cases of one contract are run with. */
export class Bench {
  readonly clock: ManualClock = manualClock()
  readonly watch: Watch = { answers: [] }
  readonly subject: Interceptor
  readonly #options: InterceptorContractOptions
  readonly #beside: readonly Interceptor[]
  readonly #outside: readonly Interceptor[]
  #runs = 0
  #patience = PATIENT_TURNS
  #caller = new AbortController()
  /** Set once a stage was called too often: the case fails with this. */
  #runaway: string | undefined
  /** The first error with which the engine refused what the interceptor did. */
  #refusal: string | undefined

  /** `beside`: what stands around the interceptor, and needs nothing of it. */
  constructor(create: CreateInterceptor, options: InterceptorContractOptions, beside: readonly Interceptor[] = []) {
    this.#options = options
    this.#beside = beside
    this.subject = create(this.clock)
    must(
      typeof this.subject?.name === 'string',
      `create() answered interceptorContract with ${JSON.stringify(this.subject)}: it makes an interceptor, an object with a name and wrap, onCall, wrapRun, onRun or settled.`,
    )
    this.#outside = options.outside?.(this.clock) ?? []
  }

  /** The number of a run that repeats no other. */
  nextRun(): number {
    return ++this.#runs
  }

  /** The interceptor, at the beginning of a message. */
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

  /** A loop of calls without a pause never yields to the event loop. So after MOST_CALLS the code of a stage hangs, and the case fails. */
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

  /** `outermost`: what stands around the interceptor and all that it needs. */
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

  /** As `build`; undefined where the interceptor itself refuses a stage. */
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

  /** A run option that lets `abortAll` abort the run. */
  aborting(): RunOptions {
    return { signal: this.#caller.signal }
  }
  abortAll(): void {
    this.#caller.abort(new Error('the caller has left'))
    this.#caller = new AbortController()
  }

  /** Watches the signals of the runs and stages that the interceptor sees from now on. */
  watchSignals(): WatchedSignals {
    const signals = watchedSignals()
    this.watch.onContext = ({ signal }) => signals.watch(signal)
    this.watch.onRun = ({ signal }) => signals.watch(signal)
    return signals
  }

  /** The timers that wait, for a message. */
  get timers(): string {
    const waiting = this.clock.timers.map(({ kind, setAt, dueAt }) => `a ${kind} of ${dueAt - setAt} ms`)
    return waiting.slice(0, 3).join(', ') + (waiting.length > 3 ? ` and ${waiting.length - 3} more` : '')
  }

  /** When the next timer fires; Infinity: none is left that can. */
  get nextDue(): number {
    return this.clock.timers[0]?.dueAt ?? Infinity
  }

  /** Waits for what happens in a run; time passes only once nothing else happens any more. */
  async ends<T>(promise: Promise<T>, what = 'the run did not end'): Promise<T> {
    const until = performance.now() + LONGEST_MS
    let idle = 0
    for (let turn = 0; !(await this.#isSettled(promise)); turn++) {
      const due = this.nextDue
      if (turn > LEAST_TURNS && performance.now() > until)
        throw broken(`${this.called}: ${what} within ${LONGEST_MS} ms.`)
      if (++idle > this.#patience && due < Infinity) {
        await this.clock.advanceTo(due)
        this.#patience = IMPATIENT_TURNS
        idle = 0
      } else await realMs()
    }
    return promise
  }

  /** As `ends`, without that any time passes on the clock: false where it does not. */
  async endsAtOnce(promise: Promise<unknown>): Promise<boolean> {
    for (let turn = 0; turn < PATIENT_TURNS; turn++) {
      if (await this.#isSettled(promise)) return true
      await realMs()
    }
    return this.#isSettled(promise)
  }

  /** Waits until runs have come to their stage, which says so by `reached`. */
  async reaches(reached: Promise<void>, runs: readonly CaseRun[]): Promise<void> {
    const ended = Promise.race(runs.map(({ settled }) => settled.then(({ status }) => status)))
    const status = await this.ends(Promise.race([reached, ended]), 'the stage was not reached')
    must(status === undefined, this.refused(`ended as ${String(status)}`))
  }

  /** Whether the engine refused what the interceptor did in a run that failed. */
  get isRefused(): boolean {
    return this.#refusal !== undefined
  }

  /** The message of a case that needs a run which the interceptor did not let through. */
  refused(how: string): string {
    if (this.#refusal !== undefined)
      return `${this.called} did not let a run through to its stage, because the engine refused what the interceptor did: ${this.#refusal}`
    return `${this.called} did not let a run through to its stage: it ${how}. Tell interceptorContract with which input, runOptions and stageOptions it does.`
  }

  /** Runs a graph once, to its end. */
  async run(graph: CaseGraph, run: number, options?: RunOptions): Promise<CaseResult> {
    return this.ends(graph.start(run, options).settled)
  }

  /** The one answer of the interceptor about a stage: what a case that lets the stage through once expects. */
  answerOf(stage: string): Answer & { readonly inner: StageOutput } {
    const found = this.watch.answers.find((answer) => answer.stage === stage)
    const { inner } = found ?? {}
    must(
      found !== undefined && inner !== undefined,
      this.refused(found === undefined ? 'refused it' : `answered ${JSON.stringify(found.outer)}`),
    )
    return { ...found, inner }
  }

  async #isSettled(promise: Promise<unknown>): Promise<boolean> {
    let settled = false
    const settle = (): void => void (settled = true)
    promise.then(settle, settle)
    await this.clock.settle()
    if (this.#runaway !== undefined) throw broken(this.#runaway)
    return settled
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

const realMs = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))
