import { constants } from 'node:os'
import process from 'node:process'

import { systemClock } from '@stageflow/core'

import { callable, checkOptions, limit, printed } from './option-rules.ts'
import type { Rules } from './option-rules.ts'
import type { CloseReport } from './tally.ts'
import { withinLimit } from './within-limit.ts'

/** The signals that may be listened to. */
export type EndingSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGBREAK' | 'SIGUSR2'

/** A buffered exporter, or what is closed like one. */
export interface Closable {
  close(options: { readonly timeoutMs: number }): Promise<CloseReport>
}

export interface CloseOnSignalOptions {
  /** Default: SIGTERM and SIGINT. */
  readonly signals?: readonly EndingSignal[]
  /** How long all of it may take, in milliseconds. Default: 5,000. */
  readonly timeoutMs?: number
  /** Called first and awaited, for half of `timeoutMs`: stop here what emits events, such as a server. Default: nothing. */
  readonly beforeClose?: (signal: EndingSignal) => unknown
  /** Told how each has ended, in order; undefined for one that failed. Default: losses are written to standard error. */
  readonly onClosed?: (reports: readonly (CloseReport | undefined)[], signal: EndingSignal) => unknown
  /** Ends the process. Default: `process.exit`, with 128 and the number of the signal, as shells have it: 143, 130. */
  readonly exit?: (code: number) => void
}

const SIGNALS: readonly EndingSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGBREAK', 'SIGUSR2']
const RULES: Rules = {
  signals: [
    (value) => Array.isArray(value) && value.length > 0 && value.every((each) => SIGNALS.includes(each)),
    `a list of ${SIGNALS.join(', ')}`,
  ],
  timeoutMs: limit,
  beforeClose: callable,
  onClosed: callable,
  exit: callable,
}

/**
 * Lets the process write its last events: at a signal it closes the exporters and then ends the process, whatever other
 * handlers the signal has; with other calls of this function, once all are done. A second signal ends it at once. The
 * answer takes the listeners away. Errors: `exporter-buffered/illegal-option`.
 */
export function closeOnSignal(
  exporters: Closable | readonly Closable[],
  options: CloseOnSignalOptions = {},
): () => void {
  const all = Array.isArray(exporters) ? (exporters as readonly Closable[]) : [exporters as Closable]
  const illegal = all.filter((each) => typeof (each as Partial<Closable> | null | undefined)?.close !== 'function')
  checkOptions(
    'closeOnSignal()',
    options,
    RULES,
    illegal.map((each) => `an exporter is ${printed(each)}; pass buffered exporters`),
  )
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

/** All that is being closed in this process, also by other copies of this package. */
const ENDINGS = Symbol.for('@stageflow/exporter-buffered/endings')

/** Resolves once all that the same signal ends has ended: who is ready first must not end the process for the others. */
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
  // A terminal that is gone, as at SIGHUP, or a pipe that nobody reads must not end the process before its time.
  process.stderr.on('error', () => {})
  const startedAt = systemClock.now()
  const left = (): number => Math.max(0, timeoutMs - (systemClock.now() - startedAt))
  if (beforeClose !== undefined) await inTime(() => beforeClose(signal), timeoutMs / 2)
  const closing = exporters.map((each) => inTime(() => each.close({ timeoutMs: left() }), left() + GRACE_MS))
  const reports = (await Promise.all(closing)) as readonly (CloseReport | undefined)[]
  await inTime(() => onClosed(reports, signal), left() + GRACE_MS)
}

/** For one that does not keep to its limit: after it, the process ends all the same. */
const GRACE_MS = 500

/** What the call answers; undefined, and a line on standard error, where it fails or takes too long. */
async function inTime(call: () => unknown, timeoutMs: number): Promise<unknown> {
  const late = (): Error => new Error(`it took longer than ${Math.round(timeoutMs)} ms`)
  try {
    return await withinLimit(Promise.resolve().then(call), { clock: systemClock, timeoutMs, late })
  } catch (error) {
    tell(`closing failed: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

function tellLosses(reports: readonly (CloseReport | undefined)[]): void {
  for (const report of reports) {
    if (report === undefined || report.lost === 0) continue
    const { lost, written, received } = report
    tell(`${lost} of ${received} events were lost, ${written} are written`)
  }
}

function tell(text: string): void {
  process.stderr.write(`@stageflow/exporter-buffered: ${text}\n`)
}
