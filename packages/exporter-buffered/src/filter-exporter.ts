import {
  Closing,
  Downstream,
  EventFilter,
  FILTER_RULES,
  checkBatch,
  filterEnds,
  valueProblems,
} from '@stageflow/buffer'
import type { DeliveryReport, FilterEnds, FilterOptions } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'
import { checkArgumentCount, optionProblems, refuseOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './buffered-options.ts'
import { DOWNSTREAM_ERRORS, closedError } from './exporter-errors.ts'
import { EXPORTER } from './exporter.ts'
import type { ExportOptions, Exporter } from './exporter.ts'

export interface FilterExporter extends Exporter, FilterEnds {
  flush: FilterEnds['flush']
  close: FilterEnds['close']
}

/**
 * Passes on only some events. An event that a function throws for is held back. Errors: `exporter-buffered/illegal-option`,
 * `exporter-buffered/downstream`, `exporter-buffered/closed`.
 */
export function filterExporter(exporter: Exporter, options: FilterOptions): FilterExporter {
  checkArgumentCount(arguments.length, 2, 'filterExporter(exporter, options)', ILLEGAL_OPTION)
  refuseOptions('filterExporter()', ILLEGAL_OPTION, [
    ...valueProblems('the exporter', exporter, EXPORTER),
    ...optionProblems(options, FILTER_RULES),
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

  const closing = new Closing<DeliveryReport>()
  const written = new WeakSet<readonly StageflowEvent[]>()
  let delivered = 0

  async function write(selection: readonly StageflowEvent[], exportOptions: ExportOptions | undefined): Promise<void> {
    await exporter.export(selection, exportOptions)
    if (written.has(selection)) return
    written.add(selection)
    delivered += selection.length
  }

  return {
    core: '^1.0.0',
    async export(events, exportOptions) {
      checkBatch(ILLEGAL_OPTION, events, exportOptions)
      if (closing.report !== undefined) throw closedError('filterExporter()', events)
      const selection = select(events)
      if (selection.length === 0) return
      const exported = write(selection, exportOptions)
      downstream.track(exported)
      await exported
    },
    ...filterEnds({ filter, downstream, closing, delivered: () => delivered, illegalOption: ILLEGAL_OPTION }),
  }
}
