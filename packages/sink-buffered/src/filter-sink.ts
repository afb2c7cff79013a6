import type { EventSink } from '@stageflow/core'
import { EVENT_FILTER_RULES, EventFilter, SINK, optionProblems, refuseOptions } from '@stageflow/core/kit'
import type { EventChoice, EventFilterStats } from '@stageflow/core/kit'
import { ILLEGAL_OPTION, valueProblems } from './buffer-options.ts'
import { endOf } from './end-of-sink.ts'

export interface FilterSink extends EventSink {
  flush(): Promise<void>
  close(): Promise<void>
  stats(): EventFilterStats
}

/**
 * Passes on only some events; an event that it holds back counts as taken. An event that a function throws for is held back. `flush`
 * and `close` are those of the sink behind. Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`.
 */
export function filterSink(downstream: EventSink, options: EventChoice = {}): FilterSink {
  refuseOptions('filterSink()', ILLEGAL_OPTION, [
    ...valueProblems('the sink behind it', downstream, SINK),
    ...optionProblems(options, EVENT_FILTER_RULES),
  ])
  const filter = new EventFilter(options)
  return {
    emit: (event) => (filter.passes(event) ? downstream.emit(event) : undefined),
    tryEmit: (event) => (filter.passes(event) ? downstream.tryEmit(event) : true),
    flush: async () => void (await endOf(downstream, 'flush')),
    close: async () => void (await endOf(downstream, 'close')),
    stats: () => filter.stats(),
  }
}
