import { StageflowError } from '../base/errors.ts'
import type { Decision, CallFacts, Fact, StageExecutor } from './executor.ts'
import { LegLimits } from './leg-limits.ts'
import type { StageInfo } from '../contract/context.ts'
import type { Outcome } from '../report/outcome.ts'
import type { StageflowEvent } from '../contract/events.ts'

export type Attempts = NonNullable<CallFacts['attempts']>
/** How a call ended, before the pump adds what it knows. */
export type Carried = Omit<CallFacts, 'after' | 'decided'>

/** One run of the tree, as the pump sees it. */
export interface PumpedRun {
  readonly facts: { readonly pipelineRunId: string; readonly graph: { readonly name: string } }
  /** It waits for something else than facts: an interceptor around it, a cleanup, its last event. */
  readonly isBusy: boolean
  /** Whether starting a stage only registers its call. */
  isCall(stage: string): boolean
  /** Stages with only waits inside give their slots back. Both lists are keys. Returns whether any did. */
  rest(calls: readonly string[], waits: readonly string[]): boolean
  /** Calls back once the stage of a key has its slot again. */
  withSlotOf(key: string, then: () => void): void
  open(done: (outcome: Outcome) => void): void
  cancel(reason: string, signalReason?: unknown): void
}

/** A call that has no fact yet. */
export interface PendingCall {
  readonly info: StageInfo
  /** Whether its stage still wants it. A call that isn't wanted is not begun. */
  readonly isWanted: () => boolean
  readonly begin: () => Promise<Carried>
  /** Takes its fact. Without one, the leg is over and the call ends as cancelled. */
  readonly ended: (facts: Carried) => void
}

/** A stage, or an item of a map, that waits for an answer. */
export interface Waiting {
  readonly request: unknown
  readonly answered: (answer: unknown) => void
  /** The run suspends, so the stage ends suspended. */
  readonly suspend: () => void
  /** Ends the wait if the stage was stopped meanwhile. Returns whether it did. */
  readonly stoppedNow: () => boolean
}

const NOT_BEGUN = 'not begun: its run, or its part of it, had ended'

/** Waits until all promises that are ready have run. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    ;((globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate ?? setTimeout)(() => resolve())
  })
declare const setTimeout: (callback: () => void) => unknown

/**
 * Gives the facts of an executor to a run and its child runs, one at a time. It asks for the next one only when nothing is left
 * to do with the last, so what the runs do is a function of their facts.
 */
export class Pump {
  readonly executor: StageExecutor
  /** The greatest time of a fact so far. */
  at: number
  /** Facts of earlier legs are being given: what the run does has been told before. */
  isReplaying: boolean
  /** The event that is being sent belongs to a call that begins. */
  isTelling = false
  /** The leg is over before the run: nothing counts anymore. */
  isOver = false
  /** The run is ending as suspended. */
  isSuspending = false
  /** Code of the engine takes promises, for child pipelines, maps, slots and interceptors around runs. */
  takesTurns: boolean = false
  readonly runs: Map<string, PumpedRun> = new Map()
  readonly limits: LegLimits
  readonly #calls = new Map<string, PendingCall>()
  readonly #waits = new Map<string, Waiting>()
  /** Everything that has waited in this leg. An executor may accept an answer for a stage that has been stopped since. */
  readonly #asked = new Set<string>()
  /** Calls that are carried out in each leg, without a fact. */
  #locals = 0
  #given = 0
  readonly #decided = new Map<string, Decision[1]>()
  #unsaved = new Map<string, Decision[1]>()
  #wake: (() => void) | undefined

  constructor(executor: StageExecutor) {
    this.executor = executor
    this.limits = new LegLimits(executor)
    this.at = executor.start.startedAt
    this.isReplaying = executor.leg > 1
  }

  // From the runs to the executor

  execute(key: string, call: PendingCall): void {
    this.#calls.set(key, call)
    this.executor.execute(key, () => this.#carryOut(call), call.info, call.isWanted)
  }

  async #carryOut({ isWanted, begin }: PendingCall): Promise<CallFacts> {
    this.isReplaying = false
    const carried = !this.isOver && isWanted() ? await begin() : this.#notBegun()
    const decided = [...this.#unsaved]
    this.#unsaved.clear()
    return { ...carried, after: this.#given, ...(decided.length > 0 ? { decided } : undefined) }
  }
  #notBegun(): Carried {
    return { status: 'cancel', reason: NOT_BEGUN, startedAt: this.at, endedAt: this.at, attempts: [] }
  }

  /** Carries out a call in every leg. The run gets no other fact until it has ended. */
  async carryOutHere({ isWanted, begin, ended }: PendingCall): Promise<void> {
    this.#locals++
    ended(isWanted() ? await begin() : this.#notBegun())
    this.#locals--
    this.moved()
  }

  /** Sends an event of a call that begins. */
  tell(send: () => void): void {
    this.isTelling = true
    send()
    this.isTelling = false
  }
  /** Whether an event is of a stage whose start only registers a call. */
  isCall({ pipelineRunId, stage = '' }: StageflowEvent): boolean {
    for (const run of this.runs.values()) if (run.facts.pipelineRunId === pipelineRunId) return run.isCall(stage)
    return false
  }

  wait(key: string, waiting: Waiting): void {
    this.#waits.set(key, waiting)
    this.#asked.add(key)
    this.executor.wait(key, waiting.request, () => this.#waits.get(key) === waiting)
  }
  /** The stage goes on with its answer. */
  goOn(key: string): void {
    this.#waits.delete(key)
  }

  /** Keeps what a function of the pipeline returned, to compare it with what the same function returned in an earlier leg. */
  decided(what: string, value: Decision[1]): void {
    this.#decided.set(what, value)
    this.#unsaved.set(what, value)
  }

  // From the executor to the runs

  /** Resolves with the outcome of the run, or rejects if the leg is over before the run. */
  async carry(root: PumpedRun): Promise<Outcome> {
    const { lost } = this.executor
    const leg = Promise.withResolvers<Outcome>()
    const giveUp = (error: unknown): void => {
      this.#giveUp(root, error)
      leg.reject(error)
    }
    const onLost = (): void => giveUp(lost?.reason)
    lost?.addEventListener('abort', onLost, { once: true })
    if (lost?.aborted === true) onLost()
    else this.#pump(root).then(leg.resolve, giveUp)
    try {
      return await leg.promise
    } finally {
      lost?.removeEventListener('abort', onLost)
    }
  }

  async #pump(root: PumpedRun): Promise<Outcome> {
    let outcome: Outcome | undefined
    root.open((ended) => {
      outcome = ended
      this.moved()
    })
    for (;;) {
      await this.#quiet(() => outcome !== undefined)
      if (outcome !== undefined) {
        if (this.isReplaying) this.#refuse(await this.executor.next(), root)
        return outcome
      }
      if (this.#waits.size > 0) {
        if (root.rest([...this.#calls.keys()], [...this.#waits.keys()])) continue
        if (this.#calls.size === 0) this.limits.pause()
      }
      const fact = await this.executor.next()
      if (this.isOver) return new Promise(() => {})
      if (fact === undefined) this.#suspend(root)
      else this.#give(fact, root)
      for (const [key, waiting] of this.#waits) if (waiting.stoppedNow()) this.#waits.delete(key)
    }
  }

  /** Something may have ended that the pump waits for. */
  moved(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  /** Waits for what the loop itself waits for: interceptors around runs, cleanups, last events and local stages. */
  async #quiet(isEnded: () => boolean): Promise<void> {
    const isBusy = (): boolean => this.#locals > 0 || [...this.runs.values()].some((run) => run.isBusy)
    for (;;) {
      if (isEnded()) return
      if (isBusy()) await new Promise<void>((resolve) => (this.#wake = resolve))
      else if (!this.takesTurns) return
      else {
        await turn()
        if (!isBusy()) return
      }
    }
  }

  #give(fact: Fact, root: PumpedRun): void {
    this.at = Math.max(this.at, fact.at)
    if (!fact.replayed) this.isReplaying = false
    if (fact.kind === 'call' && fact.replayed) this.#check(fact.key, fact.facts)
    this.#given++
    if (fact.kind === 'call') this.#call(fact.key, fact.facts)
    else if (fact.kind === 'answer') root.withSlotOf(fact.key, this.#answered(fact.key, fact.answer))
    else if (fact.kind === 'stop') this.runs.get(fact.key)?.cancel(fact.reason)
    else this.limits.expire(fact.key)
  }

  /** The run has ended, but in an earlier leg it went on. */
  #refuse(fact: Fact | undefined, root: PumpedRun): void {
    if (fact?.replayed !== true || fact.kind === 'stop' || fact.kind === 'timer') return
    this.#give(fact, root)
  }

  #call(key: string, facts: CallFacts): void {
    const call = this.#calls.get(key)
    if (call === undefined) throw misfit(`it has a fact of "${key}", which this leg has not started`)
    this.#calls.delete(key)
    call.ended(facts)
  }

  #answered(key: string, answer: unknown): () => void {
    const waiting = this.#waits.get(key)
    if (waiting === undefined && !this.#asked.has(key))
      throw misfit(`it has an answer for "${key}", which doesn't wait for one`)
    if (waiting !== undefined) this.limits.goOn(this.at)
    return () => waiting?.answered(answer)
  }

  /** All facts of earlier legs must be there, and the functions of the pipeline must return what they did before. */
  #check(key: string, { after, decided = [] }: CallFacts): void {
    if (after > this.#given)
      throw misfit(`${after} facts came before that of "${key}", but it has ${this.#given}; facts are missing`)
    for (const [what, value] of decided) {
      const now = this.#decided.get(what)
      if (now !== undefined && now !== value)
        throw misfit(`${what} returned ${String(value)} before, and ${String(now)} now`)
      this.#unsaved.delete(what)
    }
  }

  #suspend(root: PumpedRun): void {
    if (this.#waits.size === 0)
      throw new StageflowError(
        'core/deadlock',
        `The durable run of "${root.facts.graph.name}" cannot go on: its executor has no call in progress and no fact. This is a bug in the executor.`,
      )
    this.isSuspending = true
    const waits = [...this.#waits.values()]
    this.#waits.clear()
    for (const waiting of waits) waiting.suspend()
  }

  /** The leg is over: its code is aborted, and the run ends in this process without being seen. */
  #giveUp(root: PumpedRun, error: unknown): void {
    if (this.isOver) return
    this.isOver = true
    this.takesTurns = false
    root.cancel('the leg is over', error)
    for (const call of this.#calls.values()) call.ended(this.#notBegun())
    for (const waiting of this.#waits.values()) waiting.stoppedNow()
  }
}

const misfit = (what: string): StageflowError =>
  new StageflowError(
    'core/replay',
    `The run cannot go on with this pipeline: ${what}. Run it with the code that began it, or start it again under another id.`,
  )
