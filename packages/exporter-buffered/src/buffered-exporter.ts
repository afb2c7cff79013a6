import { StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'

import { checkWait, settingsOf } from './buffered-options.ts'
import type { BufferedExporterOptions, Settings, WaitOptions } from './buffered-options.ts'
import { Delivery } from './delivery.ts'
import type { Delivered } from './delivery.ts'
import { EventBuffer, NONE_LOST, REFUSED } from './event-buffer.ts'
import type { Exporter } from './exporter.ts'
import { FlushQueue } from './flush-queue.ts'
import { OverflowAlarm } from './overflow-alarm.ts'
import { Tally } from './tally.ts'
import type { BufferedExporterStatistics, CloseReport } from './tally.ts'
import { withinLimit } from './within-limit.ts'

const FLUSH_TIMEOUT_MS = 30_000

/**
 * An event sink that hands events to an exporter in batches, in order, one batch at a time. It never makes a producer
 * wait; a batch leaves the buffer once it is written, and is tried again until then. Full, it drops the oldest event
 * that is not under way, the ends of runs last. Errors: `exporter-buffered/illegal-option`.
 */
export class BufferedExporter implements EventSink {
  readonly #exporter: Exporter
  readonly #settings: Settings
  readonly #buffer: EventBuffer
  readonly #flushes: FlushQueue
  readonly #alarm: OverflowAlarm | undefined
  readonly #tally = new Tally()
  #delivery: Delivery | undefined
  #isPumping = false
  /** Events up to this number are written now, whether or not they fill a batch. */
  #dueUpTo = 0
  #stopTimer: (() => void) | undefined
  #closing: Promise<CloseReport> | undefined
  #isOver = false

  constructor(exporter: Exporter, options: BufferedExporterOptions = {}) {
    this.#settings = settingsOf(exporter, options)
    this.#exporter = exporter
    this.#buffer = new EventBuffer(this.#settings.maxBufferSize)
    this.#flushes = new FlushQueue(this.#buffer)
    const { onOverflow, maxBufferSize, highWaterMark, clock } = this.#settings
    if (onOverflow === undefined) return
    this.#alarm = new OverflowAlarm({
      capacity: maxBufferSize,
      highWaterMark,
      clock,
      size: () => this.#buffer.size,
      dropped: () => this.#tally.dropped,
      tell: (overflow) => this.#tally.call(() => onOverflow(overflow)),
    })
  }

  emit(event: StageflowEvent): void {
    this.tryEmit(event)
  }

  /** False: the event was not taken, because the exporter is closed or nothing in the full buffer may go for it. */
  tryEmit(event: StageflowEvent): boolean {
    const tally = this.#tally
    tally.received++
    if (this.#closing !== undefined) {
      tally.dropped++
      return false
    }
    const lost = this.#buffer.add(event)
    this.#alarm?.added(this.#buffer.size)
    if (lost !== NONE_LOST) this.#lose(lost)
    this.#schedule()
    return lost !== REFUSED
  }

  /**
   * Resolves once all that is in the buffer now is written, and flushed by the exporter. Errors: `exporter-buffered/flush-timeout`,
   * with how many are left; `exporter-buffered/events-lost`, when some of it were lost instead; the signal's reason.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', options)
    const { signal, timeoutMs = FLUSH_TIMEOUT_MS } = options
    signal?.throwIfAborted()
    const work = this.#flushes.wait(this.#tally)
    this.#dueUpTo = Math.max(this.#dueUpTo, this.#buffer.last)
    this.#schedule()
    const late = (): Error => lateFlush(timeoutMs, this.#buffer.size, this.#tally.lastError)
    const whole = work.done.then(() => (this.#isOver ? undefined : this.#exporter.flush?.()))
    await withinLimit(whole, { clock: this.#settings.clock, timeoutMs, signal, late }).finally(work.forget)
  }

  /**
   * Takes no more events, writes what is left, and closes the exporter: for `closeTimeoutMs` at most. Never rejects for
   * what happens then: the report says what was written and what was lost. A second call gets the same report.
   */
  close(options?: WaitOptions): Promise<CloseReport>
  // A sink's close() answers with nothing.
  close(): Promise<void>
  async close(options: WaitOptions = {}): Promise<CloseReport | void> {
    checkWait('close()', options)
    this.#closing ??= this.#close(options)
    return this.#closing
  }

  /** What has happened so far: `received` is always `written + deadLettered + dropped + size`. */
  statistics(): BufferedExporterStatistics {
    const { size, inFlight } = this.#buffer
    return this.#tally.statistics({ size, inFlight, capacity: this.#settings.maxBufferSize })
  }

  #lose(number: number): void {
    this.#tally.dropped++
    // Before onOverflow is told: a flush() that it calls does not wait for what is gone.
    if (number !== REFUSED) this.#flushes.lost(number)
    this.#alarm?.lost()
  }

  /** Starts to write what is due, or sees to it that what waits becomes due. */
  #schedule(): void {
    if (!this.#isPumping && this.#isDue()) {
      this.#isPumping = true
      void this.#pump()
    } else if (this.#buffer.waiting === 0) this.#cancelTimer()
    // Also while a batch is under way: how long that takes is no part of the wait.
    else this.#stopTimer ??= this.#startTimer()
  }

  #isDue(): boolean {
    const { waiting, oldestWaiting } = this.#buffer
    return waiting >= this.#settings.batchSize || (waiting > 0 && oldestWaiting <= this.#dueUpTo)
  }

  #startTimer(): () => void {
    const { clock, flushIntervalMs } = this.#settings
    return clock.setTimeout(() => {
      this.#stopTimer = undefined
      this.#dueUpTo = this.#buffer.last
      if (!this.#isPumping) this.#schedule()
    }, flushIntervalMs)
  }

  #cancelTimer(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  async #pump(): Promise<void> {
    // Not while the producer waits.
    await Promise.resolve()
    while (!this.#isOver && this.#isDue()) {
      const events = this.#buffer.take(this.#settings.batchSize)
      this.#delivery = new Delivery(this.#exporter, events, this.#settings, this.#tally)
      const delivered = await this.#delivery.run()
      this.#delivery = undefined
      if (delivered.status === 'refused') await this.#refuse(events, delivered)
      if (this.#isOver) return
      if (delivered.status === 'written') this.#tally.written += events.length
      else this.#tally.deadLettered += events.length
      const { oldest } = this.#buffer
      this.#buffer.release()
      this.#alarm?.left(this.#buffer.size)
      this.#flushes.left(delivered.status === 'written', oldest)
    }
    this.#isPumping = false
    if (!this.#isOver) this.#schedule()
  }

  async #refuse(events: readonly StageflowEvent[], refused: Delivered & { readonly status: 'refused' }): Promise<void> {
    const { onDeadLetter, clock, exportTimeoutMs } = this.#settings
    if (onDeadLetter === undefined) return
    const { error, attempts } = refused
    const call = async (): Promise<void> => void (await onDeadLetter({ events, error, attempts }))
    const late = (): Error => lateCallback(exportTimeoutMs)
    await withinLimit(call(), { clock, timeoutMs: exportTimeoutMs, late }).catch((thrown: unknown) =>
      this.#tally.callbackFailed(thrown),
    )
  }

  async #close({ signal, timeoutMs = this.#settings.closeTimeoutMs }: WaitOptions): Promise<CloseReport> {
    const { clock } = this.#settings
    const deadline = clock.now() + timeoutMs
    this.#cancelTimer()
    const { done, forget } = this.#flushes.wait(this.#tally)
    this.#dueUpTo = Infinity
    this.#delivery?.hurry()
    if (!this.#isPumping) this.#schedule()
    const limit = { clock, signal, late: () => lateClose(timeoutMs) }
    let error: unknown
    // Without a rest it is no failure of closing: the counts tell what was lost.
    await withinLimit(done, { ...limit, timeoutMs }).catch((reason: unknown) => {
      if (this.#buffer.size > 0) error = reason
    })
    forget()
    this.#isOver = true
    this.#delivery?.giveUp()
    this.#alarm?.close()
    const isDrained = this.#buffer.size === 0
    this.#tally.dropped += this.#buffer.clear()
    this.#flushes.end()
    const rest = (): number => Math.max(0, deadline - clock.now())
    for (const end of isDrained ? (['flush', 'close'] as const) : (['close'] as const)) {
      const call = async (): Promise<void> => this.#exporter[end]?.()
      await withinLimit(call(), { ...limit, timeoutMs: rest() }).catch((reason: unknown) => (error ??= reason))
    }
    return this.#tally.report(error)
  }
}

function lateFlush(timeoutMs: number, left: number, cause: unknown): StageflowError {
  return new StageflowError(
    'exporter-buffered/flush-timeout',
    left === 0
      ? `flush() waited for ${timeoutMs} ms. No event waits any more; it is the exporter's own flush() that has not ended.`
      : `flush() waited for ${timeoutMs} ms, and ${left} events are not written yet; they stay in the buffer and are tried further. The cause is the last error of the exporter.`,
    { cause },
  )
}

function lateClose(timeoutMs: number): StageflowError {
  return new StageflowError(
    'exporter-buffered/close-timeout',
    `close() had ${timeoutMs} ms, and that was not enough. See the last error in the statistics, or raise closeTimeoutMs.`,
  )
}

function lateCallback(timeoutMs: number): StageflowError {
  return new StageflowError(
    'exporter-buffered/callback-timeout',
    `onDeadLetter has not ended after ${timeoutMs} ms (exportTimeoutMs); the next batch does not wait for it.`,
  )
}
