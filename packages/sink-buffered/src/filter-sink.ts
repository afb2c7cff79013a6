import { Downstream, EVENT_FILTER_RULES, EventFilter, valueProblems } from '@stageflow/buffer'
import type { EventChoice, EventFilterStats } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { Clock, EventSink } from '@stageflow/core'
import { CLOCK, SINK, checkWait, optionProblems, refuseOptions } from '@stageflow/core/kit'
import type { EndReport, OptionRules, WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION } from './buffer-options.ts'
import { DOWNSTREAM_ERRORS } from './sink-errors.ts'

export interface FilterSinkOptions extends EventChoice {
  /** Measures the limits of `flush` and `close`. Default: the clock of the machine. */
  readonly clock?: Clock
}

export interface FilterSink extends EventSink {
  /** Flushes the sink behind. Rejects with `sink-buffered/downstream` if that fails or takes too long. */
  flush(options?: WaitOptions): Promise<void>
  /** Closes the sink behind within `timeoutMs` (5,000), and doesn't reject for what happens then. */
  close(options?: WaitOptions): Promise<EndReport>
  stats(): EventFilterStats
}

const RULES: OptionRules<FilterSinkOptions> = { ...EVENT_FILTER_RULES, clock: CLOCK }

/**
 * Passes on only some events; an event that it holds back counts as taken. An event that a function throws for is held back.
 * Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`.
 */
export function filterSink(sink: EventSink, options: FilterSinkOptions = {}): FilterSink {
  refuseOptions('filterSink()', ILLEGAL_OPTION, [
    ...valueProblems('the sink behind it', sink, SINK),
    ...optionProblems(options, RULES),
  ])
  const { clock = systemClock } = options
  const filter = new EventFilter(options)
  const downstream = new Downstream(sink, { name: 'the sink behind', clock, errors: DOWNSTREAM_ERRORS })
  return {
    emit: (event) => (filter.passes(event) ? sink.emit(event) : undefined),
    tryEmit: (event) => (filter.passes(event) ? sink.tryEmit(event) : true),
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
