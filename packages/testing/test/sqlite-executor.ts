import { env, kill, pid } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '@stageflow/core'
import type { DurableStart } from '@stageflow/core/durable'
import type { CarryLeg, ExecutorUnderTest, LegResult, RecordedFact } from '../src/durable-contract.ts'
import { MemoryLeg, MemoryRun } from '../src/durable-runs/memory-executor.ts'

/** How long a process that lives owns a run without renewing it, in ms: longer than a busy machine lets one wait. */
const LEASE_MS = 3_000
const POLL_MS = 20
/** How many facts a broken executor records together. */
const BATCH = 5

/** What is broken: `batches`, `no-lease` or `no-fence`. */
const fault = (): string | undefined => env['EXECUTOR_FAULT']

/** Executors whose runs are in a file, for the tests of the process contract. */
export const openExecutor = (): ExecutorUnderTest => new SqliteRuns(env['EXECUTOR_FILE'] ?? '')

class SqliteRuns implements ExecutorUnderTest {
  readonly #owner = crypto.randomUUID()
  readonly #db: DatabaseSync
  readonly #renewing: ReturnType<typeof setInterval>

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 30_000 })
    // Without waiting for the disk: a killed process loses nothing that it has written.
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, start TEXT, legs INTEGER, owner TEXT, pid INTEGER, until INTEGER);
      CREATE TABLE IF NOT EXISTS facts (run TEXT, kind TEXT, key TEXT, text TEXT, PRIMARY KEY (run, kind, key))`)
    const renew = this.#db.prepare('UPDATE runs SET until = ? WHERE owner = ?')
    this.#renewing = setInterval(() => renew.run(systemClock.now() + LEASE_MS, this.#owner), LEASE_MS / 5)
  }

  async run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
    const { runId } = start
    this.#db.prepare('INSERT OR IGNORE INTO runs VALUES (?, ?, 0, NULL, NULL, 0)').run(runId, JSON.stringify(start))
    const { first, legs } = await this.#claim(runId)
    let leg: MemoryLeg | undefined
    const run = new SqliteRun(first, (fact) => {
      const isKept = this.#insert(runId, fact)
      if (!isKept) leg?.lose()
      return isKept
    })
    for (const fact of this.facts(runId)) run.load(fact)
    run.legs = legs
    try {
      leg = new MemoryLeg(run, systemClock)
      return await carry(leg)
    } finally {
      run.flush()
      this.#db.prepare('UPDATE runs SET owner = NULL, until = 0 WHERE id = ? AND owner = ?').run(runId, this.#owner)
    }
  }

  async #claim(runId: string): Promise<{ first: DurableStart; legs: number }> {
    const find = this.#db.prepare('SELECT owner, pid FROM runs WHERE id = ?')
    const claim = this.#db.prepare(
      'UPDATE runs SET owner = ?, pid = ?, until = ?, legs = legs + 1 WHERE id = ? AND (until < ? OR owner = ?) RETURNING start, legs',
    )
    for (;;) {
      const found = find.get(runId) as { owner: string | null; pid: number | null }
      const isLost = fault() === 'no-lease' || !isAlive(found.pid)
      const now = systemClock.now()
      const row = claim.get(this.#owner, pid, now + LEASE_MS, runId, now, isLost ? found.owner : null)
      if (row !== undefined)
        return { first: JSON.parse(row['start'] as string) as DurableStart, legs: Number(row['legs']) }
      await systemClock.sleep(POLL_MS)
    }
  }

  /** Returns whether the fact is recorded: the run belongs to this process, and has no fact of this kind and key. */
  #insert(runId: string, fact: RecordedFact): boolean {
    const values = [runId, fact.kind, fact.key, JSON.stringify(fact)]
    if (fault() === 'no-fence' || fault() === 'no-lease')
      return this.#db.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)').run(...values).changes > 0
    const insert = this.#db.prepare(
      'INSERT OR IGNORE INTO facts SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM runs WHERE id = ? AND owner = ?)',
    )
    return insert.run(...values, runId, this.#owner).changes > 0
  }

  facts(runId: string): readonly RecordedFact[] {
    const select = this.#db.prepare('SELECT text FROM facts WHERE run = ? ORDER BY rowid')
    return select.all(runId).map(({ text }) => JSON.parse(text as string) as RecordedFact)
  }
  crash(): void {}
  answer(): boolean {
    return false
  }

  close(): void {
    clearInterval(this.#renewing)
    this.#db.close()
  }
}

/** Whether a process of this machine has not ended. One that sleeps is alive. */
function isAlive(other: number | null): boolean {
  try {
    return other !== null && kill(other, 0)
  } catch {
    return false
  }
}

class SqliteRun extends MemoryRun {
  readonly #insert: (fact: RecordedFact) => boolean
  #unsaved: RecordedFact[] = []

  constructor(start: DurableStart, insert: (fact: RecordedFact) => boolean) {
    super(start)
    this.#insert = insert
  }
  load(fact: RecordedFact): void {
    super.keep(fact)
  }
  override keep(fact: RecordedFact): boolean {
    if (fault() !== 'batches') return this.#insert(fact) && super.keep(fact)
    this.#unsaved.push(fact)
    if (this.#unsaved.length >= BATCH) this.flush()
    return super.keep(fact)
  }
  flush(): void {
    for (const fact of this.#unsaved.splice(0)) this.#insert(fact)
  }
}
