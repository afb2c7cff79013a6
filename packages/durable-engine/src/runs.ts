import { systemClock } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import type { LegOptions } from '@stageflow/core/durable'
import { plainOptions, textOf } from '@stageflow/core/kit'

import { claim, create, findSameRun, lookAt, unknownRun } from './claim.ts'
import type { Claim, NewRun } from './claim.ts'
import { askToStop, keepAnswers } from './inbox.ts'
import type { GivenAnswers, StopRequest } from './inbox.ts'
import { ask, closedJournal } from './journal.ts'
import type { Act } from './journal.ts'
import { Lease } from './lease.ts'
import { Legs } from './legs.ts'
import type { LegsPlan } from './legs.ts'
import { Pulse } from './pulse.ts'
import type { Settled } from './run-result.ts'
import type { PinnedOptions } from './run-row.ts'

/**
 * The options of a run. `timeoutMs`, `maxConcurrency` and `onStageFailure` are kept: later legs have those of the first one. The
 * rest are those of the leg that this process carries.
 */
export type DurableRunOptions<Ports> = LegOptions<Ports> & PinnedOptions

/** The options that all legs have from the first one, and those of one leg. */
export function splitOptions(options: object = {}): { readonly pinned: object; readonly leg: LegOptions<{}> } {
  const { timeoutMs, maxConcurrency, onStageFailure, ...leg } = plainOptions<PinnedOptions>(options)
  return { pinned: { timeoutMs, maxConcurrency, onStageFailure }, leg }
}

type Graph = StageGraph<unknown, unknown>

export interface RunsPlan extends LegsPlan {
  readonly maxRecoveries: number
}

/** A run that this process carries or waits for. */
interface LiveRun {
  readonly id: string
  readonly graph: Graph
  /** Those of its legs here. Only the caller who starts a run gives it a signal. */
  readonly options: LegOptions<unknown>
  /** What it is started with; undefined if it exists. */
  readonly start: NewRun | undefined
  /** Its number, once that is known: another run may get its id. */
  n: number | undefined
  /** How many callers wait for it. */
  waiting: number
  /** Resolves when the journal has it, or can't have it. */
  readonly begun: PromiseWithResolvers<void>
  settled: Promise<Settled>
}

/** A run was to be started, and another caller has. This one attaches to it instead. */
export class RunExists extends Error {}
/** All callers have left, while another process carries the run. No caller gets this error. */
class AllHaveLeft extends Error {}

/** Whether a run has another number than that which a caller was admitted to. */
const isOther = (live: LiveRun, n: number | undefined): boolean =>
  n !== undefined && live.n !== undefined && live.n !== n

/** The runs that this process carries or waits for. */
export class Runs {
  readonly pulse: Pulse
  readonly legs: Legs
  readonly #plan: RunsPlan
  readonly #lease: Lease
  readonly #runs = new Map<string, LiveRun>()

  constructor(plan: RunsPlan) {
    this.#plan = plan
    // Short enough to renew the lease before it ends.
    this.pulse = new Pulse(Math.min(plan.journal.pollMs, plan.leaseMs / 3))
    this.#lease = new Lease(plan)
    this.legs = new Legs(plan, this.pulse, this.#lease, (id) => this.has(id))
    plan.journal.listen?.((run) => {
      this.legs.lookIntoInbox(run)
      this.pulse.beat()
    })
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  /** Starts a run, and carries it until it ends or suspends. Rejects with `RunExists` if another caller has started it. */
  async start(graph: Graph, id: string, options: LegOptions<unknown>, start: NewRun): Promise<Settled> {
    if (this.has(id)) throw new RunExists()
    return this.#waitFor(this.#begin({ id, graph, options, start, n: undefined }), undefined)
  }
  /**
   * Carries a run that exists until it ends or suspends, or waits until another process has. When the signal aborts, only the wait
   * ends: the run is not this caller's. `n`: the number of the run that the caller was admitted to.
   */
  async attach(
    graph: Graph,
    id: string,
    { signal, ...options }: LegOptions<unknown>,
    n: number | undefined,
  ): Promise<Settled> {
    for (;;) {
      signal?.throwIfAborted()
      const joined = this.#liveRun(id, n)
      const live = joined ?? this.#begin({ id, graph, options, start: undefined, n })
      try {
        const result = await this.#waitFor(live, signal)
        // What this caller has answered may have been written after the leg that was in progress had ended: a look tells.
        const isCurrent = joined === undefined || result.status !== 'suspended'
        if (isCurrent && !isOther(live, n)) return result
      } catch (error) {
        // It was a start, and another process was faster. Or all who waited have left, just before this caller came.
        const mayTryAgain = error instanceof RunExists || error instanceof AllHaveLeft
        if (!mayTryAgain && !isOther(live, n)) throw error
      }
    }
  }
  /** What this process does with the run of this id and number. Throws `durable-engine/unknown-run` if a later run has the id. */
  #liveRun(id: string, n: number | undefined): LiveRun | undefined {
    const live = this.#runs.get(id)
    if (live === undefined || !isOther(live, n)) return live
    // Numbers grow. An earlier run was deleted, and what carries it here will notice.
    if (Number(live.n) < Number(n)) return undefined
    throw unknownRun(id, this.#plan.journal)
  }

  #begin(run: Pick<LiveRun, 'id' | 'graph' | 'options' | 'start' | 'n'>): LiveRun {
    const live: LiveRun = {
      ...run,
      waiting: 0,
      begun: Promise.withResolvers(),
      settled: new Promise(() => {}),
    }
    this.#runs.set(live.id, live)
    live.settled = this.#carry(live).finally(() => this.#forget(live))
    live.settled.catch(() => {}) // its callers have the error, if any are left
    return live
  }
  async #waitFor(live: LiveRun, signal: AbortSignal | undefined): Promise<Settled> {
    const gone = Promise.withResolvers<never>()
    const leave = (): void => gone.reject(signal?.reason as Error)
    live.waiting++
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([live.settled, gone.promise])
    } finally {
      live.waiting--
      signal?.removeEventListener('abort', leave)
    }
  }
  #forget(live: LiveRun): void {
    if (this.#runs.get(live.id) === live) this.#runs.delete(live.id)
  }

  async #carry(live: LiveRun): Promise<Settled> {
    let { start } = live
    for (;;) {
      const claimed = await this.#claim(live, start).finally(live.begun.resolve)
      start = undefined
      live.n = claimed.row.n
      if (claimed.is === 'settled') return claimed.result
      const onSettled = (): void => this.#forget(live)
      const result = await this.legs.carry(claimed, { graph: live.graph, options: live.options, onSettled })
      if (result !== undefined) return result
    }
  }

  /** Claims a run, or waits while another process carries it. */
  async #claim(live: LiveRun, start: NewRun | undefined): Promise<Exclude<Claim, { is: 'elsewhere' | 'exists' }>> {
    const { id, graph, options } = live
    const { journal } = this.#plan
    let hasAskedToStop = false
    // Only the first try may create the run. Later ones only look, until the run can be claimed: a look needs no transaction.
    let created = start
    for (;;) {
      const seen = created === undefined ? await this.#look(live) : undefined
      if (seen !== 'elsewhere') {
        const toCreate = created
        const lookedAt = systemClock.now()
        const mustRenew = this.#lease.mustRenew(lookedAt)
        const claimant = { ...this.#plan, mustRenew }
        const act = (): Act<Claim> =>
          toCreate === undefined ? claim(id, live.n, graph, claimant) : create(id, graph, claimant, toCreate)
        const found = await journal.write(act, 'repeatable').catch((error: unknown) => {
          if (journal.mayPass(error) !== undefined) this.legs.noteUnconfirmed()
          throw error
        })
        if (found.is === 'exists') throw new RunExists()
        // An answer that is committed from now on finds no run in progress, and begins a new leg.
        if (found.is === 'settled') this.#forget(live)
        if (found.is === 'ours') {
          if (mustRenew) this.#lease.noteClaim(lookedAt, !this.legs.isEmpty)
          toCreate?.onAdded?.()
        }
        if (found.is !== 'elsewhere') return found
      }
      created = undefined
      await this.pulse.next()
      if (this.pulse.isOver) throw closedJournal(journal)
      if (live.waiting === 0) throw new AllHaveLeft()
      if (options.signal?.aborted === true && !hasAskedToStop) {
        hasAskedToStop = true
        await this.stop(id, { reason: textOf(options.signal.reason), n: live.n })
      }
    }
  }

  /** Looks what is to be done with a run. From the first look on, no other run that gets its id is taken for it. */
  async #look(live: LiveRun): Promise<ReturnType<typeof lookAt>> {
    const { journal, owner } = this.#plan
    const row = await journal.read(findSameRun(live.id, live.n))
    live.n ??= row?.n
    return lookAt(row, owner)
  }

  // Other processes, and other callers

  /** Waits until a run that this process starts is in the journal. A journal that answers at once has it with the next write. */
  async begun(id: string): Promise<void> {
    const live = this.#runs.get(id)
    if (this.#plan.journal.isRemote && live?.start !== undefined) await live.begun.promise
  }
  /**
   * Waits until a look into the journal may find a run that this process starts. If what this process carries was deleted, it waits for a
   * beat, after which that may be noticed.
   */
  async seen(id: string): Promise<void> {
    const { journal } = this.#plan
    const isStart = this.#runs.get(id)?.n === undefined
    await this.begun(id)
    // Its row comes with the next commit.
    if (isStart) await journal.write(() => ask('findRun', id))
    else await this.pulse.next()
    if (this.pulse.isOver) throw closedJournal(journal)
  }
  /** Asks to cancel a run, or to interrupt it. Returns false if it has ended. */
  async stop(id: string, stop: StopRequest): Promise<boolean> {
    const { journal } = this.#plan
    await this.begun(id)
    const run = await journal.write(() => askToStop(id, stop, this.#plan, this.#runs.has(id)))
    if (run === undefined) return false
    this.legs.lookIntoInbox(run)
    return true
  }
  /**
   * Keeps answers for a run, and returns the number of the run. Throws if it doesn't wait for all of them, or can't go on with this graph.
   */
  async answer(id: string, given: GivenAnswers): Promise<number> {
    await this.begun(id)
    const run = await this.#plan.journal.write(() => keepAnswers(id, given, this.#plan))
    this.legs.lookIntoInbox(run)
    return run
  }
}
