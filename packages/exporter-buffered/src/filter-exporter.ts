import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { EVENT_FILTER_RULES, EventFilter, checkOptions } from '@stageflow/core/kit'
import type { EventChoice, EventFilterStats } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './buffered-options.ts'
import { isExporter } from './exporter.ts'
import type { Exporter } from './exporter.ts'

export interface FilterExporter extends Exporter {
  flush(): Promise<void>
  close(): Promise<void>
  stats(): EventFilterStats
}

/**
 * Passes on only some events. An event that a function throws for is held back. Errors: `exporter-buffered/illegal-option`,
 * `exporter-buffered/illegal-exporter`.
 */
export function filterExporter(exporter: Exporter, options: EventChoice): FilterExporter {
  if (!isExporter(exporter))
    throw new StageflowError(
      'exporter-buffered/illegal-exporter',
      "filterExporter() takes an exporter, an object with export(events), and which events it gets: filterExporter(file, { include: '*.failed' }).",
    )
  checkOptions('filterExporter()', ILLEGAL_OPTION, options, EVENT_FILTER_RULES)
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
    close: async () => exporter.close?.(),
    stats: () => filter.stats(),
  }
}
