import { textOf } from '../base/errors.ts'
import { CLEANUPS, LAST_EVENT } from '../report/phases.ts'
import { Stopping, cancelledFor } from '../run/stopping.ts'
import type { LimitSource, Stoppable } from '../run/stopping.ts'
import type { LegRun } from './leg-run.ts'
import type { Pump } from './pump.ts'

/** Stops what settles by facts. Its calls keep their limits and grace times themselves, each within its one fact. */
export class FactStopping extends Stopping {
  readonly #pump: Pump

  constructor(run: Stoppable, pump: Pump) {
    super(run)
    this.#pump = pump
  }

  /** A limit comes as a fact. */
  override outOfTime(): void {}
  /** Only a leg that is over abandons its stages. */
  override abandonStages(): void {
    if (this.#pump.isOver) super.abandonStages()
  }
}

/** Stops a durable run: only by facts. */
export class DurableStopping extends FactStopping {
  readonly #run: LegRun
  /** Cancels the timer that ends the leg if the fact of a limit or a stop doesn't come. */
  #cancelWatchdog: (() => void) | undefined

  constructor(run: LegRun) {
    super(run, run.pump)
    this.#run = run
  }

  /** The limit itself passes by a fact. After a pause the leg moves it to a later time. */
  override limitTo(limit: number, by: LimitSource): void {
    const { facts, pump, prefix, limitFrom } = this.#run
    if (limit >= facts.ownLimit) return
    this.limitedBy = by
    this.limitMs = limit - limitFrom
    const setLimit = (at: number): void => {
      facts.ownLimit = at
      this.armWatchdog(Math.max(0, at - facts.clock.now()))
    }
    setLimit(limit)
    pump.limits.add(prefix, limit, by === 'timeoutMs' ? this.limitMs : limit - pump.at, setLimit, () => this.expire())
  }
  override listen(signal: AbortSignal): void {
    const { facts } = this.#run
    // The parent was aborted by a fact.
    if (signal === facts.parent?.signal) return super.listen(signal)
    this.abort.listen(signal, (reason) => this.#stopByFact(textOf(reason), reason))
  }
  override request(reason: string): void {
    this.#stopByFact(reason, cancelledFor(reason))
  }
  #stopByFact(text: string, reason: unknown): void {
    const { pump, prefix } = this.#run
    pump.register('stop', prefix, text)
    this.armWatchdog(0, reason)
  }
  /**
   * In `ms` the fact of a limit is due, or that of a stop for `reason`. No fact is given while an interceptor around a run or a
   * local stage is awaited. If one hangs for the grace time after that, the watchdog ends the leg. Cleanups and last events have
   * limits of their own.
   */
  armWatchdog(ms: number, reason?: unknown): void {
    const { clock, graceMs } = this.#run.facts
    this.#cancelWatchdog?.()
    this.#cancelWatchdog = clock.setTimeout(() => this.#watchdogFired(reason), ms + graceMs)
  }
  #watchdogFired(reason: unknown): void {
    const { facts, pump } = this.#run
    if (this.isStopped) return
    const hasOwnLimit = facts.phase === CLEANUPS || facts.phase === LAST_EVENT
    if (hasOwnLimit || !pump.isBusy) return this.armWatchdog(0, reason)
    if (reason === undefined) this.expire()
    pump.giveUp(reason ?? this.abort.scope.aborted?.reason)
  }
  override close(): void {
    this.#cancelWatchdog?.()
    super.close()
  }
  /** What its signal asks for comes as a fact, or after the end of the run. */
  override recheck(): void {}
}
