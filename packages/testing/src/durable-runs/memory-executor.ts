import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import type { CallFacts, DurableStart, Fact, StageExecutor } from '@stageflow/core/durable'
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
  /** Answers what waits under a key. Returns false if nothing waits there. Throws `testing/not-json`. */
  answer(runId: string, key: string, answer: unknown): boolean
  /** The recorded facts of a run, in their order. */
  facts(runId: string): readonly RecordedFact[]
}

/** Keeps durable runs in memory, for tests of pipelines: run a leg, let it crash, answer it, and run the next one. */
export function memoryExecutor(options: MemoryExecutorOptions = {}): MemoryExecutor {
  checkOptions('memoryExecutor()', 'testing/illegal-option', options, RULES)
  return new MemoryRuns(options.clock)
}

/** One run and its facts. */
export class MemoryRun {
  readonly start: DurableStart
  /** Each fact as JSON, as a store on disk would have it. */
  readonly facts: string[] = []
  readonly waiting: Set<string> = new Set()
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

  has(kind: Fact['kind'], key: string): boolean {
    return this.keys.has(`${kind} ${key}`)
  }
  /** Adds a fact, unless there is one of its kind and key. Returns whether it was added. */
  keep(fact: RecordedFact): boolean {
    if (this.has(fact.kind, fact.key)) return false
    this.keys.add(`${fact.kind} ${fact.key}`)
    this.facts.push(JSON.stringify(fact))
    return true
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

  answer(runId: string, key: string, answer: unknown): boolean {
    if (answer !== undefined) mustBeJson(`answer(): the answer to "${key}"`, answer)
    const run = this.runOf(runId)
    if (run === undefined || !run.waiting.delete(key)) return false
    const isKept = run.keep({ kind: 'answer', key, answer, at: this.clock.now() })
    run.current?.leg.wake()
    return isKept
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
    if (!this.run.has('timer', key)) this.#timers.set(key, at)
  }
  wait(key: string, _request: unknown): void {
    if (!this.run.has('answer', key)) this.run.waiting.add(key)
  }
  stop(key: string, reason: string): void {
    this.keep({ kind: 'stop', key, reason, at: this.clock.now() })
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
