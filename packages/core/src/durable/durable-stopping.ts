import { textOf } from '../base/errors.ts'
import { CLEANUPS, LAST_EVENT } from '../report/run-facts.ts'
import { Stopping } from '../run/stopping.ts'
import type { LegRun } from './leg-run.ts'

/** Stops a durable run: only by facts. Its calls keep their grace times themselves, each within its one fact. */
export class DurableStopping extends Stopping {
  readonly #run: LegRun
  /** Cancels the timer that ends the leg. */
  #cancelBound: (() => void) | undefined

  constructor(run: LegRun) {
    super(run)
    this.#run = run
  }

  override limitTo(limit: number): void {
    const { facts, pump, prefix } = this.#run
    if (limit >= facts.ownLimit) return
    const moveTo = (at: number): void => {
      facts.ownLimit = at
      this.bound(Math.max(0, at - facts.clock.now()))
    }
    moveTo(limit)
    pump.limits.add(prefix, limit, limit - pump.at, moveTo, () => this.expire())
  }
  override listen(signal: AbortSignal): void {
    const { facts, pump, prefix } = this.#run
    // The parent was aborted by a fact.
    if (signal === facts.parent?.signal) return super.listen(signal)
    this.abort.listen(signal, (reason) => {
      pump.register('stop', prefix, textOf(reason))
      this.bound(0, reason)
    })
  }
  /**
   * In `ms` the limit is due, or a stop for `reason`: it comes as a fact. No fact is given while an interceptor around a run or a
   * local stage is awaited, so one that hangs for the grace time ends the leg. Cleanups and last events have a limit of their own.
   */
  bound(ms: number, reason?: unknown): void {
    const { clock, graceMs } = this.#run.facts
    this.#cancelBound?.()
    this.#cancelBound = clock.setTimeout(() => this.#boundPassed(reason), ms + graceMs)
  }
  #boundPassed(reason: unknown): void {
    const { facts, pump } = this.#run
    if (this.isStopped) return
    const hasOwnLimit = facts.phase === CLEANUPS || facts.phase === LAST_EVENT
    if (hasOwnLimit || !pump.isBusy) return this.bound(0, reason)
    if (reason === undefined) this.expire()
    pump.giveUp(reason ?? this.abort.scope.aborted?.reason)
  }
  override close(): void {
    this.#cancelBound?.()
    super.close()
  }
  /** What its signal asks for comes as a fact, or after the end of the run. */
  override recheck(): void {}
  /** The limit comes as a fact. */
  override outOfTime(): void {}
  override abandonStages(): void {
    if (this.#run.pump.isOver) super.abandonStages()
  }
}
