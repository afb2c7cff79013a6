import { textOf } from '../base/errors.ts'
import { CLEANUPS, LAST_EVENT } from '../report/run-facts.ts'
import { Stopping } from '../run/stopping.ts'
import type { LegRun } from './leg-run.ts'

/** Stops a durable run: only by facts. Its calls keep their grace times themselves, each within its one fact. */
export class DurableStopping extends Stopping {
  readonly #run: LegRun
  #unbound: (() => void) | undefined

  constructor(run: LegRun) {
    super(run)
    this.#run = run
  }

  override limitTo(limit: number): void {
    const { facts, pump, prefix } = this.#run
    if (limit >= facts.ownLimit) return
    const moved = (at: number): void => {
      facts.ownLimit = at
      this.bound(Math.max(0, at - facts.clock.now()))
    }
    moved(limit)
    pump.limits.add(prefix, limit, limit - pump.at, moved, () => this.expire())
  }
  override listen(signal: AbortSignal): void {
    const { facts, pump, prefix } = this.#run
    if (signal === facts.parent?.signal) super.listen(signal)
    else
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
    const { facts, pump } = this.#run
    this.#unbound?.()
    this.#unbound = facts.clock.setTimeout(() => {
      if (this.isStopped) return
      if (!pump.isBusy || facts.phase === CLEANUPS || facts.phase === LAST_EVENT) return this.bound(0, reason)
      if (reason === undefined) this.expire()
      pump.giveUp(reason ?? this.abort.scope.aborted?.reason)
    }, ms + facts.graceMs)
  }
  override close(): void {
    this.#unbound?.()
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
