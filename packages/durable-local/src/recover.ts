import type { ErrorRecord, StageGraph } from '@stageflow/core'
import type { LegOptions } from '@stageflow/core/durable'

import { closedJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { errorIn, findRun, recordOf } from './run-row.ts'
import type { DurableStatus, RunRow } from './run-row.ts'
import type { Runs } from './runs.ts'
import { ABANDONED, UNFINISHED } from './statements.ts'

/** A run that `recover` found. */
export interface RecoveredRun {
  readonly runId: string
  readonly status: DurableStatus
  /** Why it failed, or why it could not go on. */
  readonly error: ErrorRecord | undefined
}

type FoundRun = Pick<RunRow, 'id' | 'status' | 'owned'>

/** How many recovered runs of one graph are carried at once, so that many of them don't exhaust the process. */
const MOST_AT_ONCE = 64

/** Takes over the runs of one graph that no process carries, until the journal is closed or a later one takes its place. */
export class Recovery {
  readonly #journal: Journal
  readonly #runs: Runs
  readonly #graph: StageGraph<unknown, unknown>
  readonly #options: LegOptions<unknown>
  readonly #first: readonly string[]
  /** The first runs that are still in progress. */
  readonly #open: Set<string>
  readonly #carried = new Set<string>()
  /** Runs that could not go on here. Another call tries them again, for example after a deploy. */
  readonly #refused = new Map<string, ErrorRecord>()
  readonly #done = Promise.withResolvers<readonly RecoveredRun[]>()
  /** What the last look found, the next one last. A look reads all unfinished runs, so there isn't one for each run that ends. */
  #next: FoundRun[] = []
  #isDone = false
  #isReplaced = false

  constructor(journal: Journal, runs: Runs, graph: StageGraph<unknown, unknown>, options: LegOptions<unknown>) {
    this.#journal = journal
    this.#runs = runs
    this.#graph = graph
    this.#options = options
    this.#first = journal.all(UNFINISHED, { pipeline: graph.name }).map(({ id }) => id as string)
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

  #look(): void {
    const found = this.#journal.all(this.#isDone ? ABANDONED : UNFINISHED, {
      pipeline: this.#graph.name,
    }) as unknown as readonly FoundRun[]
    const unfinished = new Set(found.map(({ id }) => id))
    for (const id of this.#open)
      if (!this.#carried.has(id) && (!unfinished.has(id) || this.#refused.has(id))) this.#open.delete(id)
    if (this.#open.size === 0) {
      this.#isDone = true
      this.#done.resolve(this.#first.flatMap((id) => this.#recovered(id)))
    }
    // Runs that are blocked are tried again once in each call.
    const next = found.filter(({ id, status, owned }) => (status === 'blocked' ? this.#open.has(id) : owned === 0))
    this.#next = next.filter(({ id }) => !this.#isReplaced || this.#open.has(id)).reverse()
    this.#takeMore()
  }

  #takeMore(): void {
    while (this.#carried.size < MOST_AT_ONCE && !this.#runs.pulse.isOver) {
      const run = this.#next.pop()
      if (run === undefined) return
      this.#take(run.id)
    }
  }
  #take(id: string): void {
    if (this.#refused.has(id) || this.#runs.has(id)) return
    this.#carried.add(id)
    void this.#runs
      .carry(this.#graph, id, this.#options)
      .catch((error: unknown) => this.#refused.set(id, recordOf(error)))
      .finally(() => {
        this.#carried.delete(id)
        this.#takeMore()
        if (this.#carried.size === 0) this.#runs.pulse.beat()
      })
  }

  #recovered(runId: string): readonly RecoveredRun[] {
    const row = findRun(this.#journal, runId)
    return row === undefined ? [] : [{ runId, status: row.status, error: this.#refused.get(runId) ?? errorIn(row) }]
  }
}
