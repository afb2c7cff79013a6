import { constants } from 'node:os'
import type { BufferReport } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import {
  TIME_LIMIT,
  checkArgumentCount,
  functionLike,
  optionProblems,
  read,
  refuseOptions,
  show,
  textOf,
  withinLimit,
} from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { ILLEGAL_OPTION } from './buffered-options.ts'
import process from 'node:process'

/** The signals that a process can handle. */
export type EndingSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGBREAK' | 'SIGUSR2'

/** A buffered exporter or sink, or anything that closes like one. */
export interface Closable {
  close(options: { readonly timeoutMs: number }): Promise<BufferReport>
}

export interface CloseOnSignalOptions {
  /** Default: SIGTERM and SIGINT. */
  readonly signals?: readonly EndingSignal[]
  /** Maximum time for everything, in ms. Default: 5,000. */
  readonly timeoutMs?: number
  /** Called first, and awaited for half of `timeoutMs`. Stop here what emits events, such as a server. Default: none. */
  readonly beforeClose?: (signal: EndingSignal) => unknown
  /** Called with the reports, in order; undefined for one that failed. Default: writes losses to standard error. */
  readonly onClosed?: (reports: readonly (BufferReport | undefined)[], signal: EndingSignal) => unknown
  /** Ends the process. Default: `process.exit`, with 128 plus the number of the signal as in shells: 143, 130. */
  readonly exit?: (code: number) => void
}

const SIGNALS: readonly EndingSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGBREAK', 'SIGUSR2']
const RULES: OptionRules<CloseOnSignalOptions> = {
  signals: [
    (value) => Array.isArray(value) && value.length > 0 && value.every((each) => SIGNALS.includes(each)),
    `an array of ${SIGNALS.join(', ')}`,
  ],
  timeoutMs: TIME_LIMIT,
  beforeClose: functionLike('(signal) => void'),
  onClosed: functionLike('(reports, signal) => void'),
  exit: functionLike('(code) => void'),
}

/**
 * Writes the last events of a process: on a signal it closes the exporters and then ends the process, whatever other handlers the
 * signal has. If this function was called several times, the process ends once all calls are done. A second signal ends it at once.
 * Returns a function that removes the listeners. Errors: `exporter-buffered/illegal-option`.
 */
export function closeOnSignal(
  exporters: Closable | readonly Closable[],
  options: CloseOnSignalOptions = {},
): () => void {
  checkArgumentCount(arguments.length, 2, 'closeOnSignal(exporters, options)', ILLEGAL_OPTION)
  const all = Array.isArray(exporters) ? (exporters as readonly Closable[]) : [exporters as Closable]
  const illegal = all.filter((each) => typeof read(each, 'close') !== 'function')
  refuseOptions('closeOnSignal()', ILLEGAL_OPTION, [
    ...illegal.map(
      (each) => `each exporter must be an object with close(), such as a BufferedExporter, not ${show(each)}`,
    ),
    ...optionProblems(options, RULES),
  ])
  const { signals = ['SIGTERM', 'SIGINT'], exit = (code) => process.exit(code) } = options
  let isEnding = false
  const listener = (signal: NodeJS.Signals): void => {
    const code = 128 + constants.signals[signal]
    if (isEnding) return exit(code)
    isEnding = true
    void inStep(end(all, signal as EndingSignal, options)).finally(() => exit(code))
  }
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}

/** What is being closed in this process, by other copies of this package too. */
const ENDINGS = Symbol.for('@stageflow/exporter-buffered/endings')

/** Resolves once everything that the same signal ends has ended: the first to be ready must not end the process for the others. */
async function inStep(ending: Promise<void>): Promise<void> {
  const holder = process as { [ENDINGS]?: Set<Promise<void>> }
  const endings = (holder[ENDINGS] ??= new Set())
  endings.add(ending)
  await ending
  // All listeners of a signal have been called by now.
  await Promise.all(endings)
  endings.delete(ending)
}

async function end(exporters: readonly Closable[], signal: EndingSignal, options: CloseOnSignalOptions): Promise<void> {
  const { timeoutMs = 5_000, beforeClose, onClosed = tellLosses } = options
  // A terminal that is gone, as at SIGHUP, or a pipe without a reader must not end the process early.
  process.stderr.on('error', () => {})
  const startedAt = systemClock.now()
  const left = (): number => Math.max(0, timeoutMs - (systemClock.now() - startedAt))
  if (beforeClose !== undefined) await inTime(() => beforeClose(signal), timeoutMs / 2)
  const closing = exporters.map((each) => inTime(() => each.close({ timeoutMs: left() }), left() + GRACE_MS))
  const reports = (await Promise.all(closing)) as readonly (BufferReport | undefined)[]
  await inTime(() => onClosed(reports, signal), left() + GRACE_MS)
}

/** An exporter that ignores its limit gets this much longer. Then the process ends anyway. */
const GRACE_MS = 500

/** Returns what the call returns; undefined, and a line on standard error, if it fails or takes too long. */
async function inTime(call: () => unknown, limitMs: number): Promise<unknown> {
  const late = (): Error => new Error(`it took longer than ${Math.round(limitMs)} ms`)
  try {
    return await withinLimit(Promise.resolve().then(call), { clock: systemClock, limitMs, late })
  } catch (error) {
    tell(`closing failed: ${textOf(error)}`)
    return undefined
  }
}

function tellLosses(reports: readonly (BufferReport | undefined)[]): void {
  for (const report of reports) {
    if (report === undefined || report.lost === 0) continue
    const { lost, delivered, received } = report
    tell(`${lost} of ${received} events were lost, ${delivered} were delivered`)
  }
}

function tell(text: string): void {
  process.stderr.write(`@stageflow/exporter-buffered: ${text}\n`)
}
