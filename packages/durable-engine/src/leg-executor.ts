import { StageflowError } from '@stageflow/core'
import type { Clock, StageInfo } from '@stageflow/core'
import { meetsDemands } from '@stageflow/core/durable'
import type { AnswerDemands, CallFacts, DurableStart, Fact, Interrupt, StageExecutor } from '@stageflow/core/durable'

import type { CallsInProgress } from './calls-in-progress.ts'
import { tooLarge } from './json.ts'
import { FactParts } from './kept-result.ts'
import type { FactKind, FactRow, InboxRow } from './rows.ts'
import type { RunLog } from './run-log.ts'
import { givenIn, readFact, stopIn } from './run-row.ts'
import type { GivenAnswer, GivenInterrupt, KeptAnswer } from './run-row.ts'
import type { CallInProgress } from './in-progress.ts'

export interface Leg {
  readonly start: DurableStart
  readonly leg: number
  /** The number of the run. */
  readonly run: number
  readonly log: RunLog
  /** The kinds and keys of the facts that the run has. */
  readonly keys: readonly { readonly kind: FactKind; readonly key: string }[]
  /** Whether the lease of this process still holds for certain. */
  readonly isLeased: () => boolean
  /** The path of the answer that a call waits for, as early answers have it. */
  readonly pathOf: (key: string) => string
  /** What the graph of this leg demands of who answers a call. */
  readonly demandsOf: (key: string) => AnswerDemands
  /** Checks an answer that was given without the graph. Resolves with the answer as the stage gets it, and rejects if it is refused. */
  readonly checkAnswer: (key: string, answer: unknown) => Promise<unknown>
  readonly calls: CallsInProgress
  readonly clock: Clock
  /** The time that has come by the clock of the journal, because of which the leg began; otherwise 0. */
  readonly dueAt: number
  readonly maxFactLength: number
}

/** Carries out the calls of one leg in this process, and keeps their facts in the journal. */
export class LegExecutor implements StageExecutor {
  readonly core: string = '^1.0.0'
  readonly start: DurableStart
  readonly leg: number
  readonly lost: AbortSignal
  readonly stopping: AbortSignal
  /** Whether the run has asked for a call, or has a fact. Until then only interceptors have run. */
  hasBegun: boolean
  /**
   * The rows of the inbox that this leg has seen and has no use for, by their numbers. An answer becomes an early one if the time of its question
   * passed as it came, or if this leg doesn't ask that question. Then it is that of the next question, or of none. One that was refused stays, to
   * be seen.
   */
  readonly untaken: Map<number, InboxRow | undefined> = new Map()
  /** What the run was given of its facts. */
  readonly parts: FactParts = new FactParts()
  readonly #leg: Leg
  readonly #lost = new AbortController()
  readonly #stopping = new AbortController()
  /** What the run has facts of, in this leg and in earlier ones. */
  readonly #known: Set<string>
  /** How many facts earlier legs have recorded. */
  readonly #pastCount: number
  /** Those of them that were read and not yet given to the run. */
  readonly #pastFacts: FactRow[] = []
  /** The number of the last one that was read. */
  #lastRead = 0
  /** Facts of this leg that are committed and not yet given to the run. */
  readonly #newFacts: FactRow[] = []
  #lastNumber: number
  /** The time of the last fact; times never go back. */
  #lastAt: number
  /** Calls that the run has asked for and that have not begun. */
  readonly #heldCalls: (readonly [key: string, call: () => Promise<CallFacts>])[] = []
  /** The keys of the calls that the run has asked for in this leg. */
  readonly #asked = new Set<string>()
  readonly #timers = new Map<string, number>()
  /** The keys of the calls that wait for an answer. */
  readonly #waiting = new Set<string>()
  /** When the calls began whose code runs, by their keys. */
  readonly #running = new Map<string, number>()
  /** How many facts are on their way into the journal. */
  #pendingFacts = 0
  /** How many of those didn't come from a call of the run: stops, timers and answers. */
  #pendingOutside = 0
  /** The inbox as it was read last, without what this leg has taken. */
  #inbox: readonly InboxRow[] = []
  readonly #taken = new Set<number>()
  /** The numbers of its rows whose answers are being checked, and of those that were refused. */
  readonly #checking = new Set<number>()
  readonly #refused = new Set<number>()
  /** True if the inbox may have more than was read. */
  #mustRead: boolean
  /** The read that began last; undefined once it has ended. A journal that answers at once has none. */
  #reading: Promise<void> | undefined
  /** True if a row of the inbox may be taken now. */
  #mayTake = true
  #error: unknown
  #wake: (() => void) | undefined
  #cancelTimer: (() => void) | undefined
  /** The run no longer asks for facts: it has ended, or its leg is lost. */
  #isClosed = false

  constructor(leg: Leg) {
    this.start = leg.start
    this.leg = leg.leg
    this.lost = this.#lost.signal
    this.stopping = this.#stopping.signal
    this.#leg = leg
    // A run that is new has nothing in its inbox.
    this.#mustRead = leg.leg > 1
    this.#known = new Set(leg.keys.map(({ kind, key }) => idOf(kind, key)))
    this.#pastCount = leg.keys.length
    this.#lastNumber = this.#pastCount
    this.hasBegun = this.#pastCount > 0
    this.#lastAt = leg.start.startedAt
  }

  // What the run asks for

  execute(key: string, call: () => Promise<CallFacts>, _stage: StageInfo): void {
    this.hasBegun = true
    this.#asked.add(key)
    // The fact of a leg that had lost its lease may be in the inbox.
    this.#mayTake = true
    if (!this.#known.has(idOf('call', key))) this.#heldCalls.push([key, call])
  }
  timer(key: string, at: number): void {
    if (!this.#known.has(idOf('timer', key))) this.#timers.set(key, at)
  }
  wait(key: string): void {
    this.#waiting.add(key)
    // An answer may have come before its question was known.
    this.#mustRead = true
  }
  stop(key: string, reason: string, interrupt?: Interrupt): void {
    if (interrupt === undefined) this.#record('stop', key, JSON.stringify(reason))
    else this.#record('interrupt', key, JSON.stringify({ reason, ...interrupt }))
  }

  /** When the run goes on without an answer, while it waits for one. */
  get wakeAt(): number | null {
    const times = [...this.#timers].flatMap(([key, at]) => (this.#waiting.has(key) ? at : []))
    return times.length === 0 ? null : Math.min(...times)
  }

  /** The calls whose code runs. */
  get inProgress(): readonly CallInProgress[] {
    return [...this.#running].map(([key, startedAt]) => ({ key, startedAt }))
  }

  // What happens from outside

  /** Tells that something may be in the inbox of the run. What it can't read ends this leg, and disturbs no other run. */
  lookIntoInbox(): void {
    this.#mustRead = true
    void this.#lookForStop()
  }
  /** While an interceptor around the run is awaited, `next` isn't called. Never rejects. */
  async #lookForStop(): Promise<void> {
    try {
      const reading = this.#readInbox()
      if (reading !== undefined) await reading
    } catch {
      // `next` reads again, and fails.
      return this.#moved()
    }
    try {
      const stop = this.#inbox.find(({ kind }) => kind === 'stop')
      if (stop !== undefined) this.#stopping.abort(stopIn(readFact({ ...stop, kind: 'stop' }, this.start.runId)).reason)
      this.#moved()
    } catch (error) {
      this.#fail(error)
    }
  }
  /** The lease holds again for certain, so calls may begin. */
  leaseRenewed(): void {
    this.#moved()
  }
  /** The leg is over: another process has the run, or the journal is being closed. */
  lose(reason: StageflowError): void {
    if (!this.lost.aborted) this.#lost.abort(reason)
    this.close()
  }
  close(): void {
    this.#isClosed = true
    this.#clearAlarm()
  }

  // Facts

  async next(): Promise<Fact | undefined> {
    for (;;) {
      // A write in progress may wake it after that. It must not set an alarm again, nor begin a call.
      if (this.#isClosed) return undefined
      if (this.#error !== undefined) throw this.#error as Error
      if (this.#pastFacts.length === 0 && this.#lastRead < this.#pastCount) await this.#readPast()
      const row = this.#pastFacts.shift() ?? this.#newFacts.shift()
      if (row?.kind === 'retry') continue
      if (row !== undefined) return this.#factOf(row)
      const reading = this.#mustRead ? this.#readInbox() : this.#reading
      if (reading !== undefined) {
        await reading
        continue // something may have happened meanwhile
      }
      this.#takeInbox()
      this.#passTimers()
      // Stops, timers and answers come before any call begins. A process that was stopped for a while first looks whether it has lost the run.
      const isLeased = this.#leg.isLeased()
      if (this.#pendingOutside === 0 && isLeased) this.#beginHeldCalls()
      const mustLook = !isLeased && this.#heldCalls.length > 0
      const isBusy = this.#running.size > 0 || this.#pendingFacts > 0 || this.#checking.size > 0
      if (!isBusy && !mustLook) return undefined
      await this.#movement()
    }
  }

  async #readPast(): Promise<void> {
    const page = await this.#leg.log.page(this.#lastRead, this.#pastCount)
    this.#pastFacts.push(...page)
    this.#lastRead = page.at(-1)?.n ?? this.#pastCount
  }

  #factOf({ n, kind, key, at, value }: FactRow): Fact {
    this.#lastAt = Math.max(this.#lastAt, at)
    const given = { at, replayed: n <= this.#pastCount, key }
    const read = readFact({ kind, key, value }, this.start.runId)
    if (kind === 'timer') {
      this.#waiting.delete(key)
      return { ...given, kind }
    }
    if (kind === 'stop') return { ...given, kind, reason: stopIn(read).reason }
    if (kind === 'interrupt') {
      const { reason, data } = read as GivenInterrupt
      return { ...given, kind: 'stop', reason, interrupt: { data } }
    }
    if (kind === 'answer') {
      this.#waiting.delete(key)
      return { ...given, kind, ...(read as GivenAnswer) }
    }
    this.parts.add(n, read as CallFacts)
    return { ...given, kind: 'call', facts: read as CallFacts }
  }

  /** Reads the inbox again. Returns a promise if the journal doesn't answer at once. */
  #readInbox(): Promise<void> | undefined {
    const rows = this.#leg.log.inbox()
    this.#mustRead = false
    if (!(rows instanceof Promise)) {
      this.#noteInbox(rows)
      return undefined
    }
    const reading = this.#noteRead(rows).finally(() => {
      if (this.#reading === reading) this.#reading = undefined
    })
    this.#reading = reading
    return reading
  }
  async #noteRead(rows: Promise<readonly InboxRow[]>): Promise<void> {
    try {
      this.#noteInbox(await rows)
    } catch (error) {
      this.#mustRead = true
      throw error
    }
  }
  #noteInbox(rows: readonly InboxRow[]): void {
    // A row that is being taken may still have been there.
    this.#inbox = rows.filter(({ n }) => !this.#taken.has(n))
    this.#mayTake = true
  }

  #takeInbox(): void {
    if (!this.#mayTake) return
    this.#mayTake = false
    this.untaken.clear()
    for (const row of this.#inbox) {
      if (row.kind === 'refused') continue
      if (row.kind === 'early') this.#takeEarly(row)
      else if (row.kind === 'late') this.#takeLate(row)
      else if (row.kind === 'stop' || row.kind === 'interrupt') this.#record(row.kind, row.key, row.value, row)
      else this.#takeAnswer(row)
    }
  }

  /**
   * An answer waits until its question has been asked in this leg. If the time of that has passed before, it is that of the next question. If
   * this leg doesn't ask it, it waits for a leg that does: the list of a map may lack the item now, or a new stage may ask first.
   */
  #takeAnswer(row: InboxRow): void {
    const { key } = row
    if (this.#known.has(idOf('answer', key))) return void this.untaken.set(row.n, undefined)
    const isOverdue = this.#known.has(idOf('timer', key))
    if (this.#waiting.has(key) && !isOverdue) return this.#recordAnswer(key, row)
    if (isOverdue && this.#answerIn(row).onlyThis === true) return void this.#refuse(key, row)
    // Its question is the next one that is asked there: in a leg that asks it, this answer is taken before its time can pass.
    const early = { ...row, kind: 'early', key: this.#leg.pathOf(key) } as const
    if (!isOverdue || !this.#takeEarly(early)) this.untaken.set(row.n, early)
  }

  /** An early answer is that of the next question of its stage. Until then it stays in the inbox, over legs. Returns whether it was taken. */
  #takeEarly(row: InboxRow): boolean {
    const asked = [...this.#waiting].find((key) => this.#leg.pathOf(key) === row.key && !this.#isAnswered(key))
    if (asked === undefined) return false
    this.#recordAnswer(asked, row)
    return true
  }

  #answerIn({ key, value }: InboxRow): KeptAnswer {
    return readFact({ kind: 'answer', key, value }, this.start.runId) as KeptAnswer
  }

  /**
   * One that was given without the graph is checked first. If it is refused, the question stays open. So it does if the graph of this leg demands
   * something of its author that the version that admitted the answer did not.
   */
  #recordAnswer(key: string, row: InboxRow): void {
    const kept = this.#answerIn(row)
    const { unchecked, demanded } = kept
    if (demanded !== undefined && !meetsDemands(demanded, this.#leg.demandsOf(key))) return void this.#refuse(key, row)
    const given = givenIn(kept)
    if (unchecked !== true) return this.#record('answer', key, JSON.stringify(given), row)
    if (this.#refused.has(row.n)) void this.#refuse(key, row)
    else if (!this.#checking.has(row.n)) void this.#check(key, row, given)
  }
  /** Never rejects. */
  async #check(key: string, row: InboxRow, given: GivenAnswer): Promise<void> {
    this.#checking.add(row.n)
    try {
      const answer = (await this.#leg.checkAnswer(key, given.answer)) ?? null
      if (!this.#isAnswered(key)) this.#record('answer', key, JSON.stringify({ ...given, answer }), row)
    } catch {
      await this.#refuse(key, row)
    }
    this.#checking.delete(row.n)
    this.#mayTake = true
    this.#moved()
  }

  /** The question of `key` doesn't get this answer. It leaves the way free for the right one, and stays in view. Never rejects. */
  async #refuse(key: string, row: InboxRow): Promise<void> {
    const refused = { ...row, kind: 'refused', key } as const
    // If it can't be written now, the end of the leg does it.
    this.untaken.set(row.n, refused)
    if (this.#refused.has(row.n)) return
    this.#refused.add(row.n)
    await this.#leg.log.refuse(refused).catch(() => {})
  }

  /** What a call did in a leg that had lost its lease counts, unless this leg has ended that call itself. */
  #takeLate(row: InboxRow): void {
    const isEnded = this.#known.has(idOf('call', row.key))
    // Left in the inbox, it would begin one leg after the other.
    if (isEnded || !this.#asked.has(row.key)) {
      this.untaken.set(row.n, undefined)
      return
    }
    const held = this.#heldCalls.findIndex(([key]) => key === row.key)
    if (held >= 0) this.#heldCalls.splice(held, 1)
    this.#record('call', row.key, row.value, row)
  }

  /** Whether a question has its answer, or its time has passed, also if the run was not given that yet. */
  #isAnswered(key: string): boolean {
    return this.#known.has(idOf('answer', key)) || this.#known.has(idOf('timer', key))
  }

  /** Records the timers whose time has come, and sets the alarm for the next one. */
  #passTimers(): void {
    this.#clearAlarm()
    // The clock of the journal may be ahead of this one. Otherwise the leg would end, and the next one begin, until this one has come up.
    const now = Math.max(this.#leg.clock.now(), this.#leg.dueAt)
    let earliest = Infinity
    for (const [key, at] of this.#timers) {
      if (at <= now) {
        this.#timers.delete(key)
        // A question has one end.
        if (!this.#known.has(idOf('answer', key))) this.#record('timer', key, 'null')
      } else if (at < earliest) earliest = at
    }
    if (earliest < Infinity) this.#cancelTimer = this.#leg.clock.setTimeout(() => this.#moved(), earliest - now)
  }
  #clearAlarm(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #beginHeldCalls(): void {
    for (const [key, call] of this.#heldCalls.splice(0)) void this.#carryOut(key, call)
  }

  /** Runs a call and records what came of it, or holds it again if it had to wait. Never rejects. */
  async #carryOut(key: string, call: () => Promise<CallFacts>): Promise<void> {
    this.#running.set(key, this.#leg.clock.now())
    try {
      const earlierLeft = this.#leg.calls.earlierLeft(this.#leg.run, key)
      if (earlierLeft !== undefined) {
        if (!(await earlierLeft)) throw stillRunning(key, this.start.runId)
        this.#running.delete(key)
        // The lease may have ended meanwhile.
        this.#heldCalls.push([key, call])
        return this.#moved()
      }
      const facts = await this.#leg.calls.begin(this.#leg.run, key, call)
      this.#running.delete(key)
      if (facts.lost === true) return
      this.#record(facts.status === 'suspend' ? 'ask' : 'call', key, this.#textOf(facts, key))
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The facts of a call as JSON. If they are too long, the call has failed. */
  #textOf(facts: CallFacts, key: string): string {
    const text = JSON.stringify(facts)
    const { maxFactLength } = this.#leg
    if (text.length <= maxFactLength) return text
    const what = `What "${key}" of run "${this.start.runId}" returned`
    const { code, message } = tooLarge(what, text.length, maxFactLength)
    const { startedAt, endedAt, after, decided } = facts
    const failed: CallFacts = {
      status: 'fail',
      by: 'engine',
      error: { code, message },
      startedAt,
      endedAt,
      attempts: [],
      after,
      ...(decided && { decided }),
    }
    return JSON.stringify(failed)
  }

  /** Writes a fact into the journal, unless the run has it already or the leg is lost. `taken` leaves the inbox for it. */
  #record(kind: FactKind, key: string, value: string, taken?: InboxRow): void {
    const id = idOf(kind, key)
    if (this.lost.aborted || this.#known.has(id)) return this.#moved()
    this.hasBegun = true
    this.#known.add(id)
    this.#lastNumber++
    this.#lastAt = Math.max(this.#lastAt, this.#leg.clock.now())
    const row: FactRow = { n: this.#lastNumber, kind, key, at: this.#lastAt, value }
    this.#pendingFacts++
    if (isFromOutside(kind)) this.#pendingOutside++
    if (taken !== undefined) this.#take(taken)
    void this.#leg.log.add(row, taken).then(
      (isOurs) => this.#recorded(row, isOurs),
      (error: unknown) => this.#fail(error),
    )
  }

  #take({ n }: InboxRow): void {
    this.#taken.add(n)
    this.#inbox = this.#inbox.filter((row) => row.n !== n)
  }

  #recorded(row: FactRow, isOurs: boolean): void {
    this.#pendingFacts--
    if (isFromOutside(row.kind)) this.#pendingOutside--
    // A fact before this one could not be written: that error ends the leg.
    if (!isOurs && this.#error !== undefined) return
    if (!isOurs) return this.lose(lostRun(this.start.runId))
    if (!this.lost.aborted) this.#newFacts.push(row)
    this.#moved()
  }

  #fail(error: unknown): void {
    this.#error ??= error
    this.#moved()
  }

  /** Resolves when there may be something new for `next`. */
  #movement(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
  #moved(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

/** True for stops, timers and answers: they don't come from a call of the run. */
const isFromOutside = (kind: FactKind): boolean => kind !== 'call' && kind !== 'ask'

/** A key has one fact of each kind. A call that suspended and one that ended are the same kind. */
const idOf = (kind: FactKind, key: string): string => `${kind === 'ask' ? 'call' : kind} ${key}`

export const lostRun = (runId: string): StageflowError =>
  new StageflowError(
    'durable-engine/lease-lost',
    `Another process has taken over run "${runId}", because this one did not renew its lease in time. The run goes on there.`,
  )

const stillRunning = (key: string, runId: string): StageflowError =>
  new StageflowError(
    'durable-engine/still-running',
    `"${key}" of run "${runId}" still runs in this process for a leg that is over, because its code ignores its signal. Let another process take over the run, or restart this one.`,
  )
