import { Downstream, deliveryReport } from '@stageflow/buffer'
import type { DeliveryReport, FanOutBranch } from '@stageflow/buffer'
import type { Clock, EventSink, StageflowEvent } from '@stageflow/core'
import { isThenable, onRejection } from '@stageflow/core/kit'
import type { EndReport } from '@stageflow/core/kit'
import { DropCount } from './drop-count.ts'
import { takesChunks } from './followed-runs.ts'
import { DOWNSTREAM_ERRORS } from './sink-errors.ts'

/** What has happened to the events that one sink of a fan-out was given. Each is `delivered`, `refused`, `failed` or still `waiting`. */
export interface BranchStats {
  readonly delivered: number
  /** `tryEmit` returned false. */
  readonly refused: number
  /** It threw or rejected. */
  readonly failed: number
  /** Its promise hasn't settled. */
  readonly waiting: number
  readonly lastError: unknown
}

/** A promise that doesn't settle costs memory, and a sink may hang for hours. */
const MOST_WAITING = 1_000

/** One sink of a fan-out. */
export class Branch<Name extends string = string> implements FanOutBranch<Name> {
  readonly name: Name
  readonly downstream: Downstream
  readonly takesChunks: boolean
  readonly #sink: EventSink
  readonly drops: DropCount = new DropCount()
  delivered = 0
  waiting = 0
  /** How many notices about other sinks it has taken. */
  notices = 0
  /** How many promises have taken longer than `emitTimeoutMs`. While there are any, `emit` doesn't wait for this sink. */
  overdue = 0
  /** The earliest time of the next notice about this sink. */
  nextNoticeAt: number = -Infinity

  constructor(name: Name, sink: EventSink, clock: Clock) {
    this.name = name
    this.downstream = new Downstream(sink, { name: `sink "${name}"`, clock, errors: DOWNSTREAM_ERRORS })
    this.takesChunks = takesChunks(sink)
    this.#sink = sink
  }

  /** Returns whether the sink took the event, or a promise of that. The promise doesn't reject. */
  emit(event: StageflowEvent): boolean | Promise<boolean> {
    if (this.overdue > 0 && this.waiting >= MOST_WAITING) return this.tryEmit(event)
    try {
      const answer: unknown = this.#sink.emit(event)
      return isThenable(answer) ? this.#watch(answer, event.type) : this.#took()
    } catch (error) {
      return this.#failed(event.type, error)
    }
  }

  tryEmit(event: StageflowEvent): boolean {
    try {
      const answer: unknown = this.#sink.tryEmit(event)
      if (isThenable(answer)) {
        void this.#watch(answer, event.type)
        return true
      }
      if (answer !== false) return this.#took()
    } catch (error) {
      return this.#failed(event.type, error)
    }
    this.drops.add(event.type, 'refused')
    return false
  }

  /** Tells the sink what another one lost. Returns whether it took the notice; a refusal isn't counted. */
  tryEmitNotice(notice: StageflowEvent): boolean {
    try {
      const answer: unknown = this.#sink.tryEmit(notice)
      onRejection(answer, () => {})
      if (answer === false) return false
      this.notices++
      return true
    } catch {
      return false
    }
  }

  stats(): BranchStats {
    const { delivered, waiting, drops } = this
    return Object.freeze({
      delivered,
      refused: drops.by('refused'),
      failed: drops.by('failed'),
      waiting,
      lastError: drops.lastError?.error,
    })
  }

  report(ended: EndReport): DeliveryReport {
    const { delivered, waiting, notices, drops } = this
    return deliveryReport(ended, { delivered, lost: drops.total + waiting, notices })
  }

  /** Keeps the type alone: the promise may stay for hours, and would keep the event. */
  #watch(answer: PromiseLike<unknown>, type: string): Promise<boolean> {
    const settled = Promise.resolve(answer)
    this.waiting++
    return settled.then(
      () => {
        this.waiting--
        return this.#took()
      },
      (error: unknown) => {
        this.waiting--
        return this.#failed(type, error)
      },
    )
  }

  #took(): true {
    this.delivered++
    return true
  }

  #failed(type: string, error: unknown): false {
    this.drops.lastError = { error }
    this.drops.add(type, 'failed')
    return false
  }
}
