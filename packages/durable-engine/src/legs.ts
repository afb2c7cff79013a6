import { systemClock } from '@stageflow/core'
import type { Clock, StageGraph } from '@stageflow/core'
import { answerPath, checkedAnswers, demandsOf, fingerprintOf, runDurable } from '@stageflow/core/durable'
import type { LegOptions } from '@stageflow/core/durable'
import { CLOSE_TIMEOUT_MS, withinLimit } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { pathsIn } from './answers.ts'
import { CallsInProgress } from './calls-in-progress.ts'
import type { OwnRun } from './claim.ts'
import type { CallInProgress } from './in-progress.ts'
import { ask, closedJournal } from './journal.ts'
import type { Act, OwnedRun } from './journal.ts'
import type { Lease, LeasePlan } from './lease.ts'
import { LegExecutor, lostRun } from './leg-executor.ts'
import { cancelWithoutCode, keepResult, removeRefused, stay } from './leg-end.ts'
import { Pulse } from './pulse.ts'
import type { RunRow } from './rows.ts'
import { RunLog } from './run-log.ts'
import type { Settled } from './run-result.ts'

type Graph = StageGraph<unknown, unknown>

export interface LegsPlan extends LeasePlan {
  readonly clock: Clock
  readonly maxFactLength: number
  /** Called when a run has ended. */
  readonly onEnd: () => void
}

/** What a leg is carried with. */
interface LegPlan {
  readonly graph: Graph
  readonly options: LegOptions<unknown>
  /** Called as soon as the journal has the result of the leg. */
  readonly onSettled: () => void
}
interface LiveLeg {
  readonly row: RunRow
  readonly executor: LegExecutor
}
/** How a leg has ended, which could not be written yet. */
interface LegEnd {
  readonly row: RunRow
  readonly act: () => Act<unknown>
  readonly error: unknown
}

/** What `close()` of a journal could do with the runs that the process carried. */
export interface JournalCloseReport {
  /** The ids of the runs whose code has returned. Another process can take them over at once. */
  readonly released: readonly string[]
  /** The ids of the runs whose code ignores its signal. Another process can take them over when their lease ends. */
  readonly stillRunning: readonly string[]
  /**
   * Why something could not be written: the end of a run, or that anything is released. Another process can take over what isn't in `released`
   * when the lease ends. Undefined if all was written.
   */
  readonly error: unknown
}

/** The legs that this process carries. While there are any, it renews its lease and looks for what others ask of their runs. */
export class Legs {
  readonly #plan: LegsPlan
  readonly #pulse: Pulse
  readonly #lease: Lease
  /** By the number of their run. */
  readonly #legs = new Map<number, LiveLeg>()
  readonly #isLive: (id: string) => boolean
  readonly #calls = new CallsInProgress()
  #isBeating = false
  /**
   * Until when the journal may get runs of this process that it does nothing with, on the machine's clock. Undefined once they were looked for
   * after that.
   */
  #leglessUntil: number | undefined
  /** The legs whose end could not be written, by the number of their run. The next beats try again. */
  readonly #unwritten = new Map<number, LegEnd>()
  /** The runs that others have taken from legs which live. The journal is to be told. */
  readonly #lostAlive = new Set<number>()
  readonly #rewrite = oneAtATime(() => this.#writeAgain())
  /** What each beat begins. */
  readonly #chores = [
    oneAtATime(() => this.#lookIntoInboxes()),
    oneAtATime(() => this.#tellAlive()),
    oneAtATime(() => this.#releaseLegless()),
    this.#rewrite,
  ]

  /** `isLive`: whether this process is claiming, carrying or waiting for the run with an id. */
  constructor(plan: LegsPlan, pulse: Pulse, lease: Lease, isLive: (id: string) => boolean) {
    this.#plan = plan
    this.#pulse = pulse
    this.#lease = lease
    this.#isLive = isLive
  }

  get isEmpty(): boolean {
    return this.#legs.size === 0
  }
  /** The calls of a run that this process carries. */
  inProgress(run: number): readonly CallInProgress[] {
    return this.#legs.get(run)?.executor.inProgress ?? []
  }
  /** Tells the leg of a run, if this process has it, that its inbox has something. Another process sees it itself. */
  lookIntoInbox(run: number): void {
    this.#legs.get(run)?.executor.lookIntoInbox()
  }

  /** Carries one leg. Resolves with undefined if the run goes on in another leg, here or in another process. */
  async carry({ row, start, keys }: OwnRun, { graph, options, onSettled }: LegPlan): Promise<Settled | undefined> {
    const { journal, clock, maxFactLength } = this.#plan
    const executor = new LegExecutor({
      start,
      leg: row.leg,
      run: row.n,
      log: new RunLog(journal, { id: row.id, run: row.n, fence: row.fence }),
      keys,
      isLeased: () => this.#lease.isHeld,
      pathOf: pathsIn(fingerprintOf(graph)),
      demandsOf: (key) => demandsOf(graph, answerPath(key, fingerprintOf(graph))),
      checkAnswer: async (key, answer) => checkedAnswer(graph, key, answer),
      calls: this.#calls,
      clock,
      dueAt: row.is_due === 1 ? (row.wake_at ?? 0) : 0,
      maxFactLength,
    })
    this.#legs.set(row.n, { row, executor })
    if (this.#pulse.isOver) executor.lose(closedJournal(journal))
    this.#beat()
    try {
      if (row.leg > 1) executor.lookIntoInbox()
      const result = await runDurable(graph, executor, options)
      if (!(await journal.write(() => keepResult(row, executor, result), 'repeatable'))) return undefined
      onSettled()
      if (result.status !== 'suspended') {
        this.#calls.forget(row.n)
        this.#plan.onEnd()
      }
      return result
    } catch (error) {
      // The order matters: close() loses the legs too, and a lost leg must not write.
      if (this.#pulse.isOver) throw closedJournal(journal)
      if (executor.lost.aborted) return undefined
      if (executor.stopping.aborted) return await this.#cancelled(row, executor.stopping.reason as string, onSettled)
      const isRefused = row.leg === 1 && !executor.hasBegun
      // The caller gets the error of the leg, whether its end can be written or not.
      await this.#writeEnd(row, () => (isRefused ? removeRefused(row) : stay(row, error, journal))).catch(() => {})
      throw error
    } finally {
      executor.close()
      // close() needs the legs that it has ended.
      if (!this.#pulse.isOver) this.#legs.delete(row.n)
    }
  }

  /** The leg could not go on after a stop, for example because an interceptor around the run hangs: the run ends without its code. */
  async #cancelled(claimed: RunRow, reason: string, onSettled: () => void): Promise<Settled | undefined> {
    const result = await this.#writeEnd(claimed, () => cancelWithoutCode(claimed, reason))
    if (result === undefined) return undefined
    onSettled()
    this.#calls.forget(claimed.n)
    this.#plan.onEnd()
    return result
  }
  /**
   * Writes how a leg has ended without a result of its code. If that fails, the next beats try again: until then no other process can have
   * the run, because this one holds its lease.
   */
  async #writeEnd<T>(row: RunRow, act: () => Act<T>): Promise<T> {
    const { journal } = this.#plan
    const isLast = (): boolean => (this.#unwritten.get(row.n)?.row.fence ?? 0) <= row.fence
    try {
      const written = await journal.write(act, 'repeatable')
      // A later leg of the run may have ended meanwhile.
      if (isLast()) this.#unwritten.delete(row.n)
      return written
    } catch (error) {
      const release = (): Act<unknown> => ask('releaseRun', row.n, row.fence)
      const canBeWritten = journal.mayPass(error) !== undefined
      if (isLast()) this.#unwritten.set(row.n, { row, act: canBeWritten ? act : release, error })
      this.#beat()
      throw error
    }
  }

  /** The journal has rejected a claim, and may have committed it, or still do so: the next beats release its run. */
  noteUnconfirmed(): void {
    this.#leglessUntil = systemClock.now() + this.#plan.leaseMs
    this.#beat()
  }
  /** Whether the lease protects something. */
  get #needsLease(): boolean {
    return this.#legs.size > 0 || this.#unwritten.size > 0
  }
  get #isBusy(): boolean {
    return this.#needsLease || this.#lostAlive.size > 0 || this.#leglessUntil !== undefined
  }

  /** Renews the lease and begins the chores, as long as this process has something to do with runs. */
  #beat(): void {
    if (this.#isBeating) return
    this.#isBeating = true
    void this.#beatWhileBusy()
  }
  async #beatWhileBusy(): Promise<void> {
    while (this.#isBusy && !this.#pulse.isOver) {
      await this.#pulse.next()
      if (this.#pulse.isOver) return
      const now = systemClock.now()
      if (this.#needsLease && this.#lease.isDue(now)) await this.#renew(now)
      // Not waited for: the lease must be renewed in time, however long these take.
      for (const begin of this.#chores) void begin()
    }
    this.#isBeating = false
  }
  /** Doesn't reject: the next beat tries again. If the lease ends meanwhile, another process takes the runs. */
  async #renew(now: number): Promise<void> {
    try {
      await this.#lease.renew()
      // It counts once the legs whose runs were taken are lost.
      const legs = [...this.#legs]
      this.#loseTakenLegs(legs, await this.#owned())
    } catch {
      return
    }
    this.#lease.note(now)
    // A journal may have repeated a claim, and found what it had claimed the first time.
    this.#leglessUntil ??= now
    for (const { executor } of this.#legs.values()) executor.leaseRenewed()
  }
  async #owned(): Promise<readonly OwnedRun[]> {
    const { journal, owner } = this.#plan
    return journal.read(ask('ownedRuns', owner))
  }
  #loseTakenLegs(legs: readonly (readonly [number, LiveLeg])[], owned: readonly OwnedRun[]): void {
    const fences = new Map(owned.map(({ n, fence }) => [n, fence]))
    for (const [run, { row, executor }] of legs) {
      const fence = fences.get(run)
      const isOurs = fence !== undefined && fence <= row.fence
      if (isOurs || executor.lost.aborted) continue
      executor.lose(lostRun(row.id))
      this.#lostAlive.add(run)
    }
  }

  async #lookIntoInboxes(): Promise<void> {
    const { journal, owner } = this.#plan
    for (const run of await journal.read(ask('runsWithInbox', owner))) this.lookIntoInbox(run)
  }
  /** Says that this process lives: the legs that it has lost haven't crashed. */
  async #tellAlive(): Promise<void> {
    if (this.#lostAlive.size === 0) return
    const lost = [...this.#lostAlive]
    // Others may take them once more meanwhile.
    this.#lostAlive.clear()
    try {
      await this.#plan.journal.write(function* () {
        for (const run of lost) yield* ask('notCrashed', run)
      }, 'repeatable')
    } catch {
      for (const run of lost) this.#lostAlive.add(run)
      this.#beat()
    }
  }
  /**
   * Releases the runs of this process that it does nothing with: the write that claimed one was committed, and failed here because the
   * connection was lost. Without this, no process would carry them as long as this one lives.
   */
  async #releaseLegless(): Promise<void> {
    if (this.#leglessUntil === undefined) return
    const now = systemClock.now()
    const isUsed = ({ n, id }: OwnedRun): boolean => this.#legs.has(n) || this.#unwritten.has(n) || this.#isLive(id)
    const legless = (await this.#owned()).filter((run) => !isUsed(run))
    if (this.#pulse.isOver) return
    if (legless.length > 0)
      // A run that is claimed meanwhile has another fence.
      await this.#plan.journal.write(function* () {
        for (const { n, fence } of legless) yield* ask('releaseRun', n, fence)
      }, 'repeatable')
    if (now >= this.#leglessUntil) this.#leglessUntil = undefined
  }
  /** Doesn't reject: what still can't be written stays. */
  async #writeAgain(): Promise<void> {
    for (const { row, act } of [...this.#unwritten.values()]) await this.#writeEnd(row, act).catch(() => {})
  }

  /**
   * Ends the legs of this process, and waits until their code has left, at most `timeoutMs`. Then other processes can take over
   * at once; runs whose code is still there must wait for the end of the lease. The journal has what is left of `timeoutMs` for that, and
   * at least a second. Doesn't reject.
   */
  async close({ timeoutMs = CLOSE_TIMEOUT_MS, signal }: WaitOptions): Promise<JournalCloseReport> {
    const { journal, owner } = this.#plan
    // A process that ends waits by its own clock.
    const clock = systemClock
    const since = clock.now()
    this.#pulse.end()
    const legs = [...this.#legs.values()]
    for (const { executor } of legs) executor.lose(closedJournal(journal))
    const waiting = new Pulse(this.#pulse.ms)
    if (legs.length > 0) void this.#lease.keep(waiting)
    const limit = { clock, limitMs: timeoutMs, signal, late: () => undefined }
    const looks = legs.map(async ({ row }) => {
      const hasLeft = await withinLimit(this.#calls.haveLeft(row.n), limit).catch(() => false)
      return { row, hasLeft }
    })
    const ended = await Promise.all(looks)
    waiting.end()
    const stillRunning = idsOf(ended.filter(({ hasLeft }) => !hasLeft))
    const closesAt = Math.max(since + timeoutMs, clock.now() + LAST_WRITE_MS)
    const leftMs = (): number => Math.max(0, closesAt - clock.now())
    // What the last beat began may be in progress.
    const written = this.#rewrite().then(() => this.#writeAgain())
    const release = written.then(() => {
      const isAllOver = stillRunning.length === 0 && this.#unwritten.size === 0
      return journal.write(function* () {
        const owned = new Map((yield* ask('ownedRuns', owner)).map(({ n, fence }) => [n, fence]))
        const ours = ended.filter(({ row, hasLeft }) => hasLeft && owned.get(row.n) === row.fence)
        for (const { row } of ours) yield* ask('releaseRun', row.n, row.fence)
        if (isAllOver) yield* ask('endLease', owner)
        return idsOf(ours)
      })
    })
    await withinLimit(release, { clock, limitMs: leftMs(), signal: undefined, late: () => undefined }).catch(() => {})
    // If it is too late, the write rejects with this.
    await journal.close(leftMs())
    try {
      const released = await release
      const [unwritten] = this.#unwritten.values()
      return Object.freeze({ released, stillRunning, error: unwritten?.error })
    } catch (error) {
      // Other processes wait for the end of the lease of each run.
      return Object.freeze({ released: idsOf([]), stillRunning, error })
    }
  }
}

/** Begins a chore, unless it is still in progress. Doesn't reject: the next beat tries again. */
function oneAtATime(act: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined
  return () =>
    (current ??= act()
      .catch(() => {})
      .finally(() => {
        current = undefined
      }))
}

/** The least time that a journal has for its last write, in ms: also if `close()` waits for nothing else. */
const LAST_WRITE_MS = 1_000

/** Has the stage of a question check its answer. Rejects with `core/answer`. */
async function checkedAnswer(graph: Graph, key: string, answer: unknown): Promise<unknown> {
  const path = answerPath(key, fingerprintOf(graph))
  const nested = path.reduceRight((inside, name) => ({ [name]: inside }), answer)
  const checked = await checkedAnswers(graph, nested)
  return path.reduce((inside, name) => (inside as Readonly<Record<string, unknown>>)[name], checked)
}

const idsOf = (legs: readonly { readonly row: RunRow }[]): readonly string[] =>
  Object.freeze(legs.map(({ row }) => row.id))
