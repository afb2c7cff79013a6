import { Downstream, EventBuffer } from '@stageflow/buffer'
import type { BufferStats, BufferReport, LossReason } from '@stageflow/buffer'
import { StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { checkArgumentCount, checkWait, read } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION, sinkPlan } from './buffer-options.ts'
import type { BufferedEventSinkOptions, SinkPlan } from './buffer-options.ts'
import { DropCount } from './drop-count.ts'
import { DroppedEvents, droppedData } from './dropped-event.ts'
import { errorFacts } from './error-facts.ts'
import { followedRuns } from './followed-runs.ts'
import { DOWNSTREAM_ERRORS } from './sink-errors.ts'

/**
 * A bounded queue in front of a sink. Runs never wait for a slow sink, and a failing one is tried again, in order. Errors:
 * `sink-buffered/illegal-option`.
 */
export class BufferedEventSink implements EventSink {
  readonly core: string = '^1.0.0'
  /** Whether the sink behind receives chunks. */
  readonly chunks: boolean
  /** The sink behind follows runs as they go on: only events wait in the buffer. */
  declare readonly onRun?: NonNullable<EventSink['onRun']>
  readonly #plan: SinkPlan
  readonly #buffer: EventBuffer
  readonly #drops = new DropCount()
  readonly #notices = new DroppedEvents()
  #isReportingLoss = false
  #nextNoticeAt = -Infinity
  #stopNoticeTimer: (() => void) | undefined
  /** No further notice: the last one was made while the buffer closed. */
  #hasToldAtEnd = false

  constructor(downstream: EventSink, options: BufferedEventSinkOptions = {}) {
    checkArgumentCount(arguments.length, 2, 'new BufferedEventSink(downstream, options)', ILLEGAL_OPTION)
    const plan = sinkPlan(downstream, options)
    const { maxWaiting, overflow, retry, attemptTimeoutMs, clock, random } = plan
    const { chunks, onRun } = followedRuns(downstream)
    this.chunks = chunks
    if (onRun !== undefined) this.onRun = onRun
    this.#plan = plan
    this.#buffer = new EventBuffer(
      {
        clock,
        random,
        overflow,
        retry,
        attemptTimeoutMs,
        maxEntries: maxWaiting,
        extraPlaces: { inFlight: 1, last: maxWaiting, waiting: maxWaiting },
        batchSize: 1,
        flushIntervalMs: 0,
        isDeferred: false,
        deliver: (events) => downstream.emit(events[0] as StageflowEvent),
        downstream: new Downstream(downstream, {
          name: 'the sink behind',
          clock,
          errors: DOWNSTREAM_ERRORS,
        }),
        tooSlow: () => tooSlow(attemptTimeoutMs),
        // The signal that this would be the reason of is never read: a sink gets none.
        givenUp: () => tooSlow(attemptTimeoutMs),
        lateFlush,
        lateClose,
      },
      {
        noteLoss: (event, reason) => this.#noteLoss(event, reason),
        reportLoss: (event, reason) => this.#reportLoss(event, reason),
        idle: () => this.#noticeWhenDue(),
        notice: {
          make: () => this.#makeNotice(),
          ended: (isDelivered) => this.#noticeEnded(isDelivered),
        },
      },
    )
  }

  /** Takes the event at once if there is a place. With `block`, the promise waits until there is one for the next event. */
  emit(event: StageflowEvent): Promise<void> | void {
    return this.#buffer.emit(event)
  }

  /** Returns false if there is no place for the event, or the buffer is closed. Such an event is counted. */
  tryEmit(event: StageflowEvent): boolean {
    return this.#buffer.tryEmit(event)
  }

  /** What has happened so far: `received` is always `delivered + dropped + size`. */
  stats(): BufferStats {
    return this.#buffer.stats()
  }

  /**
   * Resolves once every event taken so far is delivered, or dropped and counted, and the sink behind is flushed too. Rejects
   * with `sink-buffered/timed-out`, the signal's reason, or `sink-buffered/downstream` if that flush failed.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', ILLEGAL_OPTION, options)
    if (this.#owesNotice() && this.#buffer.isOpen) this.#buffer.addNotice()
    await this.#buffer.flush(options)
  }

  /**
   * Takes no more events, delivers what waits, and closes the sink behind, within `timeoutMs` (5,000). Doesn't reject for what
   * happens then: the report says what was delivered and what was lost. Later calls return the same report.
   */
  async close(options: WaitOptions = {}): Promise<BufferReport> {
    checkWait('close()', ILLEGAL_OPTION, options)
    this.#stopNoticeTimer?.()
    return this.#buffer.close(options)
  }

  #noteLoss(event: StageflowEvent, reason: LossReason): void {
    this.#drops.add(String(read(event, 'type')), reason)
    if (this.#buffer.isOpen && this.#plan.clock.now() >= this.#nextNoticeAt) this.#buffer.addNotice()
  }

  #reportLoss(event: StageflowEvent, reason: LossReason): void {
    const { onDrop } = this.#plan
    // An onDrop that emits into a full buffer would call itself without end.
    if (onDrop === undefined || this.#isReportingLoss) return
    this.#isReportingLoss = true
    this.#buffer.counts.callbacks.call(() => onDrop(event, reason))
    this.#isReportingLoss = false
  }

  #owesNotice(): boolean {
    return this.#drops.hasNew && !this.#hasToldAtEnd
  }

  /** Nothing waits: adds the notice of what was dropped, now or when its time has come. */
  #noticeWhenDue(): void {
    if (!this.#owesNotice()) return
    const { clock } = this.#plan
    const waitMs = this.#nextNoticeAt - clock.now()
    if (waitMs > 0 && this.#buffer.isOpen) {
      this.#stopNoticeTimer ??= clock.setTimeout(() => {
        this.#stopNoticeTimer = undefined
        if (this.#owesNotice()) this.#buffer.addNotice()
      }, waitMs)
      return
    }
    this.#stopNoticeTimer?.()
    this.#stopNoticeTimer = undefined
    this.#buffer.addNotice()
  }

  #makeNotice(): StageflowEvent {
    const { overflow, maxWaiting, clock } = this.#plan
    const { queued, isOpen } = this.#buffer
    // Runs may go on emitting while it closes. Without this, the notices would never end.
    if (!isOpen && queued === 0) this.#hasToldAtEnd = true
    const { failures, lastError } = this.#buffer.stats()
    if (failures > 0) this.#drops.lastError = { error: lastError }
    const data = { ...droppedData('buffered', this.#drops), overflow, maxWaiting, queueSize: queued }
    return this.#notices.make(clock.now(), data)
  }

  #noticeEnded(isDelivered: boolean): void {
    this.#nextNoticeAt = this.#plan.clock.now() + this.#plan.noticeIntervalMs
    if (!isDelivered) this.#drops.putBack()
  }
}

function tooSlow(limitMs: number): StageflowError {
  return new StageflowError(
    'sink-buffered/timed-out',
    `The sink behind the buffer did not take an event within ${limitMs} ms (attemptTimeoutMs). The attempt counts as failed. Find out why the sink is slow, or raise attemptTimeoutMs.`,
  )
}

function lateFlush({ size }: BufferStats, timeoutMs: number): StageflowError {
  const waited = `flush() waited ${timeoutMs} ms`
  const what =
    size === 0
      ? `${waited}. No event waits in the buffer, but the sink behind has not flushed yet.`
      : `${waited}, and ${counted(size)} not delivered yet. They stay in the buffer.`
  return new StageflowError('sink-buffered/timed-out', `${what} Raise timeoutMs, or read stats().lastError.`)
}

function lateClose({ size, dropped, failures, lastError }: BufferStats, timeoutMs: number): StageflowError {
  const has = dropped === 0 ? 'every event' : 'every event that was not dropped'
  const what = size === 0 ? `the sink behind did not close; it has ${has}` : `${counted(size)} not delivered and lost`
  const why = failures === 0 ? '' : ` The last failure of the sink behind: ${errorFacts(lastError).message}.`
  return new StageflowError(
    'sink-buffered/timed-out',
    `close() had ${timeoutMs} ms: ${what}.${why} Raise timeoutMs, or keep such events with onDrop.`,
    failures === 0 ? undefined : { cause: lastError },
  )
}

const counted = (events: number): string => (events === 1 ? '1 event was' : `${events} events were`)
