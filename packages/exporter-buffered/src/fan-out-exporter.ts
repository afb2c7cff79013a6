import { isRetryableDelivery } from '@stageflow/buffer'
import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'
import { CLOCK, checkOptions, checkWait } from '@stageflow/core/kit'
import type { EndReport, OptionRules, WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION } from './buffered-options.ts'
import { closeWithin } from './close-exporter.ts'
import { failureOf } from './exporter-failures.ts'
import { isExporter } from './exporter.ts'
import type { ExportOptions, Exporter } from './exporter.ts'

export interface FanOutExporterOptions {
  /** Measures the limit of `close`. Default: the clock of the machine. */
  readonly clock?: Clock
}

export interface FanOutExporter extends Exporter {
  flush(): Promise<void>
  /** Closes all exporters within `timeoutMs` (5,000), and doesn't reject for what happens then. Returns their reports, in order. */
  close(options?: WaitOptions): Promise<readonly EndReport[]>
}

const RULES: OptionRules<FanOutExporterOptions> = { clock: CLOCK }

/** What has happened to a batch that not every exporter has written. */
interface Progress {
  readonly written: Set<Exporter>
  /** The exporters that refused it for good, and their errors. */
  readonly refused: Map<Exporter, unknown>
}

/**
 * One exporter that writes each batch to all of `exporters`. If some fail, the batch comes again to those alone. They go at the
 * pace of the slowest; to separate them, give each one a `BufferedExporter`. Errors: `exporter-buffered/illegal-exporter`,
 * `exporter-buffered/illegal-option`, `exporter-buffered/fan-out-failed` with all errors in its cause.
 */
export function fanOutExporter(exporters: readonly Exporter[], options: FanOutExporterOptions = {}): FanOutExporter {
  if (!Array.isArray(exporters) || !exporters.every(isExporter))
    throw new StageflowError(
      'exporter-buffered/illegal-exporter',
      'fanOutExporter() takes an array of exporters, each an object with export(events): fanOutExporter([file, database]).',
    )
  checkOptions('fanOutExporter()', ILLEGAL_OPTION, options, RULES)
  const { clock = systemClock } = options
  const all: readonly Exporter[] = [...exporters]
  // A batch that is tried again is the same array.
  const unfinished = new WeakMap<readonly StageflowEvent[], Progress>()

  async function exportAll(events: readonly StageflowEvent[], options?: ExportOptions): Promise<void> {
    const progress = unfinished.get(events) ?? { written: new Set(), refused: new Map() }
    unfinished.set(events, progress)
    const { written, refused } = progress
    const left = all.filter((each) => !written.has(each) && !refused.has(each))
    const failures: unknown[] = []
    await eachOf(left, async (exporter) => {
      try {
        await exporter.export(events, options)
        written.add(exporter)
        // An earlier call that was given up may have been refused in the meantime.
        refused.delete(exporter)
      } catch (error) {
        if (isRetryableDelivery(error)) failures.push(error)
        else refused.set(exporter, error)
      }
    })
    // Refusals are reported only once all others have written it: a batch that is refused for good doesn't come again.
    if (failures.length > 0) throw failureOf('export', [...failures, ...refused.values()], all.length)
    unfinished.delete(events)
    if (refused.size > 0) throw failureOf('export', [...refused.values()], all.length)
  }

  return {
    export: exportAll,
    async flush() {
      const errors: unknown[] = []
      await eachOf(all, async (exporter) => {
        try {
          await exporter.flush?.()
        } catch (error) {
          errors.push(error)
        }
      })
      if (errors.length > 0) throw failureOf('flush', errors, all.length)
    },
    async close(wait: WaitOptions = {}) {
      checkWait('close()', ILLEGAL_OPTION, wait)
      const ended = all.map((each, index) =>
        closeWithin(each, `exporter ${index + 1} of ${all.length}`, { ...wait, clock }),
      )
      return Object.freeze(await Promise.all(ended))
    },
  }
}

async function eachOf(exporters: readonly Exporter[], use: (exporter: Exporter) => Promise<void>): Promise<void> {
  await Promise.all(exporters.map(use))
}
