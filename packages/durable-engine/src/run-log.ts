import { ask } from './journal.ts'
import type { Act, Journal } from './journal.ts'
import { keepRefused } from './kept-answers.ts'
import type { FactRow, InboxRow } from './rows.ts'
import { hasEnded } from './run-row.ts'

/** A run that this process has claimed. Another process that claims it raises the fence in the journal. */
export interface Claimed {
  readonly id: string
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
  page(n: number, last: number): Promise<readonly FactRow[]> | readonly FactRow[] {
    return this.#journal.read(ask('facts', this.#claimed.run, n, Math.min(PAGE, last - n)))
  }
  inbox(): Promise<readonly InboxRow[]> | readonly InboxRow[] {
    return this.#journal.read(ask('inbox', this.#claimed.run))
  }

  /** The leg refuses to take an answer. `refused` has the key of the question. */
  async refuse(refused: InboxRow): Promise<void> {
    await this.#journal.write(() => refuseOwn(this.#claimed, refused), 'repeatable')
  }

  /**
   * Resolves once the fact is committed: with false if another process has taken the run. Then this one says that it lives, and hands
   * over what a call of it has done.
   */
  async add({ n, kind, key, at, value }: FactRow, taken?: InboxRow): Promise<boolean> {
    const { id, run, fence } = this.#claimed
    const isOurs = await this.#journal.addFact({ run, fence, n, kind, key, at, value, taken: taken?.n })
    if (!isOurs) await this.#journal.write(() => handOver(id, run, { kind, key, value }), 'repeatable')
    return isOurs
  }
}

/** Puts what tells of a refused answer in the place of the answer, unless another process has the run, which may take it. */
function* refuseOwn({ id, run, fence }: Claimed, refused: InboxRow): Act<void> {
  const row = yield* ask('findRun', id)
  if (row?.n !== run || row.fence !== fence) return
  yield* keepRefused(run, refused)
}

/** Leaves what a call has done to the process that has taken the run, unless the run has ended there. */
function* handOver(id: string, run: number, { kind, key, value }: Pick<FactRow, 'kind' | 'key' | 'value'>): Act<void> {
  const row = yield* ask('findRun', id)
  if (row?.n !== run || hasEnded(row)) return
  yield* ask('notCrashed', run)
  if (kind === 'call') yield* ask('addToInbox', { run, kind: 'late', key, value })
}

/** All facts of a run, in their order. */
export const allFacts = (run: number): Act<readonly FactRow[]> => ask('facts', run, 0, ALL)
const ALL = 2 ** 31 - 1
