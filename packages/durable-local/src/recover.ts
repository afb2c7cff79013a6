import type { ErrorRecord, StageGraph } from '@stageflow/core'
import type { LegOptions } from '@stageflow/core/durable'

import { closedJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { errorIn, findRun, hasEnded, recordOf } from './run-row.ts'
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
    for (const id of this.#open) {
      const row = findRun(this.#journal, id)
      if (row?.status === 'blocked' || (row !== undefined && isAbandoned(row))) this.#take(id)
      if (row === undefined || this.#isSettled(row)) this.#open.delete(id)
    }
    if (this.#open.size === 0) {
      this.#isDone = true
      this.#done.resolve(this.#first.flatMap((id) => this.#recovered(id)))
    }
    if (this.#isReplaced) return
    for (const { id } of this.#journal.all(ABANDONED, { pipeline: this.#graph.name })) this.#take(id as string)
  }

  #take(id: string): void {
    if (this.#carried.size >= MOST_AT_ONCE || this.#refused.has(id) || this.#runs.has(id)) return
    this.#carried.add(id)
    void this.#runs
      .carry(this.#graph, id, this.#options)
      .catch((error: unknown) => this.#refused.set(id, recordOf(error)))
      .finally(() => {
        this.#carried.delete(id)
        this.#runs.pulse.beat()
      })
  }

  #isSettled(row: RunRow): boolean {
    if (this.#carried.has(row.id)) return false
    return this.#refused.has(row.id) || hasEnded(row) || (row.status === 'suspended' && row.called === 0)
  }
  #recovered(runId: string): readonly RecoveredRun[] {
    const row = findRun(this.#journal, runId)
    return row === undefined ? [] : [{ runId, status: row.status, error: this.#refused.get(runId) ?? errorIn(row) }]
  }
}

const isAbandoned = ({ status, owned, called }: RunRow): boolean =>
  status === 'running' ? owned === 0 : status === 'suspended' && called === 1
