import { Pipeline, StageflowError, systemClock } from '@stageflow/core'
import type { RunAuthor } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import type { DurableStart, Fact, GraphFingerprint, StageExecutor } from '@stageflow/core/durable'

import { openKeys } from './answers.ts'
import { CallsInProgress } from './calls-in-progress.ts'
import { create, isCarriedElsewhere, take } from './claim.ts'
import type { OwnRun } from './claim.ts'
import { ask } from './journal.ts'
import type { Act, Journal } from './journal.ts'
import { LegExecutor } from './leg-executor.ts'
import { reopenWith } from './retry-failed.ts'
import type { FactRow, RunRow } from './rows.ts'
import { RunLog, allFacts } from './run-log.ts'
import { graphOf } from './run-row.ts'
import type { GivenInterrupt } from './run-row.ts'

// A journal's executors, for the contracts of executors in `@stageflow/testing/durable/contract`.

/** Any graph will do: the contract passes only the code of a leg. */
const GRAPH = new Pipeline('contract').withStage('a', () => ({})).build()

const LEASE_MS = 1_000
const POLL_MS = 20
const wait = (ms: number): Promise<void> => new Promise((resolve) => systemClock.setTimeout(resolve, ms))

/** How a leg ended. */
interface LegResult {
  readonly status: string
}
type RecordedFact = Fact extends infer One ? (One extends unknown ? Omit<One, 'replayed'> : never) : never
interface CurrentLeg {
  executor: LegExecutor | undefined
  readonly ends: Promise<LegResult>
}

/** The executors of a journal: each leg claims its run, whatever the run has come to. */
export class JournalExecutors {
  readonly #journal: Journal
  readonly #owner: string = crypto.randomUUID()
  readonly #calls = new CallsInProgress()
  readonly #legs = new Map<string, CurrentLeg>()
  #stopRenewing: (() => void) | undefined

  constructor(journal: Journal) {
    this.#journal = journal
    this.#renewLater()
  }
  #renewLater(): void {
    this.#stopRenewing = systemClock.setTimeout(() => {
      void this.#journal.write(() => ask('renewLease', this.#owner, LEASE_MS))
      this.#renewLater()
    }, LEASE_MS / 5)
  }

  run<Result extends LegResult>(
    start: DurableStart,
    carry: (executor: StageExecutor) => Promise<Result>,
  ): Promise<Result> {
    const current = this.#legs.get(start.runId)
    if (current !== undefined) return current.ends as Promise<Result>
    const ends = this.#carry(start, carry)
    this.#legs.set(start.runId, { executor: undefined, ends })
    return ends
  }
  async #carry<Result extends LegResult>(
    start: DurableStart,
    carry: (executor: StageExecutor) => Promise<Result>,
  ): Promise<Result> {
    const { runId } = start
    const claimed = await this.#claim(start)
    const { row } = claimed
    const executor = this.#executorOf(claimed)
    const current = this.#legs.get(runId)
    if (current !== undefined) current.executor = executor
    try {
      return await carry(executor)
    } finally {
      executor.close()
      await this.#journal.write(() => ask('releaseRun', row.n, row.fence))
      if (this.#legs.get(runId)?.executor === executor) this.#legs.delete(runId)
    }
  }

  /** Waits until no other process carries the run. */
  async #claim(start: DurableStart): Promise<OwnRun> {
    for (;;) {
      const claimed = await this.#journal.write(() => claimedLeg(start, this.#owner, LEASE_MS))
      if (claimed !== undefined) return claimed
      await wait(POLL_MS)
    }
  }

  #executorOf({ row, start, keys }: OwnRun): LegExecutor {
    return new LegExecutor({
      start,
      leg: row.leg,
      run: row.n,
      log: new RunLog(this.#journal, { id: row.id, run: row.n, fence: row.fence }),
      keys,
      isLeased: () => true,
      pathOf: (key) => key,
      demandsOf: () => ({}),
      checkAnswer: async (_key, answer) => answer,
      calls: this.#calls,
      clock: systemClock,
      dueAt: 0,
      maxFactLength: 2 ** 22,
    })
  }

  crash(runId: string): void {
    this.#legs.get(runId)?.executor?.lose(new StageflowError('testing/crashed', `Run "${runId}" was crashed.`))
    this.#legs.delete(runId)
  }

  async answer(runId: string, key: string, answer: unknown, by?: RunAuthor): Promise<boolean> {
    const isKept = await this.#journal.write(() => keptAnswer(runId, key, { answer, by }))
    this.#legs.get(runId)?.executor?.lookIntoInbox()
    return isKept
  }

  /** Keeps an answer for a stage that has not asked yet. */
  async answerEarly(runId: string, key: string, answer: unknown, by?: RunAuthor): Promise<boolean> {
    const isKept = await this.#journal.write(() => keptEarly(runId, key, { answer, by }))
    this.#legs.get(runId)?.executor?.lookIntoInbox()
    return isKept
  }

  /** Opens a failed run again. */
  async retryFailed(graph: Parameters<typeof fingerprintOf>[0], runId: string): Promise<void> {
    await this.#journal.write(() => reopened(fingerprintOf(graph), runId))
  }

  async facts(runId: string): Promise<readonly RecordedFact[]> {
    const row = await this.#journal.read(ask('findRun', runId))
    return row === undefined ? [] : (await this.#journal.read(allFacts(row.n))).map(recorded)
  }

  async close(): Promise<void> {
    this.#stopRenewing?.()
    await this.#journal.close()
  }
}

/** Undefined while another process carries the run. */
function* claimedLeg(
  { runId, startedAt, input, kept, options = {} }: DurableStart,
  owner: string,
  leaseMs: number,
): Act<OwnRun | undefined> {
  const process = { owner, leaseMs, mustRenew: true }
  const row = yield* ask('findRun', runId)
  if (row === undefined) {
    const admitted = kept && { kept, by: undefined }
    const given = { input, text: JSON.stringify(input), pinned: options, startedAt, admitted }
    const claimed = yield* create(runId, GRAPH, process, given)
    return claimed.is === 'ours' ? claimed : undefined
  }
  if (isCarriedElsewhere(row, owner)) return undefined
  return yield* take(row, yield* ask('factKeys', row.n), GRAPH, { ...process, crashes: 0 })
}

function* keptAnswer(runId: string, key: string, given: object): Act<boolean> {
  const row = yield* ask('findRun', runId)
  if (row === undefined) return false
  const keys = [...(yield* ask('factKeys', row.n)), ...(yield* ask('inbox', row.n))]
  if (!openKeys(keys, graphOf(row)).has(key)) return false
  yield* ask('addToInbox', { run: row.n, kind: 'answer', key, value: JSON.stringify(given) })
  return true
}

function* keptEarly(runId: string, key: string, given: object): Act<boolean> {
  const row = yield* ask('findRun', runId)
  if (row === undefined) return false
  const known = [...(yield* ask('factKeys', row.n)), ...(yield* ask('inbox', row.n))]
  if (known.some((each) => each.key === key && (each.kind === 'call' || each.kind === 'early'))) return false
  yield* ask('addToInbox', { run: row.n, kind: 'early', key, value: JSON.stringify(given) })
  return true
}

function* reopened(graph: GraphFingerprint, runId: string): Act<void> {
  const row = (yield* ask('findRun', runId)) as RunRow
  yield* reopenWith(graph, row, { again: [], now: systemClock.now(), by: undefined }, () => {})
}

function recorded({ kind, key, at, value }: FactRow): RecordedFact {
  const read: unknown = JSON.parse(value)
  if (kind === 'interrupt') {
    const { reason, data } = read as GivenInterrupt
    return { kind: 'stop', key, at, reason, interrupt: { data } }
  }
  const fields =
    kind === 'answer'
      ? (read as { readonly answer: unknown })
      : kind === 'stop'
        ? { reason: read }
        : kind === 'timer'
          ? {}
          : { facts: read }
  return { kind: kind === 'ask' ? 'call' : kind, key, at, ...fields } as RecordedFact
}
