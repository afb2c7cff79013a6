import { textOf } from './errors.ts'
import type { StageflowEvent } from './events.ts'
import { MOST_BEHIND } from './limits.ts'
import { failureOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { AsyncDisposal, FailedResult, PipelineResult, Run as RunHandle } from './result.ts'
import type { Listener } from './run-events.ts'
import type { Run } from './run.ts'

/** Keeps a run's events for whoever reads them: all from the start for the first reader, for a later one what comes from then on. */
export class EventFeed implements Listener {
  readonly #readers = new Set<Reader>()
  /** What came before the first reader. */
  #early: StageflowEvent[] | undefined = []
  #ended = false

  take(event: StageflowEvent): void {
    this.#early?.push(event)
    for (const reader of this.#readers) reader.put(event)
  }

  room(): Promise<void> | undefined {
    for (const reader of this.#readers) {
      if (reader.behind >= MOST_BEHIND) return reader.room()
    }
    return undefined
  }

  end(): void {
    this.#ended = true
    for (const reader of this.#readers) reader.end()
  }

  read(): AsyncIterator<StageflowEvent> {
    const reader = new Reader(this.#early ?? [], () => this.#readers.delete(reader))
    this.#early = undefined
    if (this.#ended) reader.end()
    else this.#readers.add(reader)
    return reader
  }
}

class Reader implements AsyncIterator<StageflowEvent> {
  #events: StageflowEvent[]
  #next = 0
  #ended = false
  #waiting: ((step: IteratorResult<StageflowEvent>) => void)[] = []
  #room: (() => void)[] = []
  readonly #leave: () => void

  constructor(events: StageflowEvent[], leave: () => void) {
    this.#events = events
    this.#leave = leave
  }

  get behind(): number {
    return this.#events.length - this.#next
  }

  put(event: StageflowEvent): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#events.push(event)
    else waiting({ done: false, value: event })
  }

  room(): Promise<void> {
    return new Promise((resolve) => this.#room.push(resolve))
  }

  end(): void {
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined })
    this.#makeRoom()
  }

  next(): Promise<IteratorResult<StageflowEvent>> {
    const event = this.#events[this.#next]
    if (event !== undefined) {
      this.#next++
      if (this.#next === this.#events.length || (this.#next >= MOST_BEHIND && 2 * this.#next >= this.#events.length)) {
        this.#events = this.#events.slice(this.#next)
        this.#next = 0
      }
      if (this.behind < MOST_BEHIND) this.#makeRoom()
      return Promise.resolve({ done: false, value: event })
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  return(): Promise<IteratorResult<StageflowEvent>> {
    this.#leave()
    this.#events = []
    this.#next = 0
    this.end()
    return this.next()
  }

  #makeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve()
  }
}

/** Opens a run and gives it as a handle. */
export function openHandle(run: Run, feed: EventFeed): RunHandle<unknown> {
  const settled = new Promise<Outcome>((resolve) => run.open(resolve)).then((outcome) => {
    feed.end()
    return outcome as unknown as PipelineResult<unknown> | FailedResult<unknown>
  })
  const result = settled.then((ended) => {
    if (ended.status === 'failed') throw failureOf(ended as unknown as Outcome)
    return ended
  })
  // Whoever reads `settled` alone must not be told of an unhandled rejection.
  result.catch(() => {})
  const dispose = async (): Promise<void> => {
    run.cancel('its block was left (await using)')
    await settled
  }
  // Some browsers don't have the symbol yet.
  const { asyncDispose } = Symbol as { asyncDispose?: symbol }
  const disposal = (asyncDispose ? { [asyncDispose]: dispose } : {}) as AsyncDisposal
  return {
    pipelineRunId: run.pipelineRunId,
    settled,
    result,
    cancel: (reason) => run.cancel(textOf(reason ?? 'no reason was given')),
    [Symbol.asyncIterator]: () => feed.read(),
    ...disposal,
  }
}
