import process from 'node:process'

import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'

import { checkOptions } from './console-exporter-options.ts'
import type { ConsoleExporterOptions } from './console-exporter-options.ts'
import { eventLine } from './event-line.ts'
import type { LineStyle } from './event-line.ts'
import { RunDepths } from './run-depths.ts'
import { StreamWriter } from './stream-writer.ts'
import { wantsColor } from './terminal-color.ts'

const COLUMNS_OF_A_PIPE = 160
const COLUMNS_OF_DATA = 2_000
const UNREADABLE = `--:--:--.--- ${' '.repeat(34)}an event that cannot be read`

/**
 * Writes events to a terminal, one line each; an exporter for `BufferedExporter`, that can also be used by itself.
 * Errors: `exporter-console/illegal-option`, `exporter-console/write-failed`, `exporter-console/closed`.
 */
export class ConsoleExporter {
  readonly #stream: NodeJS.WritableStream
  readonly #writer: StreamWriter
  readonly #depths = new RunDepths()
  readonly #style: Omit<LineStyle, 'columns'>
  readonly #columns: number | undefined
  readonly #underWay = new Map<readonly StageflowEvent[], Promise<void>>()
  #isClosed = false

  constructor(options: ConsoleExporterOptions = {}) {
    checkOptions(options)
    const { stream = process.stdout, color = wantsColor(stream), verbose = false, columns, redaction } = options
    this.#stream = stream
    this.#writer = new StreamWriter(stream)
    this.#columns = columns
    const redactor = createRedactor({ ...redaction, maxLength: redaction?.maxLength ?? 2_048 })
    this.#style = { color, verbose, redactor }
  }

  /** Resolves when the stream has taken the lines, however slow it is; rejects with `exporter-console/write-failed` when it cannot. */
  async export(events: readonly StageflowEvent[]): Promise<void> {
    if (events.length === 0) return
    if (this.#isClosed) throw closed(events.length)
    await (this.#underWay.get(events) ?? this.#start(events))
  }

  /** A batch that comes again while the stream stalls is in the stream already; one that is not frozen may have changed. */
  #start(events: readonly StageflowEvent[]): Promise<void> {
    const written = this.#write(events)
    if (!Object.isFrozen(events)) return written
    this.#underWay.set(events, written)
    const forget = (): void => void this.#underWay.delete(events)
    written.then(forget, forget)
    return written
  }

  async #write(events: readonly StageflowEvent[]): Promise<void> {
    const style = { ...this.#style, columns: this.#mostColumns() }
    const lines = events.map((event) => `${this.#lineOf(event, style)}\n`)
    try {
      await this.#writer.write(lines.join(''))
    } catch (cause) {
      throw this.#writeFailed(cause, events.length)
    }
  }

  /** What is no event of the engine must not hold up those that come with it. */
  #lineOf(event: StageflowEvent, style: LineStyle): string {
    try {
      return eventLine(event, this.#depths.of(event), style)
    } catch {
      return UNREADABLE
    }
  }

  /** Resolves when all that was exported so far is written, or could not be. */
  flush(): Promise<void> {
    return this.#writer.idle()
  }

  /** As `flush`, and then nothing is taken any more. The stream stays open, for it belongs to whoever made it. */
  close(): Promise<void> {
    this.#isClosed = true
    return this.#writer.idle()
  }

  /** A stream that is closed, or that nobody reads any more, stays so: `retryable` is false then. */
  #writeFailed(cause: unknown, events: number): StageflowError {
    const { code, message = String(cause) } = (cause ?? {}) as { readonly code?: unknown; readonly message?: string }
    const retryable = this.#stream.writable && code !== 'EPIPE'
    const fix = retryable
      ? 'They can be written again.'
      : 'Nobody reads the stream any more: make an exporter for another one.'
    const problem = `ConsoleExporter could not write ${countOf(events)}: ${message}. ${fix}`
    return Object.assign(new StageflowError('exporter-console/write-failed', problem, { cause }), { retryable })
  }

  #mostColumns(): number {
    if (this.#columns !== undefined) return this.#columns
    if (this.#style.verbose) return COLUMNS_OF_DATA
    const { columns = 0 } = this.#stream as Partial<NodeJS.WriteStream>
    return columns > 0 ? columns : COLUMNS_OF_A_PIPE
  }
}

function closed(events: number): StageflowError {
  const problem = `ConsoleExporter is closed, and did not write ${countOf(events)}. Close it after the last export.`
  return Object.assign(new StageflowError('exporter-console/closed', problem), { retryable: false })
}

function countOf(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}
