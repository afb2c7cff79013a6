import process from 'node:process'

import { ExportProgress, checkBatch } from '@stageflow/buffer'
import type { ExporterReport, ExporterStats } from '@stageflow/buffer'
import { StageflowError, systemClock } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { checkArgumentCount, checkWait } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import { ILLEGAL_OPTION, checkConsoleOptions } from './console-exporter-options.ts'
import type { ConsoleExporterOptions } from './console-exporter-options.ts'
import { eventLine } from './event-line.ts'
import type { LineStyle } from './event-line.ts'
import { ItemLines } from './item-lines.ts'
import { RunDepths } from './run-depths.ts'
import { StreamWriter } from './stream-writer.ts'
import { wantsColor } from './terminal-color.ts'

const WIDTH_OF_A_PIPE = 160
const WIDTH_OF_DATA = 2_000
const UNREADABLE = `--:--:--.--- ${' '.repeat(34)}an event that cannot be read`

/**
 * Writes events to a terminal, one line each. An exporter for `BufferedExporter`; it also works alone.
 * Errors: `exporter-console/illegal-option`, `exporter-console/write-failed`, `exporter-console/closed`.
 */
export class ConsoleExporter {
  readonly core: string = '^1.0.0'
  readonly #stream: NodeJS.WritableStream
  readonly #writer: StreamWriter
  readonly #depths = new RunDepths()
  readonly #items = new ItemLines()
  readonly #style: Omit<LineStyle, 'width'>
  readonly #width: number | undefined
  readonly #texts = new WeakMap<readonly StageflowEvent[], string>()
  readonly #inProgress = new Map<readonly StageflowEvent[], Promise<void>>()
  readonly #progress = new ExportProgress({ clock: systemClock, closed, late })

  constructor(options: ConsoleExporterOptions = {}) {
    checkArgumentCount(arguments.length, 1, 'new ConsoleExporter(options)', ILLEGAL_OPTION)
    checkConsoleOptions(options)
    const { stream = process.stdout, color = wantsColor(stream), data = false, width, redaction } = options
    this.#stream = stream
    this.#writer = new StreamWriter(stream)
    this.#width = width
    this.#style = { color, data, redactor: createRedactor(redaction, { maxLength: 2_048 }) }
  }

  /** Resolves when the stream has taken the lines, however slow it is. Rejects with `exporter-console/write-failed` if the stream fails. */
  async export(events: readonly StageflowEvent[]): Promise<void> {
    checkBatch(ILLEGAL_OPTION, events)
    // A retry while the stream stalls must not write a batch twice. One that isn't frozen may have changed.
    const same = this.#inProgress.get(events)
    if (same !== undefined) return same
    const written = this.#progress.export(events.length, () => this.#write(events))
    if (!Object.isFrozen(events)) return written
    this.#inProgress.set(events, written)
    try {
      await written
    } finally {
      this.#inProgress.delete(events)
    }
  }

  async #write(events: readonly StageflowEvent[]): Promise<void> {
    const text = this.#textOf(events)
    if (text === '') return
    try {
      await this.#writer.write(text)
    } catch (cause) {
      throw this.#writeFailed(cause, events.length)
    }
  }

  /** The lines of a batch. One that is exported again after a failure must not count its items twice. */
  #textOf(events: readonly StageflowEvent[]): string {
    const before = this.#texts.get(events)
    if (before !== undefined) return before
    const style = { ...this.#style, width: this.#mostWidth() }
    const text = events.map((event) => this.#lineOf(event, style)).join('')
    if (Object.isFrozen(events)) this.#texts.set(events, text)
    return text
  }

  /** Empty for an item that is thinned out. A value that isn't an event must not stop the rest of its batch. */
  #lineOf(event: StageflowEvent, style: LineStyle): string {
    try {
      const note = this.#items.noteOf(event)
      // With data every event is wanted.
      if (note === undefined && !style.data) return ''
      return `${eventLine(event, this.#depths.of(event), note ?? '', style)}\n`
    } catch {
      return `${UNREADABLE}\n`
    }
  }

  /** Resolves when every export so far has succeeded or failed. Rejects with `exporter-console/timed-out` if that takes too long. */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', ILLEGAL_OPTION, options)
    await this.#progress.flush(options)
  }

  /**
   * Like `flush`, but within `timeoutMs` (5,000), and refuses later exports. Doesn't reject for what happens then: the report says why
   * events may be lost. The stream stays open: close it yourself.
   */
  async close(options: WaitOptions = {}): Promise<ExporterReport> {
    checkWait('close()', ILLEGAL_OPTION, options)
    return this.#progress.close(options)
  }

  stats(): ExporterStats {
    return this.#progress.stats()
  }

  /** A closed stream or a pipe without a reader stays that way, so `retryable` is false for them. */
  #writeFailed(cause: unknown, events: number): StageflowError {
    const { code, message = String(cause) } = (cause ?? {}) as { readonly code?: unknown; readonly message?: string }
    const retryable = this.#stream.writable && code !== 'EPIPE'
    const fix = retryable ? 'They can be written again.' : 'The stream is closed: create an exporter for another one.'
    const problem = `ConsoleExporter could not write ${countOf(events)}: ${message}. ${fix}`
    return Object.assign(new StageflowError('exporter-console/write-failed', problem, { cause }), { retryable })
  }

  /** The option if it is given. Otherwise lines with data may be long, and others fit the terminal. */
  #mostWidth(): number {
    if (this.#width !== undefined) return this.#width
    if (this.#style.data) return WIDTH_OF_DATA
    const { columns } = this.#stream as Partial<NodeJS.WriteStream>
    const isTerminal = columns !== undefined && columns > 0
    return isTerminal ? columns : WIDTH_OF_A_PIPE
  }
}

function late(call: string, timeoutMs: number): StageflowError {
  const problem = `${call}: the stream did not take all lines within ${timeoutMs} ms. Raise timeoutMs, or find out what blocks the stream.`
  return new StageflowError('exporter-console/timed-out', problem)
}

function closed(events: number): StageflowError {
  const problem = `ConsoleExporter is closed, and did not write ${countOf(events)}. Close it after the last export.`
  return Object.assign(new StageflowError('exporter-console/closed', problem), { retryable: false })
}

function countOf(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}
