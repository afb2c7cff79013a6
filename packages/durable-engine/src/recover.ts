import type { ErrorRecord, StageGraph } from '@stageflow/core'
import type { LegOptions } from '@stageflow/core/durable'
import { codeOf } from '@stageflow/core/kit'

import { findSameRun } from './claim.ts'
import { ask, closedJournal } from './journal.ts'
import type { FoundRun, Journal, Passing } from './journal.ts'
import type { RunStatus } from './rows.ts'
import { errorIn, errorRecord } from './run-row.ts'
import type { Runs } from './runs.ts'

/** A run that `recover` found. */
export interface RecoveredRun {
  readonly runId: string
  readonly status: RunStatus
  /** Why it failed, or why it could not go on. */
  readonly error: ErrorRecord | undefined
}

/** How many recovered runs of one graph are carried at once, so that many of them don't exhaust the process. */
const MOST_AT_ONCE = 64

/** Takes over the runs of one graph that no process carries, until the journal is closed or a later one takes its place. */
export class Recovery {
  readonly #journal: Journal
  readonly #runs: Runs
  readonly #graph: StageGraph<unknown, unknown>
  readonly #options: LegOptions<unknown>
  /** The runs that were unfinished at the start. */
  #first: readonly FoundRun[] = []
  /** Those among them that are still in progress. */
  readonly #open = new Set<string>()
  /** The runs that this recovery carries now. */
  readonly #carried = new Set<string>()
  /** Runs that can't go on here as they are. Another call tries them again, for example after a deploy. */
  readonly #refused = new Map<string, Passing | undefined>()
  /** Why first runs could not go on here. */
  readonly #errors = new Map<string, ErrorRecord>()
  readonly #done = Promise.withResolvers<readonly RecoveredRun[]>()
  /** What the last look found, the next one last. A look reads all unfinished runs, so there isn't one for each run that ends. */
  #queue: string[] = []
  /** True once none of the first runs is in progress. */
  #isDone = false
  #isReplaced = false
  /** The one before it, which goes on until this one has read what there is. */
  #earlier: Recovery | undefined

  constructor(
    journal: Journal,
    runs: Runs,
    graph: StageGraph<unknown, unknown>,
    options: LegOptions<unknown>,
    earlier: Recovery | undefined,
  ) {
    this.#journal = journal
    this.#runs = runs
    this.#graph = graph
    this.#options = options
    this.#earlier = earlier
  }

  /** Resolves when none of the runs that were unfinished at the start is in progress anymore. */
  async start(): Promise<readonly RecoveredRun[]> {
    this.#first = await this.#journal.read(ask('unfinishedRuns', this.#graph.name))
    for (const { id } of this.#first) this.#open.add(id)
    this.#replaceEarlier()
    void this.#watch()
    return this.#done.promise
  }

  #replaceEarlier(): void {
    this.#earlier?.replace()
    this.#earlier = undefined
  }
  /** Leaves runs whose process dies from now on to a later one. If this one could not begin, that takes the place of those before it. */
  replace(): void {
    this.#isReplaced = true
    this.#replaceEarlier()
  }

  async #watch(): Promise<void> {
    while (!this.#runs.pulse.isOver && !(this.#isDone && this.#isReplaced)) {
      // Asked for before the look: a beat that comes during it counts.
      const beat = this.#runs.pulse.next()
      try {
        await this.#look()
      } catch {
        // The next beat tries again.
      }
      await beat
    }
    this.#done.reject(closedJournal(this.#journal))
  }

  /** Looks for runs to take over, and takes as many as may be carried at once. */
  async #look(): Promise<void> {
    const looked = this.#isDone ? 'abandonedRuns' : 'unfinishedRuns'
    // The look shows what became of those that were refused before it.
    const refused = [...this.#refused.keys()]
    const found = await this.#journal.read(ask(looked, this.#graph.name))
    await this.#closeFirst(found)
    this.#forgetChanged(refused, found)
    const mine = found.filter((run) => this.#isMine(run)).map(({ id }) => id)
    // The oldest is taken first, with `pop`.
    this.#queue = mine.reverse()
    this.#takeMore()
  }

  /** Notes which of the first runs are no longer in progress, and resolves the call when none is. */
  async #closeFirst(unfinished: readonly FoundRun[]): Promise<void> {
    const unfinishedIds = new Set(unfinished.map(({ id }) => id))
    for (const id of this.#open) {
      const hasEnded = !unfinishedIds.has(id)
      // While a run is carried, its promise is what ends it here.
      if (!this.#carried.has(id) && (hasEnded || this.#refused.has(id))) this.#open.delete(id)
    }
    if (this.#open.size > 0 || this.#isDone) return
    const recovered = await this.#recovered()
    this.#isDone = true
    this.#done.resolve(recovered)
  }

  /** Forgets refused runs that have gone on elsewhere since: if that process dies, they may be able to go on here. */
  #forgetChanged(refused: readonly string[], found: readonly FoundRun[]): void {
    const unchanged = new Set(found.filter((run) => this.#isAsRefused(run)).map(({ id }) => id))
    for (const id of refused) if (!unchanged.has(id)) this.#refused.delete(id)
  }
  #isAsRefused({ id, status, owned }: FoundRun): boolean {
    // One that needs help and isn't blocked could not even be claimed. It has called nothing, so it may be tried until there is help.
    const isUnclaimed = this.#refused.get(id) === 'after-help' && status !== 'blocked'
    return owned === 0 && !isUnclaimed
  }

  #isMine({ id, status, owned }: FoundRun): boolean {
    const isFirst = this.#open.has(id)
    // A later recovery takes all others.
    if (this.#isReplaced && !isFirst) return false
    // Blocked runs are tried again once in each call.
    if (status === 'blocked') return isFirst
    return owned === 0
  }

  #takeMore(): void {
    while (this.#carried.size < MOST_AT_ONCE && !this.#runs.pulse.isOver) {
      const id = this.#queue.pop()
      if (id === undefined) return
      if (!this.#refused.has(id) && !this.#runs.has(id)) void this.#take(id)
    }
  }

  async #take(id: string): Promise<void> {
    this.#carried.add(id)
    const hasGoneOn = await this.#carry(id)
    this.#carried.delete(id)
    this.#takeMore()
    // The next look finds that no first run is left, so it need not wait for the timer. After an error it does: the same may come at once.
    if (hasGoneOn && this.#carried.size === 0) this.#runs.pulse.beat()
  }
  /** Resolves with false if the run could not go on. */
  async #carry(id: string): Promise<boolean> {
    try {
      await this.#runs.attach(this.#graph, id, this.#options, undefined)
      return true
    } catch (error) {
      // It was deleted: what has its id by now is another run.
      if (codeOf(error) === 'durable-engine/unknown-run') return true
      const passing = this.#journal.mayPass(error)
      // After a lock, for example, the next look tries again.
      if (passing === 'soon') return false
      this.#refused.set(id, passing)
      if (this.#open.has(id)) this.#errors.set(id, errorRecord(error))
      return false
    }
  }

  async #recovered(): Promise<readonly RecoveredRun[]> {
    const recovered: RecoveredRun[] = []
    for (const { id, n } of this.#first) {
      const row = await this.#journal.read(findSameRun(id, n))
      if (row !== undefined)
        recovered.push({ runId: id, status: row.status, error: this.#errors.get(id) ?? errorIn(row) })
    }
    return recovered
  }
}
