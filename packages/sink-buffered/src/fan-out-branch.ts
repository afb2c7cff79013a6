import type { EventSink, StageflowEvent } from '@stageflow/core'
import { isThenable } from './delivery.ts'
import { DropCount } from './drop-count.ts'

/** What became of the events that one sink of a fan-out was given: each is `taken`, `refused`, `failed` or still `waiting`. */
export interface BranchStatistics {
  readonly taken: number
  /** `tryEmit` answered false. */
  readonly refused: number
  /** It threw or rejected. */
  readonly failed: number
  /** Its promise has not settled. */
  readonly waiting: number
  readonly lastError: unknown
}

/** A promise that does not settle costs memory, and one sink may hang for hours. */
const MOST_WAITING = 1_000

/** One sink of a fan-out, and what became of the events that it was given. */
export class Branch {
  readonly name: string
  readonly sink: EventSink
  readonly drops: DropCount = new DropCount()
  taken = 0
  waiting = 0
  /** How many of its promises nobody waits for any more: as long as there are any, nobody waits for a new one. */
  overdue = 0
  /** When the other sinks may next be told what it lost. */
  nextNoticeAt: number = -Infinity

  constructor(name: string, sink: EventSink) {
    this.name = name
    this.sink = sink
  }

  /** Whether it took the event; a promise, which never rejects, where it will only say so later. */
  emit(event: StageflowEvent): boolean | Promise<boolean> {
    if (this.overdue > 0 && this.waiting >= MOST_WAITING) return this.tryEmit(event)
    try {
      const answer: unknown = this.sink.emit(event)
      return isThenable(answer) ? this.#watch(answer, event.type) : this.#took()
    } catch (error) {
      return this.#failed(event.type, error)
    }
  }

  tryEmit(event: StageflowEvent): boolean {
    try {
      const answer: unknown = this.sink.tryEmit(event)
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

  /** Tells of what another sink lost; false where it does not listen, which is no loss of its own. */
  tryEmitNotice(notice: StageflowEvent): boolean {
    try {
      const answer: unknown = this.sink.tryEmit(notice)
      if (isThenable(answer)) Promise.resolve(answer).catch(() => {})
      return answer !== false
    } catch {
      return false
    }
  }

  statistics(): BranchStatistics {
    const { taken, waiting, drops } = this
    return Object.freeze({
      taken,
      refused: drops.by('refused'),
      failed: drops.by('failed'),
      waiting,
      lastError: drops.lastError?.error,
    })
  }

  /** Holds the type alone: the promise may stay for hours, and with it what it holds. */
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
    this.taken++
    return true
  }

  #failed(type: string, error: unknown): false {
    this.drops.lastError = { error }
    this.drops.add(type, 'failed')
    return false
  }
}
