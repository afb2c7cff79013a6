import { Downstream, EVENT_FILTER_RULES, EventFilter, valueProblems } from '@stageflow/buffer'
import type { EventChoice, EventFilterStats } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { Clock, StageflowEvent } from '@stageflow/core'
import { CLOCK, checkWait, optionProblems, refuseOptions } from '@stageflow/core/kit'
import type { EndReport, OptionRules, WaitOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './buffered-options.ts'
import { DOWNSTREAM_ERRORS } from './exporter-errors.ts'
import { EXPORTER } from './exporter.ts'
import type { Exporter } from './exporter.ts'

export interface FilterExporterOptions extends EventChoice {
  /** Measures the limits of `flush` and `close`. Default: the clock of the machine. */
  readonly clock?: Clock
}

export interface FilterExporter extends Exporter {
  /** Flushes the exporter behind. Rejects with `exporter-buffered/downstream` if that fails or takes too long. */
  flush(options?: WaitOptions): Promise<void>
  /** Closes the exporter behind within `timeoutMs` (5,000), and doesn't reject for what happens then. */
  close(options?: WaitOptions): Promise<EndReport>
  stats(): EventFilterStats
}

const RULES: OptionRules<FilterExporterOptions> = { ...EVENT_FILTER_RULES, clock: CLOCK }

/**
 * Passes on only some events. An event that a function throws for is held back. Errors: `exporter-buffered/illegal-option`,
 * `exporter-buffered/downstream`.
 */
export function filterExporter(exporter: Exporter, options: FilterExporterOptions): FilterExporter {
  refuseOptions('filterExporter()', ILLEGAL_OPTION, [
    ...valueProblems('the exporter', exporter, EXPORTER),
    ...optionProblems(options, RULES),
  ])
  const { clock = systemClock } = options
  const filter = new EventFilter(options)
  const downstream = new Downstream(exporter, { name: 'the exporter behind', clock, errors: DOWNSTREAM_ERRORS })
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
    async flush(wait: WaitOptions = {}) {
      checkWait('flush()', ILLEGAL_OPTION, wait)
      const { error } = await downstream.flushWithin(wait)
      if (error !== undefined) throw error as Error
    },
    async close(wait: WaitOptions = {}) {
      checkWait('close()', ILLEGAL_OPTION, wait)
      return downstream.closeWithin(wait)
    },
    stats: () => filter.stats(),
  }
}
