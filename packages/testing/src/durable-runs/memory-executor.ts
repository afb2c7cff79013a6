import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, RunAuthor } from '@stageflow/core'
import { factsForRetry, fingerprintOf } from '@stageflow/core/durable'
import type { CallFacts, DurableStart, Fact, Interrupt, NamedGraph, StageExecutor } from '@stageflow/core/durable'
import { CLOCK, checkOptions, functionLike, required } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { isStart } from './leg.ts'
import type { CarryLeg, LegResult, RecordedFact } from './leg.ts'
import { mustBeJson } from './must-be-json.ts'

export interface MemoryExecutorOptions {
  /** The clock of facts and timers. Default: that of the machine. */
  readonly clock?: Clock
}

const RULES: OptionRules<MemoryExecutorOptions> = { clock: CLOCK }
const ARGUMENTS: OptionRules = {
  start: required([isStart, 'the start of a run, such as { runId, startedAt: 0, input: {} }']),
  carry: required(functionLike('(executor) => runDurable(graph, executor)')),
}

/** Durable runs in memory. */
export interface MemoryExecutor {
  /**
   * Carries the next leg of the run `start.runId`, and settles like `carry`. The first call of a run decides its start. While a leg of
   * the run is in progress, no other one begins: the call settles like that leg. Throws `testing/not-json` for a start that isn't JSON.
   */
  run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result>
  /** Ends the leg in progress as a crash of its process does. Its code may go on, but nothing of it is recorded from now on. */
  crash(runId: string): void
  /**
   * Answers what waits under a key. `by`: who answers, as interceptors would have verified it. Returns false if nothing waits there. Throws
   * `testing/not-json`.
   */
  answer(runId: string, key: string, answer: unknown, by?: RunAuthor): boolean
  /**
   * Keeps an answer for a stage that has not asked yet, over crashes, until it asks. `key`: that of its call, such as `kid/check`. Returns
   * false if the stage has ended, if it waits, or if an answer is kept for it already.
   */
  answerEarly(runId: string, key: string, answer: unknown, by?: RunAuthor): boolean
  /**
   * Interrupts a run, as `run.interrupt(reason, data)` does in process. Between two legs the next one does it. Returns false if the run has ended, was
   * interrupted before, or doesn't exist. Throws `testing/not-json`.
   */
  interrupt(runId: string, reason: string, data?: unknown): boolean
  /**
   * Opens a failed run again: its next leg calls what had failed, and the stages in `again`. Returns false for a run that has not failed.
   */
  retryFailed(graph: NamedGraph, runId: string, again?: readonly string[]): boolean
  /** The recorded facts of a run, in their order. */
  facts(runId: string): readonly RecordedFact[]
}

/** Keeps durable runs in memory, for tests of pipelines: run a leg, let it crash, answer it, and run the next one. */
export function memoryExecutor(options: MemoryExecutorOptions = {}): MemoryExecutor {
  checkOptions('memoryExecutor()', 'testing/illegal-option', options, RULES)
  return new MemoryRuns(options.clock)
}

interface EarlyAnswer {
  readonly answer: unknown
  readonly by: RunAuthor | undefined
}

/** A run has one fact of each kind and key. An interrupt is a stop of its own kind: a cancel after it counts too. */
type KindOfFact = Fact['kind'] | 'interrupt'
const kindOf = (fact: RecordedFact): KindOfFact =>
  fact.kind === 'stop' && fact.interrupt !== undefined ? 'interrupt' : fact.kind

/** The key of a call without its round. */
const withoutRound = (key: string): string => key.replace(/@\d+$/, '')

/** One run and its facts. */
export class MemoryRun {
  start: DurableStart
  /** Each fact as JSON, as a store on disk would have it. */
  readonly facts: string[] = []
  readonly waiting: Set<string> = new Set()
  /** Answers to stages that have not asked yet, by the keys of their first calls. */
  readonly early: Map<string, EarlyAnswer> = new Map()
  /** When questions that wait go on without an answer, by the keys of their calls. */
  readonly times: Map<string, number> = new Map()
  /** How its last leg ended. */
  status: LegResult['status'] | undefined
  /** Calls whose code has not left yet, those of lost legs too. */
  readonly calls: Map<string, Promise<unknown>> = new Map()
  legs = 0
  /** The leg in progress, and how it ends. */
  current: { readonly leg: MemoryLeg; ends: Promise<LegResult> } | undefined
  /** The kinds and keys of its facts. */
  readonly keys: Set<string> = new Set()

  constructor(start: DurableStart) {
    this.start = start
  }

  has(kind: KindOfFact, key: string): boolean {
    return this.keys.has(`${kind} ${key}`)
  }
  /** Adds a fact, unless there is one of its kind and key. Returns whether it was added. */
  keep(fact: RecordedFact): boolean {
    const kind = kindOf(fact)
    if (this.has(kind, fact.key)) return false
    this.keys.add(`${kind} ${fact.key}`)
    this.facts.push(JSON.stringify(fact))
    return true
  }
  /** Whether the stage of a key has ended, and asks nothing any more. */
  hasEnded(key: string): boolean {
    return this.facts.some((text) => {
      const fact = JSON.parse(text) as RecordedFact
      return fact.kind === 'call' && withoutRound(fact.key) === key && fact.facts.status !== 'suspend'
    })
  }
  isWaiting(key: string): boolean {
    return [...this.waiting].some((one) => withoutRound(one) === key)
  }
  /** Begins again with some of its facts. Its time limit begins again too. */
  reopen(facts: readonly RecordedFact[], now: number): void {
    this.status = undefined
    this.start = { ...this.start, isRetried: true, limitFrom: now }
    this.facts.splice(0)
    this.keys.clear()
    for (const fact of facts) this.keep(fact)
  }
}

/** The runs of one store. */
export class MemoryRuns implements MemoryExecutor {
  readonly clock: Clock
  readonly #runs = new Map<string, MemoryRun>()

  constructor(clock: Clock = systemClock) {
    this.clock = clock
  }

  makeRun(start: DurableStart): MemoryRun {
    return new MemoryRun(start)
  }
  makeLeg(run: MemoryRun): MemoryLeg {
    return new MemoryLeg(run, this.clock)
  }
  runOf(runId: string): MemoryRun | undefined {
    return this.#runs.get(runId)
  }

  run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
    checkOptions('run()', 'testing/illegal-option', { start, carry }, ARGUMENTS)
    const run = this.runOf(start.runId) ?? this.#newRun(start)
    if (run.current !== undefined) return run.current.ends as Promise<Result>
    run.legs++
    const leg = this.makeLeg(run)
    const ends = this.#carry(run, leg, carry)
    run.current = { leg, ends }
    return ends
  }
  #newRun(start: DurableStart): MemoryRun {
    mustBeJson('run(): the start of the run', start)
    const run = this.makeRun(structuredClone(start))
    this.#runs.set(start.runId, run)
    return run
  }
  async #carry<Result extends LegResult>(run: MemoryRun, leg: MemoryLeg, carry: CarryLeg<Result>): Promise<Result> {
    await Promise.resolve()
    try {
      const result = await carry(leg)
      run.status = result.status
      if (result.status !== 'suspended') run.waiting.clear()
      return result
    } finally {
      leg.ended()
      if (run.current?.leg === leg) run.current = undefined
    }
  }

  crash(runId: string): void {
    const run = this.runOf(runId)
    if (run?.current === undefined) return
    run.current.leg.lose()
    run.current = undefined
  }

  answer(runId: string, key: string, answer: unknown, by?: RunAuthor): boolean {
    if (answer !== undefined) mustBeJson(`answer(): the answer to "${key}"`, answer)
    const run = this.runOf(runId)
    if (run === undefined || !run.waiting.delete(key)) return false
    const isKept = run.keep({ kind: 'answer', key, answer, at: this.clock.now(), ...(by && { by }) })
    run.current?.leg.wake()
    return isKept
  }

  answerEarly(runId: string, key: string, answer: unknown, by?: RunAuthor): boolean {
    if (answer !== undefined) mustBeJson(`answerEarly(): the answer to "${key}"`, answer)
    const run = this.runOf(runId)
    if (run === undefined || run.early.has(key) || run.hasEnded(key) || run.isWaiting(key)) return false
    run.early.set(key, { answer, by })
    return true
  }

  interrupt(runId: string, reason: string, data?: unknown): boolean {
    if (data !== undefined) mustBeJson('interrupt(): the data', data)
    const run = this.runOf(runId)
    if (run === undefined || (run.status !== undefined && run.status !== 'suspended')) return false
    const isKept = run.keep({ kind: 'stop', key: '', reason, at: this.clock.now(), interrupt: { data } })
    run.current?.leg.wake()
    return isKept
  }

  /** Between two legs, lets the time pass of the question that goes on first. Returns whether there is one. */
  passTime(runId: string): boolean {
    const { waiting, times = [] } = this.runOf(runId) ?? {}
    const [first] = [...times].filter(([key]) => waiting?.has(key)).toSorted(([, one], [, other]) => one - other)
    if (first === undefined) return false
    const [key, at] = first
    waiting?.delete(key)
    return this.runOf(runId)?.keep({ kind: 'timer', key, at }) === true
  }

  retryFailed(graph: NamedGraph, runId: string, again: readonly string[] = []): boolean {
    const run = this.runOf(runId)
    if (run?.status !== 'failed') return false
    run.reopen(factsForRetry(fingerprintOf(graph), this.facts(runId), again), this.clock.now())
    return true
  }

  facts(runId: string): readonly RecordedFact[] {
    return (this.runOf(runId)?.facts ?? []).map((text) => JSON.parse(text) as RecordedFact)
  }
}

/** The executor of one leg. */
export class MemoryLeg implements StageExecutor {
  readonly core: string = '^1.0.0'
  readonly start: DurableStart
  readonly leg: number
  readonly lost: AbortSignal
  protected readonly run: MemoryRun
  protected readonly clock: Clock
  /** The calls that begin once all recorded facts have been given. */
  protected readonly held: [key: string, call: () => Promise<CallFacts>][] = []
  /** How many calls have begun and not ended. */
  protected inProgress = 0
  /** How many facts were given to the run. */
  protected given = 0
  readonly #losing = new AbortController()
  /** How many facts earlier legs have recorded. */
  readonly #replayed: number
  /** The time of each timer, by its key. */
  readonly #timers = new Map<string, number>()
  #wake: (() => void) | undefined

  constructor(run: MemoryRun, clock: Clock) {
    this.run = run
    this.clock = clock
    this.start = structuredClone(run.start)
    this.leg = run.legs
    this.lost = this.#losing.signal
    this.#replayed = run.facts.length
  }

  execute(key: string, call: () => Promise<CallFacts>): void {
    if (!this.run.has('call', key)) this.held.push([key, call])
  }
  timer(key: string, at: number): void {
    // The timer of a question has the key of its call. An answer that came first counts.
    if (this.run.has('timer', key) || this.run.has('answer', key)) return
    this.#timers.set(key, at)
    this.run.times.set(key, at)
  }
  wait(key: string, _request: unknown): void {
    const { run } = this
    if (run.has('answer', key) || run.has('timer', key)) return
    const early = run.early.get(withoutRound(key))
    if (early === undefined) run.waiting.add(key)
    else this.takeEarly(key, early)
  }
  protected takeEarly(key: string, { answer, by }: EarlyAnswer): void {
    this.run.early.delete(withoutRound(key))
    this.keep({ kind: 'answer', key, answer, at: this.clock.now(), ...(by && { by }) })
  }
  stop(key: string, reason: string, interrupt?: Interrupt): void {
    this.keep({ kind: 'stop', key, reason, at: this.clock.now(), ...(interrupt && { interrupt }) })
  }

  async next(): Promise<Fact | undefined> {
    for (;;) {
      if (this.lost.aborted) return new Promise(() => {}) // the run ends with the reason of `lost`
      if (!this.hasFacts()) this.passTimers()
      const fact = this.take()
      if (fact !== undefined) return fact
      for (const [key, call] of this.held.splice(0)) void this.begin(key, call)
      if (this.hasFacts()) continue
      if (this.inProgress === 0) return undefined
      await this.woken()
    }
  }

  /** Whether a recorded fact has not been given yet. */
  protected hasFacts(): boolean {
    return this.given < this.run.facts.length
  }

  /** The next recorded fact, as its JSON has it. */
  protected take(): Fact | undefined {
    const text = this.run.facts[this.given]
    if (text === undefined) return undefined
    const replayed = this.given++ < this.#replayed
    return { ...(JSON.parse(text) as Fact), replayed }
  }

  /** Records a fact, unless the leg is over. */
  protected keep(fact: RecordedFact): void {
    // The engine gave the call up while its code ran on.
    const cameTooLate = fact.kind === 'call' && fact.facts.lost === true
    if (this.lost.aborted || cameTooLate) return
    if (this.run.keep(fact)) this.wake()
  }

  protected async begin(key: string, call: () => Promise<CallFacts>): Promise<void> {
    this.inProgress++
    // A leg that was lost may still run this call.
    await this.run.calls.get(key)
    if (this.lost.aborted) return
    const called = call()
    this.run.calls.set(key, called)
    const facts = await called
    if (this.run.calls.get(key) === called) this.run.calls.delete(key)
    this.inProgress--
    this.keep({ kind: 'call', key, facts, at: this.clock.now() })
  }

  /** Records the timers whose time has come. */
  protected passTimers(): void {
    const now = this.clock.now()
    const byTime = [...this.#timers].toSorted(([, one], [, other]) => one - other)
    for (const [key, at] of byTime) {
      if (at > now) return
      this.#timers.delete(key)
      if (this.run.has('answer', key)) continue
      this.run.waiting.delete(key)
      this.keep({ kind: 'timer', key, at: Math.max(at, this.start.startedAt) })
    }
  }

  /** Resolves when a fact has come, or a timer is due. */
  protected async woken(): Promise<void> {
    const due = Math.min(...this.#timers.values())
    const waiting = new Promise<void>((resolve) => (this.#wake = resolve))
    // A timer may have come due since the last look.
    const waitMs = Math.max(0, due - this.clock.now())
    const clear = due < Infinity ? this.clock.setTimeout(() => this.wake(), waitMs) : undefined
    await waiting
    clear?.()
  }
  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  /** The leg is over: its process has died, or another one has the run. */
  lose(): void {
    this.#losing.abort(
      new StageflowError('testing/crashed', `Leg ${this.leg} of the run "${this.start.runId}" was ended by crash().`),
    )
    this.wake()
  }
  /** Its run has settled. */
  ended(): void {}
}
