import { EVENT_FILTER_RULES, EventFilter } from '@stageflow/buffer'
import type { EventChoice, EventFilterStats } from '@stageflow/buffer'
import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'
import { CLOCK, checkOptions, checkWait } from '@stageflow/core/kit'
import type { EndReport, OptionRules, WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION } from './buffered-options.ts'
import { closeWithin } from './close-exporter.ts'
import { isExporter } from './exporter.ts'
import type { Exporter } from './exporter.ts'

export interface FilterExporterOptions extends EventChoice {
  /** Measures the limit of `close`. Default: the clock of the machine. */
  readonly clock?: Clock
}

export interface FilterExporter extends Exporter {
  flush(): Promise<void>
  /** Closes the exporter behind within `timeoutMs` (5,000), and doesn't reject for what happens then. */
  close(options?: WaitOptions): Promise<EndReport>
  stats(): EventFilterStats
}

const RULES: OptionRules<FilterExporterOptions> = { ...EVENT_FILTER_RULES, clock: CLOCK }

/**
 * Passes on only some events. An event that a function throws for is held back. Errors: `exporter-buffered/illegal-option`,
 * `exporter-buffered/illegal-exporter`.
 */
export function filterExporter(exporter: Exporter, options: FilterExporterOptions): FilterExporter {
  if (!isExporter(exporter))
    throw new StageflowError(
      'exporter-buffered/illegal-exporter',
      "filterExporter() takes an exporter, an object with export(events), and which events it gets: filterExporter(file, { include: '*.failed' }).",
    )
  checkOptions('filterExporter()', ILLEGAL_OPTION, options, RULES)
  const { clock = systemClock } = options
  const filter = new EventFilter(options)
  // A batch that is tried again is the same array, for the exporter behind as well.
  const selections = new WeakMap<readonly StageflowEvent[], readonly StageflowEvent[]>()

  function select(events: readonly StageflowEvent[]): readonly StageflowEvent[] {
    const known = selections.get(events)
    if (known !== undefined) return known
    const selection = Object.freeze(events.filter((event) => filter.passes(event)))
    selections.set(events, selection)
    return selection
  }

  return {
    async export(events, exportOptions) {
      const selection = select(events)
      if (selection.length > 0) await exporter.export(selection, exportOptions)
    },
    flush: async () => exporter.flush?.(),
    async close(wait: WaitOptions = {}) {
      checkWait('close()', ILLEGAL_OPTION, wait)
      return closeWithin(exporter, 'the exporter behind', { ...wait, clock })
    },
    stats: () => filter.stats(),
  }
}
