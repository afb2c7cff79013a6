import { textOf } from '../base/errors.ts'
import { Stopping } from '../run/stopping.ts'
import type { LegRun } from './leg-run.ts'

/** Stops a durable run: only by facts. Its calls keep their grace times themselves, each within its one fact. */
export class DurableStopping extends Stopping {
  readonly #run: LegRun
  /** Defined while a stop is to be given within the grace time. An interceptor around a run or a local stage can hang. */
  #unbound: (() => void) | undefined

  constructor(run: LegRun) {
    super(run)
    this.#run = run
  }

  override limitTo(limit: number): void {
    const { facts, pump, prefix } = this.#run
    if (limit >= facts.ownLimit) return
    facts.ownLimit = limit
    pump.limits.add(
      prefix,
      limit,
      limit - pump.at,
      (at) => (facts.ownLimit = at),
      () => this.expire(),
    )
  }
  override listen(signal: AbortSignal): void {
    const { facts, pump, prefix } = this.#run
    if (signal === facts.parent?.signal) super.listen(signal)
    else
      this.abort.listen(signal, (reason) => {
        pump.register('stop', prefix, textOf(reason))
        this.#unbound = facts.clock.setTimeout(() => {
          if (!this.isStopped) pump.giveUp(reason)
        }, facts.graceMs)
      })
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
