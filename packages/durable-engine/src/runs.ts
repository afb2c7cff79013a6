import { systemClock } from '@stageflow/core'
import type { Clock, StageGraph } from '@stageflow/core'
import { answerPath, checkedAnswers, fingerprintOf, runDurable } from '@stageflow/core/durable'
import type { LegOptions } from '@stageflow/core/durable'
import { CLOSE_TIMEOUT_MS, textOf, withinLimit } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { pathsIn } from './answers.ts'
import { CallsInProgress } from './calls-in-progress.ts'
import { claim, lookAt, unknownRun } from './claim.ts'
import type { Claim, NewRun } from './claim.ts'
import { endWithoutCode } from './end-without-code.ts'
import { askToStop, keepAnswers } from './inbox.ts'
import type { GivenAnswers } from './inbox.ts'
import { ask, askLast, closedJournal } from './journal.ts'
import type { Act, Journal } from './journal.ts'
import { resultText } from './kept-result.ts'
import { LegExecutor, lostRun } from './leg-executor.ts'
import { Pulse } from './pulse.ts'
import type { InboxRow, RunRow } from './rows.ts'
import { RunLog } from './run-log.ts'
import { resultOf } from './run-result.ts'
import type { Settled } from './run-result.ts'
import { readFact, errorRecord, stopIn } from './run-row.ts'
import type { GivenStop, PinnedOptions } from './run-row.ts'
import type { CallInProgress } from './in-progress.ts'

/**
 * The options of a run. `timeoutMs`, `maxConcurrency` and `onStageFailure` are kept: later legs have those of the first one. The
 * rest are those of the leg that this process carries.
 */
export type DurableRunOptions<Ports> = LegOptions<Ports> & PinnedOptions

type Graph = StageGraph<unknown, unknown>

export interface RunsPlan {
  readonly journal: Journal
  readonly owner: string
  readonly leaseMs: number
  readonly maxRecoveries: number
  readonly maxFactLength: number
  readonly clock: Clock
  /** Called when a run has ended. */
  readonly onEnd: () => void
}

/** A run that this process carries or waits for. */
interface LiveRun {
  readonly id: string
  readonly graph: Graph
  /** Those of its legs here. Only the caller who starts a run gives it a signal. */
  readonly options: LegOptions<unknown>
  /** What it is started with; undefined if it exists. */
  readonly start: NewRun | undefined
  /** Its number, once it is claimed or known. */
  n: number | undefined
  /** How many callers wait for it. */
  waiting: number
  /** Resolves when the journal has it, or can't have it. */
  readonly begun: PromiseWithResolvers<void>
  settled: Promise<Settled>
}
interface LiveLeg {
  readonly row: RunRow
  readonly executor: LegExecutor
}
interface LegEnd {
  readonly row: RunRow
  readonly act: () => Act<unknown>
}

/** What `close()` of a journal could do with the runs that the process carried. */
export interface JournalCloseReport {
  /** The ids of the runs whose code has returned. Another process can take them over at once. */
  readonly released: readonly string[]
  /** The ids of the runs whose code ignores its signal. Another process can take them over when their lease ends. */
  readonly stillRunning: readonly string[]
  /** Why nothing was released: the journal could not be written. Undefined if it could. */
  readonly error: unknown
}

/** A run was to be started, and another caller has. This one attaches to it instead. */
export class RunExists extends Error {}
/** All callers have left, while another process carries the run. No caller gets this error. */
class AllHaveLeft extends Error {}

/** The runs that this process carries or waits for. */
export class Runs {
  readonly pulse: Pulse
  readonly #plan: RunsPlan
  readonly #runs = new Map<string, LiveRun>()
  /** The legs of this process, by the number of their run. */
  readonly #legs = new Map<number, LiveLeg>()
  readonly #calls = new CallsInProgress()
  #isBeating = false
  /** Until when no other process can have taken the runs of this one, on the monotonic clock of the machine. */
  #leasedUntil = 0
  /** The legs whose end could not be written, by the number of their run. The next beats try again. */
  readonly #unwritten = new Map<number, LegEnd>()

  constructor(plan: RunsPlan) {
    this.#plan = plan
    // Short enough to renew the lease before it ends.
    this.pulse = new Pulse(plan.clock, Math.min(plan.journal.pollMs, plan.leaseMs / 3))
    plan.journal.listen?.((run) => {
      this.#lookIntoInbox(run)
      this.pulse.beat()
    })
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  /** Starts a run, and carries it until it ends or suspends. Rejects with `RunExists` if another caller has started it. */
  async start(graph: Graph, id: string, options: LegOptions<unknown>, start: NewRun): Promise<Settled> {
    if (this.has(id)) throw new RunExists()
    return this.#waitFor(this.#begin(graph, id, options, start), undefined)
  }
  /**
   * Carries a run that exists until it ends or suspends, or waits until another process has. When the signal aborts, only the wait
   * ends: the run is not this caller's. `n`: the number of the run that the caller was admitted to.
   */
  async attach(
    graph: Graph,
    id: string,
    { signal, ...options }: LegOptions<unknown>,
    n: number | undefined,
  ): Promise<Settled> {
    for (;;) {
      signal?.throwIfAborted()
      const joined = this.#runs.get(id)
      const live = joined ?? this.#begin(graph, id, options, undefined)
      try {
        const result = await this.#waitFor(live, signal)
        if (n !== undefined && live.n !== n) throw unknownRun(id, this.#plan.journal)
        // What this caller has answered may have been written after the leg that was in progress had ended: a look tells.
        if (joined === undefined || result.status !== 'suspended') return result
      } catch (error) {
        // It was a start, and another process was faster.
        if (!(error instanceof RunExists)) throw error
      }
    }
  }

  #begin(graph: Graph, id: string, options: LegOptions<unknown>, start: NewRun | undefined): LiveRun {
    const live: LiveRun = {
      id,
      graph,
      options,
      start,
      n: undefined,
      waiting: 0,
      begun: Promise.withResolvers(),
      settled: new Promise(() => {}),
    }
    this.#runs.set(id, live)
    live.settled = this.#carry(live).finally(() => this.#forget(live))
    live.settled.catch(() => {}) // its callers have the error, if any are left
    return live
  }
  async #waitFor(live: LiveRun, signal: AbortSignal | undefined): Promise<Settled> {
    const gone = Promise.withResolvers<never>()
    const leave = (): void => gone.reject(signal?.reason as Error)
    live.waiting++
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([live.settled, gone.promise])
    } finally {
      live.waiting--
      signal?.removeEventListener('abort', leave)
    }
  }
  #forget(live: LiveRun): void {
    if (this.#runs.get(live.id) === live) this.#runs.delete(live.id)
  }

  async #carry(live: LiveRun): Promise<Settled> {
    let { start } = live
    for (;;) {
      const claimed = await this.#claim(live, start).finally(live.begun.resolve)
      start = undefined
      live.n = claimed.row.n
      if (claimed.is === 'settled') return claimed.result
      const result = await this.#leg(live, claimed)
      if (result !== undefined) return result
    }
  }

  /** Claims a run, or waits while another process carries it. */
  async #claim(live: LiveRun, start: NewRun | undefined): Promise<Exclude<Claim, { is: 'elsewhere' | 'exists' }>> {
    const { id, graph, options } = live
    const { journal, owner } = this.#plan
    let hasAskedToStop = false
    // Only the first try may create the run. Later ones only look, until the run can be claimed: a look needs no transaction.
    let created = start
    for (;;) {
      const seen = created === undefined ? lookAt(await journal.read(ask('findRun', id)), owner) : undefined
      if (seen !== 'elsewhere') {
        const toCreate = created
        const lookedAt = systemClock.now()
        const mustRenew = this.#mustRenew(lookedAt)
        const claimant = { ...this.#plan, mustRenew }
        const found = await journal.write(() => claim(id, graph, claimant, toCreate), 'repeatable')
        if (found.is === 'exists') throw new RunExists()
        // An answer that is committed from now on finds no run in progress, and begins a new leg.
        if (found.is === 'settled') this.#forget(live)
        if (found.is === 'ours') {
          if (mustRenew) this.#noteClaim(lookedAt)
          toCreate?.onAdded?.()
        }
        if (found.is !== 'elsewhere') return found
      }
      created = undefined
      await this.pulse.next()
      if (this.pulse.isOver) throw closedJournal(journal)
      if (live.waiting === 0) throw new AllHaveLeft()
      if (options.signal?.aborted === true && !hasAskedToStop) {
        hasAskedToStop = true
        await this.cancel(id, { reason: textOf(options.signal.reason) })
      }
    }
  }

  /** Carries one leg. Undefined if the run goes on in another leg, here or in another process. */
  async #leg(live: LiveRun, { row, start, keys }: Extract<Claim, { is: 'ours' }>): Promise<Settled | undefined> {
    const { journal, clock, maxFactLength } = this.#plan
    const executor = new LegExecutor({
      start,
      leg: row.leg,
      log: new RunLog(journal, { id: row.id, run: row.n, fence: row.fence }),
      keys,
      isLeased: () => systemClock.now() < this.#leasedUntil,
      pathOf: pathsIn(fingerprintOf(live.graph)),
      checkAnswer: async (key, answer) => checkedAnswer(live.graph, key, answer),
      calls: this.#calls,
      clock,
      dueAt: row.is_due === 1 ? (row.wake_at ?? 0) : 0,
      maxFactLength,
    })
    this.#legs.set(row.n, { row, executor })
    if (this.pulse.isOver) executor.lose(closedJournal(journal))
    this.#beat()
    try {
      if (row.leg > 1) executor.lookIntoInbox()
      const result = await runDurable(live.graph, executor, live.options)
      if (!(await journal.write(() => this.#end(row, executor, result), 'repeatable'))) return undefined
      this.#forget(live)
      if (result.status !== 'suspended') {
        this.#calls.forget(row.id)
        this.#plan.onEnd()
      }
      return result
    } catch (error) {
      // The order matters: close() loses the legs too, and a lost leg must not write.
      if (this.pulse.isOver) throw closedJournal(journal)
      if (executor.lost.aborted) return undefined
      if (executor.stopping.aborted) return await this.#cancelled(live, row, executor.stopping.reason as string)
      const isRefused = row.leg === 1 && !executor.hasBegun
      // The caller gets the error of the leg, whether its end can be written or not.
      await this.#writeEnd(row, () => (isRefused ? removeRefused(row) : this.#stay(row, error))).catch(() => {})
      throw error
    } finally {
      executor.close()
      // close() needs the legs that it has ended.
      if (!this.pulse.isOver) this.#legs.delete(row.n)
    }
  }

  /** Keeps the result of a run. Runs within a write. Returns false if there is more to do, here or in the process that has the run now. */
  *#end({ n: run, fence }: RunRow, { untaken, wakeAt, parts }: LegExecutor, result: Settled): Act<boolean> {
    const isSuspended = result.status === 'suspended'
    if (isSuspended) yield* ask('lockRun', run)
    // An answer has come while the leg was ending.
    const hasSeen = ({ n, kind }: InboxRow): boolean => kind === 'early' || untaken.has(n)
    if (isSuspended && !(yield* ask('inbox', run)).every(hasSeen)) return false
    const [failure] = result.status === 'failed' ? result.errors : []
    const error = failure === undefined ? null : JSON.stringify(failure)
    const ended = { run, fence, status: result.status, result: resultText(result, parts), error, wakeAt }
    if (!isSuspended) return yield* askLast('endLeg', ended)
    if (!(yield* ask('endLeg', ended))) return false
    for (const [row, early] of untaken) {
      yield* ask('takeFromInbox', row)
      if (early !== undefined) yield* ask('addToInbox', { run, kind: early.kind, key: early.key, value: early.value })
    }
    return true
  }

  /** The leg could not go on after a stop, for example because an interceptor around the run hangs: the run ends without its code. */
  async #cancelled(live: LiveRun, claimed: RunRow, reason: string): Promise<Settled | undefined> {
    const { id } = claimed
    const result = await this.#writeEnd(claimed, () => cancelWithoutCode(claimed, reason))
    if (result === undefined) return undefined
    this.#forget(live)
    this.#calls.forget(id)
    this.#plan.onEnd()
    return result
  }
  /** The leg could not go on, but the run has not failed. Runs within a write. */
  #stay({ n: run, fence }: RunRow, error: unknown): Act<unknown> {
    if (this.#plan.journal.mayPass(error) === 'soon') return ask('releaseRun', run, fence)
    // Without help, for example what a fact had no room for would be done again and again.
    const text = JSON.stringify(errorRecord(error))
    return ask('endLeg', { run, fence, status: 'blocked', result: null, error: text, wakeAt: null })
  }
  /**
   * Writes how a leg has ended without a result of its code. If that fails, the next beats try again: until then no other process can have
   * the run, because this one holds its lease.
   */
  async #writeEnd<T>(row: RunRow, act: () => Act<T>): Promise<T> {
    const { journal } = this.#plan
    try {
      return await journal.write(act, 'repeatable')
    } catch (error) {
      const release = (): Act<unknown> => ask('releaseRun', row.n, row.fence)
      const canBeWritten = journal.mayPass(error) !== undefined
      this.#unwritten.set(row.n, { row, act: canBeWritten ? act : release })
      this.#beat()
      throw error
    }
  }

  /** The calls of a run that this process carries. */
  inProgress(run: number): readonly CallInProgress[] {
    return this.#legs.get(run)?.executor.inProgress ?? []
  }

  // Other processes, and other callers

  /** Waits until a run that this process starts is in the journal. A journal that answers at once has it with the next write. */
  async begun(id: string): Promise<void> {
    const live = this.#runs.get(id)
    if (this.#plan.journal.isRemote && live?.start !== undefined) await live.begun.promise
  }
  /** Asks to stop a run. Returns false if it has ended. */
  async cancel(id: string, stop: GivenStop, admitted?: number): Promise<boolean> {
    const { journal } = this.#plan
    await this.begun(id)
    const run = await journal.write(() => askToStop(id, stop, this.#plan, this.#runs.has(id), admitted))
    if (run === undefined) return false
    this.#lookIntoInbox(run)
    return true
  }
  /** Keeps answers for a run. Throws if it doesn't wait for all of them, or can't go on with this graph. */
  async answer(id: string, given: GivenAnswers): Promise<void> {
    await this.begun(id)
    const run = await this.#plan.journal.write(() => keepAnswers(id, given, this.#plan))
    this.#lookIntoInbox(run)
  }
  /** Tells the leg of a run, if this process has it, that its inbox has something. Another process sees it itself. */
  #lookIntoInbox(run: number): void {
    this.#legs.get(run)?.executor.lookIntoInbox()
  }

  /** Renews the lease and looks into the inboxes, as long as this process carries runs. */
  #beat(): void {
    if (this.#isBeating) return
    this.#isBeating = true
    void this.#beatWhileBusy()
  }
  async #beatWhileBusy(): Promise<void> {
    const { journal, owner, leaseMs } = this.#plan
    // Leases use the clock of the machine, whatever the option `clock` says.
    let renewedAt = systemClock.now()
    while ((this.#legs.size > 0 || this.#unwritten.size > 0) && !this.pulse.isOver) {
      await this.pulse.next()
      if (this.pulse.isOver) return
      try {
        if (systemClock.now() - renewedAt >= leaseMs / 3) {
          renewedAt = systemClock.now()
          await journal.write(() => ask('renewLease', owner, leaseMs), 'repeatable')
          await this.#loseTakenLegs()
          this.#noteLease(renewedAt)
          for (const { executor } of this.#legs.values()) executor.leaseRenewed()
        }
        for (const run of await journal.read(ask('runsWithInbox', owner))) this.#lookIntoInbox(run)
        // Last: an end that has no room must not keep the lease from being renewed.
        await this.#writeAgain()
      } catch {
        // The next beat tries again. If the lease ends meanwhile, another process takes the runs.
      }
    }
    this.#isBeating = false
  }
  async #writeAgain(): Promise<void> {
    for (const [run, { row, act }] of this.#unwritten) {
      this.#unwritten.delete(run)
      await this.#writeEnd(row, act)
    }
  }
  /**
   * Whether a claim has to renew the lease. If the lease holds for long enough, it doesn't: all claims would wait for each other, because
   * a process has one lease.
   */
  #mustRenew(now: number): boolean {
    return this.#leasedUntil - now < this.#plan.leaseMs / 2
  }
  /** A run was claimed in a write that began at `claimedAt`, which renews the lease. If that had ended, others may have the other runs. */
  #noteClaim(claimedAt: number): void {
    if (claimedAt < this.#leasedUntil || this.#legs.size === 0) this.#noteLease(claimedAt)
  }
  /** The lease was renewed in a write that began at `renewedAt`. */
  #noteLease(renewedAt: number): void {
    this.#leasedUntil = Math.max(this.#leasedUntil, renewedAt + this.#plan.leaseMs)
  }
  /** Ends the legs whose runs another process has taken, and says that this one lives. */
  async #loseTakenLegs(): Promise<void> {
    const { journal, owner } = this.#plan
    const rows = await journal.read(ask('ownedRuns', owner))
    const owned = new Map(rows.map(({ n, fence }) => [n, fence]))
    for (const [run, { row, executor }] of this.#legs) {
      const fence = owned.get(run)
      const isOurs = fence !== undefined && fence <= row.fence
      if (isOurs || executor.lost.aborted) continue
      executor.lose(lostRun(row.id))
      await journal.write(() => ask('notCrashed', run), 'repeatable')
    }
  }

  /** Renews the lease until `pulse` ends: no other process may begin a call whose code is still here. Doesn't reject. */
  async #keepLease(pulse: Pulse): Promise<void> {
    const { journal, owner, leaseMs } = this.#plan
    while (!pulse.isOver) {
      const now = systemClock.now()
      try {
        if (this.#mustRenew(now)) {
          await journal.write(() => ask('renewLease', owner, leaseMs), 'repeatable')
          this.#noteLease(now)
        }
      } catch {
        // The next beat tries again.
      }
      await pulse.next()
    }
  }

  /**
   * Ends the legs of this process, and waits until their code has left, at most `timeoutMs`. Then other processes can take over
   * at once; runs whose code is still there must wait for the end of the lease. The journal has what is left of `timeoutMs` for that, and
   * at least a second. Doesn't reject.
   */
  async close({ timeoutMs = CLOSE_TIMEOUT_MS, signal }: WaitOptions): Promise<JournalCloseReport> {
    const { journal, owner, clock } = this.#plan
    const since = clock.now()
    this.pulse.end()
    const legs = [...this.#legs.values()]
    for (const { executor } of legs) executor.lose(closedJournal(journal))
    // Leases use the clock of the machine.
    const waiting = new Pulse(systemClock, this.pulse.ms)
    if (legs.length > 0) void this.#keepLease(waiting)
    const limit = { clock, limitMs: timeoutMs, signal, late: () => undefined }
    const looks = legs.map(async ({ row }) => {
      const hasLeft = await withinLimit(this.#calls.haveLeft(row.id), limit).catch(() => false)
      return { row, hasLeft }
    })
    const ended = await Promise.all(looks)
    waiting.end()
    const stillRunning = idsOf(ended.filter(({ hasLeft }) => !hasLeft))
    const closesAt = Math.max(since + timeoutMs, clock.now() + LAST_WRITE_MS)
    const leftMs = (): number => Math.max(0, closesAt - clock.now())
    const release = this.#writeAgain().then(() =>
      journal.write(function* () {
        const owned = new Map((yield* ask('ownedRuns', owner)).map(({ n, fence }) => [n, fence]))
        const ours = ended.filter(({ row, hasLeft }) => hasLeft && owned.get(row.n) === row.fence)
        for (const { row } of ours) yield* ask('releaseRun', row.n, row.fence)
        if (stillRunning.length === 0) yield* ask('endLease', owner)
        return idsOf(ours)
      }),
    )
    await withinLimit(release, { clock, limitMs: leftMs(), signal: undefined, late: () => undefined }).catch(() => {})
    // If it is too late, the write rejects with this.
    await journal.close(leftMs())
    try {
      const released = await release
      return Object.freeze({ released, stillRunning, error: undefined })
    } catch (error) {
      // Other processes wait for the end of the lease of each run.
      return Object.freeze({ released: idsOf([]), stillRunning, error })
    }
  }
}

/** The least time that a journal has for its last write, in ms: also if `close()` waits for nothing else. */
const LAST_WRITE_MS = 1_000

/** Removes a run whose first leg was refused, and what its starter has asked of it meanwhile. Runs within a write. */
function* removeRefused({ id, n, fence }: RunRow): Act<void> {
  yield* ask('removeRun', n, fence)
  if ((yield* ask('findRun', id)) === undefined) yield* ask('emptyInbox', n)
}

/**
 * Ends a run as cancelled whose code can't end it. Undefined if another process has taken the run meanwhile, or it is gone. Runs within a
 * write.
 */
function* cancelWithoutCode({ id, n, fence }: RunRow, reason: string): Act<Settled | undefined> {
  const row = yield* ask('findRun', id)
  if (row?.n !== n || row.fence !== fence) return undefined
  // The leg has not taken it.
  const stop = (yield* ask('inbox', n)).find(({ kind }) => kind === 'stop')
  const { by } = stop === undefined ? {} : stopIn(readFact({ ...stop, kind: 'stop' }, id))
  yield* endWithoutCode(row, { status: 'cancelled', reason, by })
  return yield* resultOf(row)
}

/** Has the stage of a question check its answer. Rejects with `core/answer`. */
async function checkedAnswer(graph: Graph, key: string, answer: unknown): Promise<unknown> {
  const path = answerPath(key, fingerprintOf(graph))
  const nested = path.reduceRight((inside, name) => ({ [name]: inside }), answer)
  const checked = await checkedAnswers(graph, nested)
  return path.reduce((inside, name) => (inside as Readonly<Record<string, unknown>>)[name], checked)
}

const idsOf = (legs: readonly { readonly row: RunRow }[]): readonly string[] =>
  Object.freeze(legs.map(({ row }) => row.id))
