import {
  Closing,
  Downstream,
  checkBatch,
  closeBranches,
  deliveryReport,
  flushBranches,
  isRetryableDelivery,
  recordOf,
  targetProblems,
} from '@stageflow/buffer'
import type { DeliveryReport, FanOutBranch } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'
import { CLOCK, checkArgumentCount, checkWait, optionProblems, refuseOptions } from '@stageflow/core/kit'
import type { EndReport, OptionRules, WaitOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './buffered-options.ts'
import { DOWNSTREAM_ERRORS, closedError, exportFailed, severalFailed } from './exporter-errors.ts'
import { EXPORTER } from './exporter.ts'
import type { Exporter, ExportOptions } from './exporter.ts'

export interface FanOutExporterOptions {
  /** Measures the limits of `flush` and `close`. Default: the clock of the machine. */
  readonly clock?: Clock
}

/** What has happened to the events that one exporter of a fan-out was given. */
export interface ExporterBranchStats {
  /** Events that it has written. */
  readonly delivered: number
  /** Events that it has refused for good. */
  readonly refused: number
  /** Exports that rejected. */
  readonly failures: number
  readonly lastError: unknown
}

/** `Name`: the names of its exporters. */
export interface FanOutExporter<Name extends string = string> extends Exporter {
  /** Waits for every exporter. Rejects with `exporter-buffered/downstream` for those that failed or took too long. */
  flush(options?: WaitOptions): Promise<void>
  /** Closes every exporter within `timeoutMs` (5,000), and doesn't reject for what happens then. */
  close(options?: WaitOptions): Promise<Readonly<Record<Name, DeliveryReport>>>
  /** By the names of the exporters. */
  stats(): Readonly<Record<Name, ExporterBranchStats>>
}

const NAMELESS =
  'an exporter without a name was given. Pass all exporters in one object and the options after it: fanOutExporter({ file, database }, options)'
const RULES: OptionRules<FanOutExporterOptions> = { clock: CLOCK }

/**
 * One exporter that writes each batch to all of several named exporters. If some fail, the batch comes again to those alone. They go at
 * the pace of the slowest; to separate them, give each one a `BufferedExporter`. Errors: `exporter-buffered/illegal-option`,
 * `exporter-buffered/downstream`, `exporter-buffered/closed`, `exporter-buffered/fan-out-failed` with all errors in its cause.
 */
export function fanOutExporter<Name extends string>(
  exporters: Readonly<Record<Name, Exporter>>,
  options: FanOutExporterOptions = {},
): FanOutExporter<Name> {
  checkArgumentCount(arguments.length, 2, 'fanOutExporter(exporters, options)', ILLEGAL_OPTION)
  const [isExporter] = EXPORTER
  const problems = [...targetProblems('exporter', exporters, EXPORTER), ...optionProblems(options, RULES)]
  refuseOptions('fanOutExporter()', ILLEGAL_OPTION, isExporter(exporters) ? [NAMELESS] : problems)
  const { clock = systemClock } = options
  const branches = Object.entries<Exporter>(exporters).map(([name, each]) => new Branch(name as Name, each, clock))
  const closing = new Closing<Readonly<Record<Name, DeliveryReport>>>()
  // A batch that is tried again is the same array.
  const unfinished = new WeakMap<readonly StageflowEvent[], Progress>()
  let received = 0

  function progressOf(events: readonly StageflowEvent[]): Progress {
    const known = unfinished.get(events)
    if (known !== undefined) return known
    const progress: Progress = { written: new Set(), refused: new Map() }
    unfinished.set(events, progress)
    received += events.length
    return progress
  }

  return {
    core: '^1.0.0',
    async export(events, exportOptions) {
      checkBatch(ILLEGAL_OPTION, events, exportOptions)
      if (closing.report !== undefined) throw closedError('fanOutExporter()', events)
      const progress = progressOf(events)
      const { written, refused } = progress
      const left = branches.filter((branch) => !written.has(branch) && !refused.has(branch))
      const failures = new Map<Branch, unknown>()
      const exports = left.map(async (branch) => {
        const exported = branch.export(events, progress, exportOptions)
        branch.downstream.track(exported)
        const failure = await exported
        if (failure !== undefined) failures.set(branch, failure.error)
      })
      await Promise.all(exports)
      // Refusals are reported only once all others have written it: a batch that is refused for good doesn't come again.
      if (failures.size > 0) throw exportFailed([...failures, ...refused], branches.length)
      unfinished.delete(events)
      if (refused.size > 0) throw exportFailed([...refused], branches.length)
    },
    async flush(wait: WaitOptions = {}) {
      checkWait('flush()', ILLEGAL_OPTION, wait)
      await flushBranches(branches, wait, severalFailed)
    },
    async close(wait: WaitOptions = {}) {
      checkWait('close()', ILLEGAL_OPTION, wait)
      return closing.close(() => closeBranches(branches, wait, (branch, ended) => branch.report(ended, received)))
    },
    stats: () => recordOf(branches.map((branch) => [branch.name, branch.stats()])),
  }
}

/** What has happened to a batch that not every exporter has written. */
interface Progress {
  readonly written: Set<Branch>
  /** The exporters that refused it for good, and their errors. */
  readonly refused: Map<Branch, unknown>
}

/** One exporter of a fan-out. */
class Branch<Name extends string = string> implements FanOutBranch<Name> {
  readonly name: Name
  readonly downstream: Downstream
  readonly #exporter: Exporter
  #delivered = 0
  #refused = 0
  #failures = 0
  #lastError: unknown

  constructor(name: Name, exporter: Exporter, clock: Clock) {
    this.name = name
    this.downstream = new Downstream(exporter, { name: `exporter "${name}"`, clock, errors: DOWNSTREAM_ERRORS })
    this.#exporter = exporter
  }

  /** Exports a batch, and notes in its progress whether it was written or refused. Returns the error if neither. */
  async export(
    events: readonly StageflowEvent[],
    progress: Progress,
    options: ExportOptions | undefined,
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#exporter.export(events, options)
      this.#wrote(events, progress)
      return undefined
    } catch (error) {
      this.#failures++
      this.#lastError = error
      if (isRetryableDelivery(error)) return { error }
      this.#refuse(events, progress, error)
      return undefined
    }
  }

  stats(): ExporterBranchStats {
    return Object.freeze({
      delivered: this.#delivered,
      refused: this.#refused,
      failures: this.#failures,
      lastError: this.#lastError,
    })
  }

  /** `received`: the events that the fan-out was given. */
  report(ended: EndReport, received: number): DeliveryReport {
    const delivered = this.#delivered
    return deliveryReport(ended, { delivered, lost: received - delivered })
  }

  #wrote(events: readonly StageflowEvent[], { written, refused }: Progress): void {
    // A call that was given up may end after the one that followed it.
    if (!written.has(this)) this.#delivered += events.length
    if (refused.delete(this)) this.#refused -= events.length
    written.add(this)
  }

  #refuse(events: readonly StageflowEvent[], { written, refused }: Progress, error: unknown): void {
    if (!written.has(this) && !refused.has(this)) this.#refused += events.length
    refused.set(this, error)
  }
}
