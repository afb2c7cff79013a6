import type { Fact } from '@stageflow/core/durable'

import type { Journal } from './journal.ts'
import { ADD_FACT, ADD_TO_INBOX, FACTS, INBOX, NOT_CRASHED, TAKE } from './statements.ts'

/** `ask`: a call that suspended. Otherwise the kinds of core. */
export type FactKind = Fact['kind'] | 'ask'

/** A fact as the journal has it. `value`: the facts of a call, an answer or a reason, as JSON. */
export interface FactRow {
  readonly n: number
  readonly kind: FactKind
  readonly key: string
  readonly at: number
  readonly value: string
}
/** What other callers want of a run. */
export interface InboxRow {
  readonly n: number
  /**
   * `early`: an answer to a stage that has not asked yet, by its path. `late`: the fact of a call, from a leg that had lost its lease
   * when the call ended.
   */
  readonly kind: 'answer' | 'stop' | 'early' | 'late'
  readonly key: string
  readonly value: string
}

/** A run that this process has claimed. Another process that claims it raises the fence in the journal. */
export interface Claimed {
  readonly run: number
  readonly fence: number
}

/** How many facts are read at once. */
const PAGE = 512

/** The facts of one run, for the leg that has its fence. */
export class RunLog {
  readonly #journal: Journal
  readonly #claimed: Claimed

  constructor(journal: Journal, claimed: Claimed) {
    this.#journal = journal
    this.#claimed = claimed
  }

  /** The facts after number `n`, up to `last`, some at a time. */
  page(n: number, last: number): readonly FactRow[] {
    return this.#journal.all(FACTS, this.#claimed.run, n, Math.min(PAGE, last - n)) as unknown as FactRow[]
  }
  inbox(): readonly InboxRow[] {
    return this.#journal.all(INBOX, this.#claimed.run) as unknown as InboxRow[]
  }

  /**
   * Resolves once the fact is committed: with false if another process has taken the run. Then this one says that it lives, and hands
   * over what a call of it has done.
   */
  add({ n, kind, key, at, value }: FactRow, taken?: InboxRow): Promise<boolean> {
    const row = { ...this.#claimed, n, kind, key, at, value }
    return this.#journal.write(() => {
      const isOurs = this.#journal.run(ADD_FACT, row) === 1
      if (isOurs && taken !== undefined) this.#journal.run(TAKE, taken.n)
      if (!isOurs) this.#handOver(kind, key, value)
      return isOurs
    })
  }

  /** Within the write that has found out that another process has the run. */
  #handOver(kind: FactKind, key: string, value: string): void {
    const { run } = this.#claimed
    this.#journal.run(NOT_CRASHED, run)
    if (kind === 'call') this.#journal.run(ADD_TO_INBOX, { run, kind: 'late', key, value })
  }
}
