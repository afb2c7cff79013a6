import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { isRetryableDelivery } from '@stageflow/core/kit'

import { failureOf } from './exporter-failures.ts'
import { isExporter } from './exporter.ts'
import type { Exporter, ExportOptions } from './exporter.ts'

/** What has happened to a batch that not every exporter has written. */
interface Progress {
  readonly written: Set<Exporter>
  /** The exporters that refused it for good, and their errors. */
  readonly refused: Map<Exporter, unknown>
}

/**
 * One exporter that writes each batch to all of `exporters`. If some fail, the batch comes again to those alone. They go at the
 * pace of the slowest; to separate them, give each one a `BufferedExporter`. Errors: `exporter-buffered/illegal-exporter`,
 * `exporter-buffered/fan-out-failed` with all errors in its cause.
 */
export function fanOutExporter(exporters: readonly Exporter[]): Exporter {
  if (!Array.isArray(exporters) || !exporters.every(isExporter))
    throw new StageflowError(
      'exporter-buffered/illegal-exporter',
      'fanOutExporter() takes an array of exporters, each an object with export(events): fanOutExporter([file, database]).',
    )
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

  async function endAll(end: 'flush' | 'close'): Promise<void> {
    const errors: unknown[] = []
    await eachOf(all, async (exporter) => {
      try {
        await exporter[end]?.()
      } catch (error) {
        errors.push(error)
      }
    })
    if (errors.length > 0) throw failureOf(end, errors, all.length)
  }

  return { export: exportAll, flush: () => endAll('flush'), close: () => endAll('close') }
}

async function eachOf(exporters: readonly Exporter[], use: (exporter: Exporter) => Promise<void>): Promise<void> {
  await Promise.all(exporters.map(use))
}
