import { EVENT_FILTER_RULES, EventFilter } from '@stageflow/buffer'
import type { EventChoice, EventFilterStats } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { Clock, EventSink } from '@stageflow/core'
import { CLOCK, CLOSE_TIMEOUT_MS, SINK, checkWait, optionProblems, refuseOptions } from '@stageflow/core/kit'
import type { EndReport, OptionRules, WaitOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION, valueProblems } from './buffer-options.ts'
import { endOf } from './end-of-sink.ts'

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
const BEHIND = 'the sink behind'

/**
 * Passes on only some events; an event that it holds back counts as taken. An event that a function throws for is held back.
 * Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`.
 */
export function filterSink(downstream: EventSink, options: FilterSinkOptions = {}): FilterSink {
  refuseOptions('filterSink()', ILLEGAL_OPTION, [
    ...valueProblems('the sink behind it', downstream, SINK),
    ...optionProblems(options, RULES),
  ])
  const { clock = systemClock } = options
  const filter = new EventFilter(options)
  return {
    emit: (event) => (filter.passes(event) ? downstream.emit(event) : undefined),
    tryEmit: (event) => (filter.passes(event) ? downstream.tryEmit(event) : true),
    async flush(wait: WaitOptions = {}) {
      checkWait('flush()', ILLEGAL_OPTION, wait)
      const { error } = await endOf(downstream, 'flush', BEHIND, { ...wait, clock })
      if (error !== undefined) throw error as Error
    },
    async close(wait: WaitOptions = {}) {
      checkWait('close()', ILLEGAL_OPTION, wait)
      return endOf(downstream, 'close', BEHIND, { timeoutMs: CLOSE_TIMEOUT_MS, ...wait, clock })
    },
    stats: () => filter.stats(),
  }
}
