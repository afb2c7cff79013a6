import { Downstream, EventFilter, FILTER_RULES, filterEnds, valueProblems } from '@stageflow/buffer'
import type { FilterEnds, FilterOptions } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { EventSink } from '@stageflow/core'
import { SINK, optionProblems, refuseOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION } from './buffer-options.ts'
import { DOWNSTREAM_ERRORS } from './sink-errors.ts'

export interface FilterSink extends EventSink, FilterEnds {
  flush: FilterEnds['flush']
  close: FilterEnds['close']
}

/**
 * Passes on only some events; an event that it holds back counts as taken. An event that a function throws for is held back.
 * Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`.
 */
export function filterSink(sink: EventSink, options: FilterOptions = {}): FilterSink {
  refuseOptions('filterSink()', ILLEGAL_OPTION, [
    ...valueProblems('the sink behind it', sink, SINK),
    ...optionProblems(options, FILTER_RULES),
  ])
  const { clock = systemClock } = options
  const filter = new EventFilter(options)
  const downstream = new Downstream(sink, { name: 'the sink behind', clock, errors: DOWNSTREAM_ERRORS })
  return {
    emit: (event) => (filter.passes(event) ? sink.emit(event) : undefined),
    tryEmit: (event) => (filter.passes(event) ? sink.tryEmit(event) : true),
    ...filterEnds(filter, downstream, ILLEGAL_OPTION),
  }
}
