import { closeSync, constants, openSync } from 'node:fs'
import { type EventSink, StageflowError } from '@stageflow/core'
import { BufferedExporter, type CloseReport } from '@stageflow/exporter-buffered'
import { closeOnSignal } from '@stageflow/exporter-buffered/node'
import { JsonlExporter } from '@stageflow/exporter-jsonl'
import { onInterrupt } from './interrupts.ts'

/** How long an end may wait for a file that cannot be written. */
const CLOSE_TIMEOUT_MS = 3_000

export interface Recorder {
  readonly sink: EventSink
  /** Writes what is not written yet. What could not be written is told as a problem, and does not reject. */
  close(): Promise<void>
}

interface RecorderOptions {
  readonly onProblem: (problem: string) => void
}

/**
 * Appends every event it is given to the file; no other user of the machine may read a new file. A process that is told to
 * end writes first what is not written yet; Ctrl-C during an answer is the answer's, and the record goes on.
 */
export function recorder(file: string, { onProblem }: RecorderOptions): Recorder {
  tryOut(file)
  const exporter = new BufferedExporter(new JsonlExporter({ path: file }))
  let isTold = false
  const close = async (): Promise<void> => {
    const problem = problemIn(await exporter.close({ timeoutMs: CLOSE_TIMEOUT_MS }), file, exporter.stats().lastError)
    if (problem !== undefined && !isTold) onProblem(problem)
    isTold = true
  }
  const ignoreEnds = closeOnSignal(exporter, { signals: ['SIGTERM', 'SIGHUP'] })
  const ignoreInterrupts = onInterrupt(() => void close().finally(() => process.exit(130)))
  return {
    // Without `flush`: the app's own end must not wait for a file that cannot be written.
    sink: { emit: (event) => exporter.emit(event), tryEmit: (event) => exporter.tryEmit(event) },
    async close() {
      await close()
      ignoreInterrupts()
      ignoreEnds()
    },
  }
}

/** Better said now than when all is answered. */
function tryOut(file: string): void {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants
  try {
    // Without a wait: a named pipe would wait for a reader.
    closeSync(openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600))
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new StageflowError(
      'chat/record-unusable',
      `The record "${file}" cannot be written: ${said}. Make it writable, or name another file by --record.`,
      { cause },
    )
  }
}

function problemIn(report: CloseReport, file: string, lastError: unknown): string | undefined {
  const missing = report.received - report.delivered
  if (missing === 0 && report.error === undefined) return undefined
  const cause = lastError ?? report.error
  const said = cause instanceof Error ? ` ${cause.message}` : ''
  return `The record "${file}" lacks ${missing} of ${report.received} events.${said}`
}
