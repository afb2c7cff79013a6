import { ExportProgress, checkBatch } from '@stageflow/buffer'
import type { ExporterReport, ExporterStats } from '@stageflow/buffer'
import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { checkArgumentCount, checkWait } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'
import { lineWriter } from './event-line.ts'
import { fileError } from './file-errors.ts'
import { ILLEGAL_OPTION, settingsOf } from './jsonl-options.ts'
import type { JsonlExporterOptions } from './jsonl-options.ts'
import { LineFile } from './line-file.ts'

/** The longest write, in characters. A longer batch takes several. */
const LONGEST_WRITE = 2 ** 20

/** Appends each event to a file as a line of JSON: an exporter for `BufferedExporter`. The README lists its errors. */
export class JsonlExporter {
  readonly core: string = '^1.0.0'
  /** The file, as an absolute path. */
  readonly path: string
  readonly #maxFileBytes: number
  readonly #lineOf: (event: StageflowEvent) => string
  readonly #file: LineFile
  #last: Promise<unknown> = Promise.resolve()
  readonly #progress: ExportProgress

  /** Makes no file before the first events. Errors: `exporter-jsonl/illegal-option`. */
  constructor(options: JsonlExporterOptions) {
    checkArgumentCount(arguments.length, 1, 'new JsonlExporter(options)', ILLEGAL_OPTION)
    const settings = settingsOf(options)
    this.path = settings.path
    this.#maxFileBytes = settings.maxFileBytes
    this.#lineOf = lineWriter(settings)
    this.#file = new LineFile(settings)
    this.#progress = new ExportProgress({
      clock: settings.clock,
      closed: () => closed(this.path),
      late: (call, timeoutMs) => late(this.path, call, timeoutMs),
    })
  }

  /** Resolves once every event is a line in the file. */
  async export(events: readonly StageflowEvent[], options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkBatch(ILLEGAL_OPTION, events, options)
    const { signal } = options
    await this.#progress.export(events.length, () => this.#inTurn(() => this.#write(events, signal), signal))
  }

  /** Resolves once what was written is on the disk. Rejects with `exporter-jsonl/timed-out` if that takes too long. */
  async flush(options: WaitOptions = {}): Promise<void> {
    checkWait('flush()', ILLEGAL_OPTION, options)
    await this.#progress.flush(options, () => this.#inTurn(() => this.#file.sync()))
  }

  /**
   * Waits for the exports that have begun, and closes the file, within `timeoutMs` (5,000). Doesn't reject for what happens then:
   * the report says why events may be lost. Later exports are refused.
   */
  async close(options: WaitOptions = {}): Promise<ExporterReport> {
    checkWait('close()', ILLEGAL_OPTION, options)
    return this.#progress.close(options, () => this.#inTurn(() => this.#file.close()))
  }

  stats(): ExporterStats {
    return this.#progress.stats()
  }

  /** One after the other, in the order of the calls. */
  #inTurn(use: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    const turn = this.#last.then(use).catch((error: unknown) => {
      throw error === signal?.reason ? error : fileError(this.path, error)
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  async #write(events: readonly StageflowEvent[], signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (events.length === 0) return
    const file = this.#file
    await file.prepare()
    let lines = ''
    let bytes = 0
    const append = async (): Promise<void> => {
      if (lines !== '') await file.append(Buffer.from(lines))
      lines = ''
      bytes = 0
    }
    for (const event of events) {
      const line = this.#lineOf(event)
      const length = this.#maxFileBytes === Infinity ? 0 : Buffer.byteLength(line)
      if (lines.length > LONGEST_WRITE || this.#isTooMuch(bytes, length)) await append()
      // Another writer may have started a new file, and filled it.
      while (this.#isTooMuch(bytes, length)) await file.rotate()
      lines += line
      bytes += length
    }
    await append()
  }

  /** A line longer than a file may be gets a file of its own. */
  #isTooMuch(waiting: number, length: number): boolean {
    const used = this.#file.size + waiting
    return used > 0 && used + length > this.#maxFileBytes
  }
}

function late(path: string, call: string, timeoutMs: number): StageflowError {
  return new StageflowError(
    'exporter-jsonl/timed-out',
    `${call}: ${JSON.stringify(path)} was not written within ${timeoutMs} ms. Raise timeoutMs, or find out why the disk is slow.`,
  )
}

function closed(path: string): StageflowError {
  const error = new StageflowError(
    'exporter-jsonl/closed',
    `Events cannot be written to ${JSON.stringify(path)}: the exporter is closed. Close it after the last export.`,
  )
  return Object.assign(error, { retryable: false })
}
