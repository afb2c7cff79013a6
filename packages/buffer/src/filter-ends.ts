import type { Clock, WaitOptions } from '@stageflow/core'
import { CLOCK, checkWait } from '@stageflow/core/kit'
import type { EndReport, OptionRules } from '@stageflow/core/kit'
import type { Downstream } from './downstream.ts'
import { EVENT_FILTER_RULES } from './event-filter.ts'
import type { EventChoice, EventFilter, EventFilterStats } from './event-filter.ts'

/** The options of a filter in front of a sink or an exporter. */
export interface FilterOptions extends EventChoice {
  /** Measures the limits of `flush` and `close`. Default: the clock of the machine. */
  readonly clock?: Clock
}

export const FILTER_RULES: OptionRules<FilterOptions> = { ...EVENT_FILTER_RULES, clock: CLOCK }

/** What a filter does beside passing events on. */
export interface FilterEnds {
  /** Flushes what is behind. Rejects if that fails or takes too long. */
  flush(options?: WaitOptions): Promise<void>
  /** Closes what is behind within `timeoutMs` (5,000), and doesn't reject for what happens then. */
  close(options?: WaitOptions): Promise<EndReport>
  stats(): EventFilterStats
}

/** `illegalOption`: the code of the error for illegal options of `flush` and `close`. */
export function filterEnds(filter: EventFilter, downstream: Downstream, illegalOption: string): FilterEnds {
  return {
    async flush(wait = {}) {
      checkWait('flush()', illegalOption, wait)
      const { error } = await downstream.flushWithin(wait)
      if (error !== undefined) throw error as Error
    },
    async close(wait = {}) {
      checkWait('close()', illegalOption, wait)
      return downstream.closeWithin(wait)
    },
    stats: () => filter.stats(),
  }
}
