import { fingerprintOf } from '@stageflow/core/durable'
import type { DurableStart, Fact } from '@stageflow/core/durable'
import { Pipeline, StageflowError, systemClock } from '@stageflow/core'
import type { RunAuthor } from '@stageflow/core'
import type { CarryLeg, ExecutorUnderTest, LegResult, RecordedFact } from '@stageflow/testing/durable/contract'

import { keptText } from '../src/admission.ts'
import { questionsIn } from '../src/answers.ts'
import type { FactKey } from '../src/answers.ts'
import { CallsInProgress } from '../src/calls-in-progress.ts'
import { Journal } from '../src/journal.ts'
import { LocalExecutor } from '../src/local-executor.ts'
import { RunLog } from '../src/run-log.ts'
import type { FactRow } from '../src/run-log.ts'
import { findRun, keptOf } from '../src/run-row.ts'
import type { RunRow } from '../src/run-row.ts'
import {
  ADD,
  ADD_GRAPH,
  ADD_TO_INBOX,
  CLAIM,
  FACTS,
  FIND_GRAPH,
  INBOX,
  KEYS,
  RELEASE,
  RENEW,
} from '../src/statements.ts'

/** For processes: they inherit the path of the journal. */
export const openExecutor = (): ExecutorUnderTest => new JournalExecutors(process.env['EXECUTOR_FILE'] ?? '')

/** Any graph will do: the contract passes only the code of a leg. */
const GRAPH = JSON.stringify(fingerprintOf(new Pipeline('contract').withStage('a', () => ({})).build()))

const LEASE_MS = 1_000
const POLL_MS = 20
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * The executors of a journal, for the contract of executors: each leg claims its run, whatever the run has come to. `path`: the file
 * that all processes share.
 */
export class JournalExecutors implements ExecutorUnderTest {
  readonly #journal: Journal
  readonly #owner: string = crypto.randomUUID()
  readonly #calls = new CallsInProgress()
  readonly #legs = new Map<string, { executor: LocalExecutor | undefined; readonly ends: Promise<LegResult> }>()
  readonly #renewing: ReturnType<typeof setInterval>

  constructor(path: string) {
    this.#journal = new Journal({ path, synchronous: 'normal', busyTimeoutMs: 5_000, maxBytes: 2 ** 32 })
    const renew = (): unknown =>
      this.#journal.write(() => this.#journal.run(RENEW, { owner: this.#owner, ms: LEASE_MS }))
    this.#renewing = setInterval(renew, LEASE_MS / 5)
  }

  run<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
    const current = this.#legs.get(start.runId)
    if (current !== undefined) return current.ends as Promise<Result>
    const ends = this.#carry(start, carry)
    this.#legs.set(start.runId, { executor: undefined, ends })
    return ends
  }
  async #carry<Result extends LegResult>(start: DurableStart, carry: CarryLeg<Result>): Promise<Result> {
    const { runId } = start
    const row = await this.#claim(start)
    const executor = this.#executorOf(row)
    const current = this.#legs.get(runId)
    if (current !== undefined) current.executor = executor
    try {
      return await carry(executor)
    } finally {
      executor.close()
      await this.#journal.write(() => this.#journal.run(RELEASE, row.n, row.fence))
      if (this.#legs.get(runId)?.executor === executor) this.#legs.delete(runId)
    }
  }

  /** Waits until no other process carries the run. */
  async #claim(start: DurableStart): Promise<RunRow> {
    for (;;) {
      const row = await this.#journal.write(() => this.#claimedRow(start))
      if (row !== undefined) return row
      await wait(POLL_MS)
    }
  }
  #claimedRow({ runId, startedAt, input, kept, options = {} }: DurableStart): RunRow | undefined {
    const journal = this.#journal
    const owner = this.#owner
    const found = findRun(journal, runId)
    if (found?.owned === 1 && found.owner !== owner) return undefined
    journal.run(RENEW, { owner, ms: LEASE_MS })
    journal.run(ADD_GRAPH, GRAPH)
    const graph = Number(journal.get(FIND_GRAPH, GRAPH)?.['id'])
    const texts = { input: JSON.stringify(input), options: JSON.stringify(options), kept: keptText(kept) }
    if (found !== undefined) journal.run(CLAIM, { run: found.n, owner, graph, facts: found.facts, crashes: 0 })
    else
      journal.run(ADD, {
        id: runId,
        pipeline: 'contract',
        graph,
        owner,
        userId: null,
        orgId: null,
        startedAt,
        ...texts,
      })
    return findRun(journal, runId)
  }

  #executorOf(row: RunRow): LocalExecutor {
    const journal = this.#journal
    return new LocalExecutor({
      start: {
        runId: row.id,
        startedAt: row.started_at,
        input: JSON.parse(row.input) as object,
        options: JSON.parse(row.options) as object,
        kept: keptOf(row),
      },
      leg: row.leg,
      log: new RunLog(journal, { run: row.n, fence: row.fence }),
      keys: journal.all(KEYS, row.n) as unknown as readonly FactKey[],
      isLeased: () => true,
      pathOf: (key) => key,
      calls: this.#calls,
      clock: systemClock,
      maxFactLength: 2 ** 22,
    })
  }

  crash(runId: string): void {
    this.#legs.get(runId)?.executor?.lose(new StageflowError('testing/crashed', `Run "${runId}" was crashed.`))
    this.#legs.delete(runId)
  }

  async answer(runId: string, key: string, answer: unknown, by?: RunAuthor): Promise<boolean> {
    const journal = this.#journal
    const isKept = await journal.write(() => {
      const row = findRun(journal, runId)
      if (row === undefined) return false
      const keys = [...journal.all(KEYS, row.n), ...journal.all(INBOX, row.n)] as unknown as readonly FactKey[]
      if (questionsIn(keys).get(key) !== 'open') return false
      return journal.run(ADD_TO_INBOX, { run: row.n, kind: 'answer', key, value: JSON.stringify({ answer, by }) }) === 1
    })
    this.#legs.get(runId)?.executor?.lookIntoInbox()
    return isKept
  }

  facts(runId: string): readonly RecordedFact[] {
    const row = findRun(this.#journal, runId)
    return (this.#journal.all(FACTS, row?.n ?? 0, 0, -1) as unknown as readonly FactRow[]).map(recorded)
  }

  close(): void {
    clearInterval(this.#renewing)
    this.#journal.close()
  }
}

function recorded({ kind, key, at, value }: FactRow): RecordedFact {
  const read: unknown = JSON.parse(value)
  const fields =
    kind === 'answer'
      ? (read as { readonly answer: unknown })
      : kind === 'stop'
        ? { reason: read }
        : kind === 'timer'
          ? {}
          : { facts: read }
  return { kind: kind === 'ask' ? 'call' : kind, key, at, ...fields } as Omit<Fact, 'replayed'> as RecordedFact
}
