import { StageflowError } from '../base/errors.ts'
import { show } from '../base/show.ts'
import { thisContext } from './async-context.ts'
import type { Decision, CallFacts, Fact, StageExecutor } from './executor.ts'
import { hashOf, isFact, revived, wrongIn } from './facts.ts'
import { LegLimits } from './leg-limits.ts'
import { LegWaits } from './leg-waits.ts'
import type { RunAuthor } from '../contract/snapshot-fields.ts'
import type { StageInfo } from '../contract/graph-info.ts'
import { callKey, parseKey, withoutRound } from '../contract/keys.ts'
import type { ReadPart } from '../contract/keys.ts'
import type { Outcome } from '../report/outcome.ts'
import { STAGES } from '../report/phases.ts'
import type { Stopping } from '../run/stopping.ts'
import type { RunFacts } from '../report/run-facts.ts'

export type Attempts = NonNullable<CallFacts['attempts']>
/** How a call ended, before the pump adds what it knows. */
export type Carried = Omit<CallFacts, 'after' | 'decided'>

/** One run of the tree, as the pump sees it. */
export interface PumpedRun {
  /** Only in phase `STAGES` it waits for facts: not for an interceptor around it, a cleanup or its last event. */
  readonly facts: Pick<RunFacts, 'phase' | 'interruption'>
  readonly stopping: Pick<Stopping, 'abort'> & { armWatchdog(ms: number, reason: unknown): void }
  /** Stages with only waits inside give their slots back. Both lists are keys. Returns whether any did. */
  rest(calls: Iterable<string>, waits: Iterable<string>): boolean
  /** Calls back once the stage of a key has its slot again. */
  withSlotOf(key: string, then: () => void): void
  /** Whether the stage of this name has settled, or is gone, and nothing cancelled it. */
  isDone(stage: string): boolean
  /** Why this leg has no call of the stage of this name, as a part of a sentence. */
  whyNotCalled(stage: string): string
  open(done: (outcome: Outcome) => void): void
  cancel(reason: string, signalReason?: unknown): void
  interrupt(reason: string, data: unknown): void
}

/** A call that has no fact yet. */
export interface PendingCall {
  readonly info: StageInfo
  /** Whether its stage still wants it. A call that isn't wanted is not begun. */
  readonly isWanted: () => boolean
  readonly begin: () => Promise<Carried>
  /**
   * Takes its fact. Without one, the leg is over and the call ends as cancelled. `wasHere`: its code has run in this leg.
   */
  readonly ended: (carried: Carried, wasHere: boolean) => void
}

/** An answer, and who gave it; or what a question goes on with whose time has passed. */
export interface Answered {
  readonly answer: unknown
  readonly expired: boolean
  readonly by: RunAuthor | undefined
}

/** A stage, or an item of a map, that waits for an answer. */
export interface Waiting {
  readonly request: unknown
  /** When it goes on without an answer, and with what. */
  readonly until: number | undefined
  readonly otherwise: unknown
  readonly answered: (answered: Answered) => void
  /** The run suspends, so the stage ends suspended. */
  readonly suspend: () => void
  /** Ends the wait if the stage was stopped meanwhile. Returns whether it did. */
  readonly stoppedNow: () => boolean
}
interface KeptWait extends Waiting {
  /** An answer has come, or the time has passed: the stage goes on once it has its slot. */
  isOver: boolean
}

/** Throws what an interceptor ended a leg with before its first stage began. Then no stage is to blame, and the run has not failed. */
function throwIfRefused({ status, reason, errors }: Outcome): void {
  if (status === 'completed' || errors.some(({ stage }) => stage !== undefined)) return
  const [error] = errors
  if (error !== undefined) throw revived(error)
  throw new StageflowError('core/leg-refused', `An interceptor cancelled the run before its first stage: ${reason}`)
}

/** Waits until all promises that are ready have run. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    ;((globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate ?? setTimeout)(resolve)
  })
declare const setTimeout: (callback: () => void) => unknown

/**
 * Gives the facts of an executor to a run and its child runs, one at a time. It asks for the next one only when nothing is left
 * to do with the last, so what the runs do is a function of their facts.
 */
export class Pump {
  readonly executor: StageExecutor
  /** When the time limit of the outermost run begins. Answers that came before it don't move it. */
  readonly limitFrom: number
  /** The greatest time of a fact so far. */
  at: number
  /** Facts of earlier legs are being given: what the run does has been told before. */
  isReplaying: boolean
  /** The event that is being sent says that a stage has started, and not that the loop has registered its call. */
  isTelling = false
  /** The leg is over before the run: nothing counts anymore. */
  isOver = false
  /** The run is ending as suspended. */
  isSuspending = false
  /** Code of the engine takes promises, for child pipelines, maps, slots and interceptors around runs. */
  takesTurns: boolean = false
  readonly runs: Map<string, PumpedRun> = new Map()
  readonly limits: LegLimits
  readonly softWaits: LegWaits
  /** The keys of the maps that name their items: another leg may have them in another order, more of them or fewer. */
  readonly keyedMaps: Set<string> = new Set()
  #root!: PumpedRun
  readonly #calls = new Map<string, PendingCall>()
  readonly #waits = new Map<string, KeptWait>()
  /** To be called when a call of a key, in whatever round, has its fact. */
  readonly #recorded = new Map<string, (() => void)[]>()
  /** Answers that came before their questions, and times that had passed. */
  readonly #early = new Map<string, Answered>()
  /**
   * Facts of calls that this leg has not asked for yet. A waiting stage may have got a dependency since. After a retry, a stage also
   * runs again before those that had settled with its failure.
   */
  readonly #later = new Map<string, CallFacts>()
  /** The keys of those that it has asked for meanwhile. They are given next, in the order in which they were recorded. */
  readonly #reached = new Set<string>()
  /** Whether a stage has begun in this leg, or the run was given a fact. Until then only an interceptor can have ended the run. */
  #hasBegun = false
  /** Calls that are carried out in each leg, without a fact. */
  #locals = 0
  #given = 0
  readonly #decided = new Map<string, Decision[1]>()
  #unsaved = new Map<string, Decision[1]>()
  #wake: (() => void) | undefined
  /** Ends the leg before the run. */
  giveUp: (error: unknown) => void = () => {}

  constructor(executor: StageExecutor) {
    this.executor = executor
    const timer = (key: string, at: number): void => this.register('timer', key, at)
    this.limits = new LegLimits(timer)
    this.softWaits = new LegWaits(timer)
    this.at = executor.start.startedAt
    this.limitFrom = executor.start.limitFrom ?? this.at
    this.isReplaying = executor.leg > 1
  }

  /** The time from which new limits and waits count: after a retry, not before it. */
  get limitTime(): number {
    return Math.max(this.at, this.limitFrom)
  }

  // From the runs to the executor

  /** Calls the executor. If it throws, the leg is over, and nothing in the run has failed. */
  register<Member extends 'execute' | 'timer' | 'wait' | 'stop'>(
    member: Member,
    ...given: Parameters<StageExecutor[Member]>
  ): void {
    try {
      ;(this.executor[member] as (...given: unknown[]) => void)(...given)
    } catch (error) {
      this.giveUp(error)
    }
  }

  execute(key: string, call: PendingCall): void {
    const bind = thisContext()
    this.#hasBegun = true
    const ended = bind(call.ended)
    let wasHere = false
    this.#calls.set(key, { ...call, ended: (carried) => ended(carried, wasHere) })
    if (this.#later.has(key)) this.#reached.add(key)
    this.register(
      'execute',
      key,
      bind(() => {
        wasHere = true
        return this.#carryOut(call)
      }),
      call.info,
      call.isWanted,
    )
  }

  async #carryOut({ isWanted, begin }: PendingCall): Promise<CallFacts> {
    this.isReplaying = false
    if (this.#later.size > 0) {
      const error = this.#unreached()
      if (error !== undefined) this.giveUp(error)
    }
    const carried = isWanted() && !this.isOver ? await begin() : this.#notBegun()
    // What a leg that is over ends with isn't a fact: the next leg carries the call out again.
    if (this.isOver) return { ...carried, after: this.#given, lost: true }
    const decided = [...this.#unsaved]
    this.#unsaved.clear()
    return { ...carried, after: this.#given, ...(decided.length > 0 && { decided }) }
  }
  #notBegun(): Carried {
    return {
      status: 'cancel',
      reason: 'not begun: the run had ended',
      startedAt: this.at,
      endedAt: this.at,
      attempts: [],
    }
  }

  /** Carries out a call in every leg. The run gets no other fact until it has ended. */
  async carryOutHere({ isWanted, begin, ended }: PendingCall): Promise<void> {
    this.#locals++
    this.#hasBegun = true
    ended(isWanted() ? await begin() : this.#notBegun(), true)
    this.#locals--
    this.moved()
  }

  wait(key: string, waiting: Waiting): void {
    const answered = thisContext()(waiting.answered)
    const kept: KeptWait = {
      ...waiting,
      isOver: false,
      answered: (given: Answered) => {
        this.#waits.delete(key)
        answered(given)
      },
    }
    this.#waits.set(key, kept)
    this.register('wait', key, waiting.request, () => this.#waits.get(key) === kept && !kept.isOver)
    const early = this.#early.get(key)
    if (early !== undefined) kept.answered(early.expired ? { ...early, answer: waiting.otherwise } : early)
    else if (waiting.until !== undefined) this.register('timer', key, waiting.until)
  }

  /** Keeps what a function of the pipeline returned, to compare it with what the same function returned in an earlier leg. */
  decided(what: string, value: Decision[1]): void {
    this.#decided.set(what, value)
    this.#unsaved.set(what, value)
  }
  /** The same for what isn't a scalar. Throws if JSON can't hold it. */
  returned(what: string, returned: unknown): void {
    this.decided(what, hashOf(returned, what))
  }

  // From the executor to the runs

  /** Resolves with the outcome of the run, or rejects if the leg is over before the run. */
  carry(root: PumpedRun): Promise<Outcome> {
    this.#root = root
    const { abort } = root.stopping
    const { lost, stopping } = this.executor
    return new Promise((resolve, reject) => {
      this.giveUp = (error) => {
        this.#abandon(error)
        reject(error)
      }
      if (lost) abort.listen(lost, this.giveUp)
      // The stop itself comes as a fact. If code around the run hangs for the grace time, the watchdog ends the leg.
      if (stopping) abort.listen(stopping, (reason) => root.stopping.armWatchdog(0, reason))
      // `lost` may have aborted already.
      if (!this.isOver) this.#pump().then(resolve, this.giveUp)
    })
  }

  async #pump(): Promise<Outcome> {
    let outcome: Outcome | undefined
    this.#root.open((ended) => {
      outcome = ended
    })
    for (;;) {
      for (const [key, waiting] of this.#waits) if (waiting.stoppedNow()) this.#waits.delete(key)
      await this.#quiet()
      if (outcome !== undefined) {
        if (!this.#hasBegun) throwIfRefused(outcome)
        if (this.isReplaying) await this.#refuseMoreFacts()
        const error = this.#unreached(outcome.status === 'completed')
        if (error !== undefined) throw error
        return outcome
      }
      // Stages that take the slots of those that wait may have calls to register first.
      if (this.#waits.size > 0 && this.#root.rest(this.#calls.keys(), this.#waits.keys())) continue
      if (this.#reached.size > 0) {
        this.#giveReached()
        continue
      }
      // The soft dependencies that stages wait for wait for answers, which may take days. So those stages start now without them, before the run
      // suspends. That no call is in progress follows from the facts. That `next` has no fact does not: a later leg may have some there, such as
      // the answers.
      if (this.#calls.size === 0 && this.softWaits.endAll()) continue
      // An interrupted run waits for no answer. An executor may wait for it in place.
      if (this.#calls.size === 0 && this.#waits.size > 0 && this.#root.facts.interruption !== undefined) {
        this.#suspend()
        continue
      }
      if (this.#waits.size > 0 && this.#calls.size === 0) this.limits.pause()
      const fact = await this.executor.next()
      if (this.isOver) return new Promise(() => {})
      if (fact === undefined) this.#suspend()
      else this.#give(fact)
    }
  }

  /** Gives the first of the recorded facts that have waited for their calls. */
  #giveReached(): void {
    for (const [key, facts] of this.#later) {
      if (!this.#reached.delete(key)) continue
      this.#later.delete(key)
      this.#checkDecided(facts)
      this.#settleCall(key, facts)
      return
    }
  }

  /**
   * The run has ended before its recorded facts did: in an earlier leg it went on, so its next fact doesn't fit. Facts of items that their map
   * no longer has don't count.
   */
  async #refuseMoreFacts(): Promise<void> {
    for (;;) {
      const fact = await this.executor.next()
      if (fact?.replayed !== true) return
      this.#give(fact)
      if (this.#isOfKeyedItem(fact.key)) continue
      if (fact.kind === 'call') throw this.#noCall(fact.key)
      return
    }
  }

  /** A fact that no stage can ask for any more: in an earlier leg its stage was called, and in this one it settled without that. */
  #unreached(isAllDone = false): StageflowError | undefined {
    if (this.executor.start.isRetried === true) return undefined
    for (const [key, { status }] of this.#later)
      if (status !== 'suspend' && (isAllDone || this.#isDone(key)) && !this.#isOfKeyedItem(key))
        return this.#noCall(key)
    return undefined
  }
  /** Whether a key is that of an item, or inside one, that its map may no longer have. */
  #isOfKeyedItem(key: string): boolean {
    return parseKey(key).parts.some(
      ({ prefix, name, place }) => place !== undefined && this.keyedMaps.has(callKey(prefix, name)),
    )
  }
  /** Whether the stage of a key, or one around it, has settled. */
  #isDone(key: string): boolean {
    return parseKey(key).parts.some(({ prefix, name }) => this.runs.get(prefix)?.isDone(name) === true)
  }
  #noCall(key: string): StageflowError {
    return this.#replayError(`its fact of "${key}" has no call in this leg: ${this.#whyNotCalled(key)}`)
  }
  /** Asks the innermost run around a key that is in progress, or else the whole one. */
  #whyNotCalled(key: string): string {
    const { parts } = parseKey(key)
    const { prefix, name } = (parts.findLast((part) => this.runs.has(part.prefix)) ?? parts[0]) as ReadPart
    return (this.runs.get(prefix) ?? this.#root).whyNotCalled(name)
  }

  /** Something may have ended that the pump waits for. */
  moved(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  /** The loop waits for what isn't a fact: interceptors around runs, cleanups, last events and local stages. */
  get isBusy(): boolean {
    return this.#locals > 0 || [...this.runs.values()].some(({ facts }) => facts.phase !== STAGES)
  }

  /** Resolves when nothing is left to do with the last fact. */
  async #quiet(): Promise<void> {
    if (this.takesTurns && !this.isBusy) await turn()
    while (this.isBusy) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      if (this.takesTurns && !this.isBusy) await turn()
    }
  }

  /** Gives a fact to the run that it is about. Throws if it isn't one, or doesn't fit the run. */
  #give(fact: Fact): void {
    if (!isFact(fact)) {
      const { kind, at } = Object(fact) as Partial<Fact>
      throw this.#replayError(
        `its executor gave ${show(fact)} of kind ${show(kind)} at ${show(at)}, which is not a fact`,
      )
    }
    const { at, key, replayed } = fact
    if (!replayed) this.isReplaying = false
    this.at = Math.max(this.at, at)
    this.#given++
    this.#hasBegun = true
    switch (fact.kind) {
      case 'call':
        return this.#endCall(key, Object(fact.facts) as CallFacts, replayed)
      case 'answer':
        return this.#answer(key, { answer: fact.answer, expired: false, by: fact.by })
      case 'timer':
        return this.#expire(key)
      case 'stop':
        return this.#stop(this.runs.get(key), fact)
    }
  }

  #stop(run: PumpedRun | undefined, { reason, interrupt }: Extract<Fact, { kind: 'stop' }>): void {
    if (interrupt === undefined) run?.cancel(reason)
    else run?.interrupt(reason, interrupt.data)
  }

  #endCall(key: string, facts: CallFacts, replayed: boolean): void {
    const wrong = wrongIn(facts)
    if (wrong !== undefined) throw this.#replayError(`in its fact of "${key}", ${wrong}`)
    if (replayed) this.#check(key, facts)
    if (this.#calls.has(key)) this.#settleCall(key, facts)
    else if (replayed) this.#later.set(key, facts)
    else throw this.#noCall(key)
  }
  #settleCall(key: string, facts: CallFacts): void {
    const call = this.#calls.get(key) as PendingCall
    this.#calls.delete(key)
    this.#tellRecorded(withoutRound(key))
    call.ended(facts, false) // it knows by itself whether its code has run here
  }

  /** `key`: that of the first round. */
  onRecorded(key: string, callback: () => void): void {
    this.#recorded.set(key, [...(this.#recorded.get(key) ?? []), callback])
  }
  #tellRecorded(key: string): void {
    const callbacks = this.#recorded.get(key) ?? []
    this.#recorded.delete(key)
    for (const callback of callbacks) callback()
  }

  /** An answer that nothing waits for is kept: the question may follow. If the stage was stopped, it changes nothing. */
  #answer(key: string, given: Answered): void {
    const waiting = this.#waits.get(key)
    // Of an answer and the time of a question the first counts.
    if (waiting === undefined) {
      if (!this.#early.has(key)) this.#early.set(key, given)
      return
    }
    if (waiting.isOver) return
    waiting.isOver = true
    this.limits.goOn(this.limitTime)
    this.#root.withSlotOf(key, () => waiting.answered(given))
  }

  /**
   * A time has passed: that of a question, a limit, or that of a wait for soft dependencies. If the question was answered before, nothing waits any
   * more.
   */
  #expire(key: string): void {
    if (this.limits.expire(key) || this.softWaits.expire(key)) return
    this.#answer(key, { answer: this.#waits.get(key)?.otherwise, expired: true, by: undefined })
  }

  /** All facts of earlier legs must be there, and the functions of the pipeline must return what they did before. */
  #check(key: string, facts: CallFacts): void {
    const isGapKnown = this.executor.start.isRetried === true
    if (facts.after >= this.#given && !isGapKnown)
      throw this.#replayError(`its fact of "${key}" has after ${facts.after}; facts are missing`)
    this.#checkDecided(facts)
  }
  #checkDecided({ decided = [] }: CallFacts): void {
    for (const [what, value] of decided) {
      const now = this.#decided.get(what)
      if (now !== undefined && now !== value)
        throw this.#replayError(`${what} returned ${value} before, and ${now} now`)
      this.#unsaved.delete(what)
    }
  }

  #replayError(what: string): StageflowError {
    return new StageflowError(
      'core/replay',
      `The run "${this.executor.start.runId}" cannot go on with this pipeline: ${what}. Run it with the code that began it, or under another id.`,
    )
  }

  #suspend(): void {
    if (this.#waits.size === 0)
      throw new StageflowError(
        'core/deadlock',
        `The run "${this.executor.start.runId}" cannot go on: its executor has a bug: no call in progress and no fact.`,
      )
    this.isSuspending = true
    for (const waiting of this.#waits.values()) waiting.suspend()
    this.#waits.clear()
  }

  /** The leg is over: its code is aborted, and the run ends in this process without being seen. */
  #abandon(error: unknown): void {
    if (this.isOver) return
    this.isOver = true
    this.takesTurns = false
    this.#root.cancel('the leg is over', error)
    for (const call of this.#calls.values()) call.ended(this.#notBegun(), true)
    for (const waiting of this.#waits.values()) waiting.stoppedNow()
  }
}
