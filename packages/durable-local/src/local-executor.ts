import { StageflowError } from '@stageflow/core'
import type { Clock, StageInfo } from '@stageflow/core'
import type { CallFacts, DurableStart, Fact, StageExecutor } from '@stageflow/core/durable'

import type { CallsInProgress } from './calls-in-progress.ts'
import { tooLarge } from './json.ts'
import type { FactKind, FactRow, InboxRow, RunLog } from './run-log.ts'
import { readFact } from './run-row.ts'

export interface Leg {
  readonly start: DurableStart
  readonly leg: number
  readonly log: RunLog
  /** The kinds and keys of the facts that the run has. */
  readonly keys: readonly { readonly kind: FactKind; readonly key: string }[]
  readonly calls: CallsInProgress
  readonly clock: Clock
  readonly maxFactLength: number
}

/** Carries out the calls of one leg in this process, and keeps their facts in the journal. */
export class LocalExecutor implements StageExecutor {
  readonly start: DurableStart
  readonly leg: number
  readonly lost: AbortSignal
  /** The numbers of the rows of the inbox that this leg has seen and has no use for. */
  readonly untaken: Set<number> = new Set()
  readonly #leg: Leg
  readonly #lost = new AbortController()
  readonly #known: Set<string>
  /** The number of the last fact that was recorded, and of the last one of an earlier leg that was read. */
  #last: number
  #read = 0
  readonly #past: number
  #page: readonly FactRow[] = []
  #place = 0
  /** Facts of this leg. */
  readonly #ready: FactRow[] = []
  /** The time of the last fact; times never go back. */
  #at: number
  readonly #held: (readonly [key: string, call: () => Promise<CallFacts>])[] = []
  readonly #timers = new Map<string, number>()
  readonly #waiting = new Set<string>()
  /** Calls whose code runs, facts on their way into the journal, and those among them that did not come from a call. */
  #running = 0
  #recording = 0
  #outside = 0
  #isCalled = true
  #error: unknown
  #wake: (() => void) | undefined
  #cancelTimer: (() => void) | undefined

  constructor(leg: Leg) {
    this.start = leg.start
    this.leg = leg.leg
    this.lost = this.#lost.signal
    this.#leg = leg
    this.#known = new Set(leg.keys.map(({ kind, key }) => idOf(kind, key)))
    this.#past = this.#last = leg.keys.length
    this.#at = leg.start.startedAt
  }

  // What the run asks for

  execute(key: string, call: () => Promise<CallFacts>, _stage: StageInfo): void {
    if (!this.#known.has(idOf('call', key))) this.#held.push([key, call])
  }
  timer(key: string, at: number): void {
    if (!this.#known.has(idOf('timer', key))) this.#timers.set(key, at)
  }
  wait(key: string): void {
    this.#waiting.add(key)
    // An answer may have come before its question was known.
    this.#isCalled = true
  }
  stop(key: string, reason: string): void {
    this.#record('stop', key, JSON.stringify(reason))
  }

  // What happens from outside

  /** Something is in the inbox of the run. */
  call(): void {
    this.#isCalled = true
    this.#moved()
  }
  /** The leg is over: another process has the run, or the journal is being closed. */
  lose(reason: StageflowError): void {
    if (!this.lost.aborted) this.#lost.abort(reason)
    this.close()
  }
  close(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  // Facts

  async next(): Promise<Fact | undefined> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error as Error
      const row = this.#nextRow()
      if (row !== undefined) return this.#factOf(row)
      this.#takeInbox()
      this.#passTimers()
      // Stops, timers and answers come before any call begins.
      if (this.#outside === 0) for (const [key, call] of this.#held.splice(0)) this.#begin(key, call)
      if (this.#running === 0 && this.#recording === 0) return undefined
      await this.#movement()
    }
  }

  #nextRow(): FactRow | undefined {
    if (this.#place === this.#page.length && this.#read < this.#past) {
      this.#page = this.#leg.log.page(this.#read, this.#past)
      this.#place = 0
      this.#read = this.#page.at(-1)?.n ?? this.#past
    }
    if (this.#place < this.#page.length) return this.#page[this.#place++]
    return this.#ready.shift()
  }

  #factOf({ n, kind, key, at, value }: FactRow): Fact {
    this.#at = Math.max(this.#at, at)
    const given = { at, replayed: n <= this.#past, key }
    const read = readFact({ kind, key, value }, this.start.runId)
    if (kind === 'timer') return { ...given, kind }
    if (kind === 'stop') return { ...given, kind, reason: read as string }
    if (kind === 'answer') {
      this.#waiting.delete(key)
      return { ...given, kind, answer: read }
    }
    return { ...given, kind: 'call', facts: read as CallFacts }
  }

  #takeInbox(): void {
    if (!this.#isCalled) return
    this.#isCalled = false
    this.untaken.clear()
    for (const row of this.#leg.log.inbox()) {
      // An answer waits until its question has been asked in this leg.
      if (row.kind === 'stop' || this.#waiting.has(row.key)) this.#record(row.kind, row.key, row.value, row)
      else this.untaken.add(row.n)
    }
  }

  #passTimers(): void {
    this.close()
    const now = this.#leg.clock.now()
    let earliest = Infinity
    for (const [key, at] of this.#timers) {
      if (at <= now) {
        this.#timers.delete(key)
        this.#record('timer', key, 'null')
      } else if (at < earliest) earliest = at
    }
    if (earliest < Infinity) this.#cancelTimer = this.#leg.clock.setTimeout(() => this.#moved(), earliest - now)
  }

  #begin(key: string, call: () => Promise<CallFacts>): void {
    this.#running++
    void this.#leg.calls.begin(this.start.runId, key, call).then(
      (facts) => {
        this.#running--
        if (facts.lost !== true)
          this.#record(facts.status === 'suspend' ? 'ask' : 'call', key, this.#textOf(facts, key))
      },
      (error: unknown) => this.#fail(error),
    )
  }

  #textOf(facts: CallFacts, key: string): string {
    const text = JSON.stringify(facts)
    const { maxFactLength } = this.#leg
    if (text.length <= maxFactLength) return text
    const { code, message } = tooLarge(
      `What "${key}" of run "${this.start.runId}" returned`,
      text.length,
      maxFactLength,
    )
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

  #record(kind: FactKind, key: string, value: string, taken?: InboxRow): void {
    if (this.lost.aborted || this.#known.has(idOf(kind, key))) return this.#moved()
    this.#known.add(idOf(kind, key))
    const isOutside = kind !== 'call' && kind !== 'ask'
    this.#recording++
    if (isOutside) this.#outside++
    this.#at = Math.max(this.#at, this.#leg.clock.now())
    const row: FactRow = { n: ++this.#last, kind, key, at: this.#at, value }
    void this.#leg.log.add(row, taken).then(
      (isOurs) => {
        this.#recording--
        if (isOutside) this.#outside--
        if (!isOurs) return this.lose(lostRun(this.start.runId))
        if (!this.lost.aborted) this.#ready.push(row)
        this.#moved()
      },
      (error: unknown) => this.#fail(error),
    )
  }

  #fail(error: unknown): void {
    this.#error ??= error
    this.#moved()
  }

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

/** A key has one fact of each kind. A call that suspended and one that ended are the same kind. */
const idOf = (kind: FactKind, key: string): string => `${kind === 'ask' ? 'call' : kind} ${key}`

export const lostRun = (runId: string): StageflowError =>
  new StageflowError(
    'durable-local/lost',
    `Another process has taken over run "${runId}", because this one did not renew its lease in time. The run goes on there.`,
  )
