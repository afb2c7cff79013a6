import { Downstream, EventBuffer } from '@stageflow/buffer'
import type { BufferStats, BufferReport, EventBufferListener } from '@stageflow/buffer'
import { StageflowError } from '@stageflow/core'
import type { EventSink, StageflowEvent } from '@stageflow/core'
import { checkArgumentCount, checkWait, plainOptions, textOf, withinLimit } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION, settingsOf } from './buffered-options.ts'
import type { BufferedExporterOptions, Settings } from './buffered-options.ts'
import { DOWNSTREAM_ERRORS } from './exporter-errors.ts'
import type { Exporter } from './exporter.ts'
import { OverflowAlarm } from './overflow-alarm.ts'

const FLUSH_TIMEOUT_MS = 30_000

/**
 * An event sink that hands events to an exporter in batches, in order, one batch at a time. It never makes a producer wait. A
 * batch leaves the buffer once it is delivered, and is tried again until then. A full buffer drops the oldest event that is not
 * in flight, and last events of runs after all others. Errors: `exporter-buffered/illegal-option`.
 */
export class BufferedExporter implements EventSink {
  readonly core: string = '^1.0.0'
  readonly #settings: Settings
  readonly #buffer: EventBuffer
  readonly #alarm: OverflowAlarm | undefined

  constructor(exporter: Exporter, options: BufferedExporterOptions = {}) {
    checkArgumentCount(arguments.length, 2, 'new BufferedExporter(exporter, options)', ILLEGAL_OPTION)
    const settings = settingsOf(exporter, options)
    const { batchSize, flushIntervalMs, retry, attemptTimeoutMs, clock, random } = settings
    this.#settings = settings
    this.#alarm = this.#alarmOf(settings)
    this.#buffer = new EventBuffer(
      {
        batchSize,
        flushIntervalMs,
        retry,
        attemptTimeoutMs,
        clock,
        random,
        maxEntries: settings.maxBufferSize,
        extraPlaces: { inFlight: 0, last: 0, waiting: 0 },
        overflow: 'drop-oldest',
        isDeferred: true,
        // Frozen, because code of others gets it, and gets it again.
        deliver: async (events, attempt) => exporter.export(Object.freeze(events), { signal: attempt.signal }),
        downstream: new Downstream(exporter, {
          name: 'the exporter behind',
          clock,
          errors: DOWNSTREAM_ERRORS,
        }),
        tooSlow: () => tooSlow(attemptTimeoutMs),
        givenUp,
        lateFlush,
        lateClose,
      },
      this.#listener(),
    )
  }

  emit(event: StageflowEvent): void {
    this.tryEmit(event)
  }

  /** Returns false if the event was dropped: the exporter is closed, or nothing in the full buffer may be dropped for it. */
  tryEmit(event: StageflowEvent): boolean {
    return this.#buffer.tryEmit(event)
  }

  /** What has happened so far: `received` is always `delivered + dropped + size`. */
  stats(): BufferStats {
    return this.#buffer.stats()
  }

  /**
   * Resolves once all events in the buffer are delivered, and flushed by the exporter. Rejects with
   * `exporter-buffered/timed-out`, which says how many are left; with `exporter-buffered/events-lost`, if some of them
   * were lost instead; or with the signal's reason.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', ILLEGAL_OPTION, options)
    const { timeoutMs = FLUSH_TIMEOUT_MS } = options
    const { dropped, droppedBy } = this.stats()
    const hasLost = await this.#buffer.flush({ ...plainOptions(options), timeoutMs })
    if (!hasLost) return
    const now = this.stats()
    const refused = now.droppedBy.failed - droppedBy.failed
    throw eventsLost(now.dropped - dropped - refused, refused)
  }

  /**
   * Takes no more events, delivers what is left, and closes the exporter, within `timeoutMs` (5,000). Doesn't reject for what
   * happens then: the report says what was delivered and what was lost. Later calls return the same report.
   */
  async close(options: WaitOptions = {}): Promise<BufferReport> {
    checkWait('close()', ILLEGAL_OPTION, options)
    return this.#buffer.close(options)
  }

  #alarmOf({ onOverflow, maxBufferSize, highWaterMark, clock }: Settings): OverflowAlarm | undefined {
    if (onOverflow === undefined) return undefined
    const counts = (): EventBuffer['counts'] => this.#buffer.counts
    return new OverflowAlarm({
      maxBufferSize,
      highWaterMark,
      clock,
      size: () => this.#buffer.size,
      dropped: () => counts().droppedBy.full + counts().droppedBy.closed,
      tell: (overflow) => counts().callbacks.call(() => onOverflow(overflow)),
    })
  }

  #listener(): EventBufferListener {
    const refused: EventBufferListener['refused'] = (events, error, attempts) => {
      const { onDeadLetter, clock, attemptTimeoutMs } = this.#settings
      if (onDeadLetter === undefined) return undefined
      const call = async (): Promise<unknown> => onDeadLetter({ events, error, attempts })
      const limit = { clock, limitMs: attemptTimeoutMs, late: () => lateDeadLetter(attemptTimeoutMs) }
      const { callbacks } = this.#buffer.counts
      return withinLimit(call(), limit).then(
        () => {},
        (thrown: unknown) => callbacks.add(thrown),
      )
    }
    const alarm = this.#alarm
    if (alarm === undefined) return { refused }
    return {
      refused,
      added: (size) => alarm.added(size),
      left: (size) => alarm.left(size),
      reportLoss(_, reason) {
        if (reason === 'full') alarm.lost()
      },
      ended: () => alarm.close(),
    }
  }
}

function tooSlow(limitMs: number): StageflowError {
  return new StageflowError(
    'exporter-buffered/timed-out',
    `The exporter did not finish within ${limitMs} ms (attemptTimeoutMs). The batch is tried again. Find out why the exporter is slow, or raise attemptTimeoutMs.`,
  )
}

const givenUp = (): StageflowError =>
  new StageflowError('exporter-buffered/given-up', 'The result of this export no longer counts. Stop writing.')

function lateFlush({ size, lastError }: BufferStats, timeoutMs: number): StageflowError {
  const what =
    size === 0
      ? 'No event waits in the buffer, but the flush() of the exporter has not ended. Find out why it is slow, or raise timeoutMs.'
      : `Events not delivered yet: ${size}. They stay in the buffer and are tried again. The cause is the last error of the exporter.`
  return new StageflowError('exporter-buffered/timed-out', `flush() waited ${timeoutMs} ms. ${what}`, {
    cause: lastError,
  })
}

function eventsLost(dropped: number, refused: number): StageflowError {
  return new StageflowError(
    'exporter-buffered/events-lost',
    `Some of the events that flush() waited for are lost: since the call, ${dropped} events were dropped and ${refused} refused for good. Lower the load or raise maxBufferSize, and read stats().lastError.`,
  )
}

function lateClose({ size, dropped, failures, lastError }: BufferStats, timeoutMs: number): StageflowError {
  const has = dropped === 0 ? 'every event' : 'every event that was not dropped'
  const what = size === 0 ? `the exporter did not close; it has ${has}` : `${size} events were not delivered`
  const why = failures === 0 ? '' : ` The last error of the exporter: ${textOf(lastError)}.`
  return new StageflowError(
    'exporter-buffered/timed-out',
    `close() had ${timeoutMs} ms: ${what}.${why} Raise timeoutMs, or find out why the exporter is slow.`,
    failures === 0 ? undefined : { cause: lastError },
  )
}

function lateDeadLetter(limitMs: number): StageflowError {
  return new StageflowError(
    'exporter-buffered/timed-out',
    `onDeadLetter did not end within ${limitMs} ms (attemptTimeoutMs). The next batch doesn't wait for it. Make it faster, or raise attemptTimeoutMs.`,
  )
}
