import type { Clock, ErrorRecord, StageGraph } from '@stageflow/core'
import type { LegOptions } from '@stageflow/core/durable'

import { closedJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { errorIn, findRun, recordOf } from './run-row.ts'
import type { RunStatus, RunRow } from './run-row.ts'
import { isTransient } from './runs.ts'
import type { Runs } from './runs.ts'
import { ABANDONED, UNFINISHED } from './statements.ts'

/** A run that `recover` found. */
export interface RecoveredRun {
  readonly runId: string
  readonly status: RunStatus
  /** Why it failed, or why it could not go on. */
  readonly error: ErrorRecord | undefined
}

interface RecoveryPlan {
  readonly journal: Journal
  readonly clock: Pick<Clock, 'now'>
}
type FoundRun = Pick<RunRow, 'id' | 'status' | 'owned'>

/** How many recovered runs of one graph are carried at once, so that many of them don't exhaust the process. */
const MOST_AT_ONCE = 64

/** Takes over the runs of one graph that no process carries, until the journal is closed or a later one takes its place. */
export class Recovery {
  readonly #journal: Journal
  readonly #clock: Pick<Clock, 'now'>
  readonly #runs: Runs
  readonly #graph: StageGraph<unknown, unknown>
  readonly #options: LegOptions<unknown>
  /** The runs that were unfinished at the start. */
  readonly #first: readonly string[]
  /** Those among them that are still in progress. */
  readonly #open: Set<string>
  /** The runs that this recovery carries now. */
  readonly #carried = new Set<string>()
  /** Runs that could not go on here. Another call tries them again, for example after a deploy. */
  readonly #refused = new Map<string, ErrorRecord>()
  readonly #done = Promise.withResolvers<readonly RecoveredRun[]>()
  /** What the last look found, the next one last. A look reads all unfinished runs, so there isn't one for each run that ends. */
  #queue: string[] = []
  /** True once none of the first runs is in progress. */
  #isDone = false
  #isReplaced = false

  constructor(
    { journal, clock }: RecoveryPlan,
    runs: Runs,
    graph: StageGraph<unknown, unknown>,
    options: LegOptions<unknown>,
  ) {
    this.#journal = journal
    this.#clock = clock
    this.#runs = runs
    this.#graph = graph
    this.#options = options
    this.#first = journal.all(UNFINISHED, this.#filter()).map(({ id }) => id as string)
    this.#open = new Set(this.#first)
  }

  /** Resolves when none of the runs that were unfinished at the start is in progress anymore. */
  start(): Promise<readonly RecoveredRun[]> {
    void this.#watch()
    return this.#done.promise
  }

  /** Leaves runs whose process dies from now on to a later one. */
  replace(): void {
    this.#isReplaced = true
  }

  async #watch(): Promise<void> {
    while (!this.#runs.pulse.isOver && !(this.#isDone && this.#isReplaced)) {
      try {
        this.#look()
      } catch {
        // The next beat tries again.
      }
      await this.#runs.pulse.next()
    }
    this.#done.reject(closedJournal(this.#journal.path))
  }

  /** Looks for runs to take over, and takes as many as may be carried at once. */
  #look(): void {
    const sql = this.#isDone ? ABANDONED : UNFINISHED
    const found = this.#journal.all(sql, this.#filter()) as unknown as readonly FoundRun[]
    this.#closeFirst(found)
    const mine = found.filter((run) => this.#isMine(run)).map(({ id }) => id)
    // The oldest is taken first, with `pop`.
    this.#queue = mine.reverse()
    this.#takeMore()
  }

  /** Of runs that only wait, those whose time has passed. */
  #filter(): object {
    return { pipeline: this.#graph.name, now: this.#clock.now() }
  }

  /** Notes which of the first runs are no longer in progress, and resolves the call when none is. */
  #closeFirst(unfinished: readonly FoundRun[]): void {
    const unfinishedIds = new Set(unfinished.map(({ id }) => id))
    for (const id of this.#open) {
      const hasEnded = !unfinishedIds.has(id)
      // While a run is carried, its promise is what ends it here.
      if (!this.#carried.has(id) && (hasEnded || this.#refused.has(id))) this.#open.delete(id)
    }
    if (this.#open.size > 0) return
    this.#isDone = true
    this.#done.resolve(this.#first.flatMap((id) => this.#recovered(id)))
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
    try {
      await this.#runs.attach(this.#graph, id, this.#options)
    } catch (error) {
      // A full disk or a lock passes without a deploy: the next look tries again.
      if (!isTransient(error)) this.#refused.set(id, recordOf(error))
    }
    this.#carried.delete(id)
    this.#takeMore()
    // The next look finds that no first run is left, so it need not wait for the timer.
    if (this.#carried.size === 0) this.#runs.pulse.beat()
  }

  #recovered(runId: string): readonly RecoveredRun[] {
    const row = findRun(this.#journal, runId)
    return row === undefined ? [] : [{ runId, status: row.status, error: this.#refused.get(runId) ?? errorIn(row) }]
  }
}
