import type { Clock, WaitOptions } from '@stageflow/core'
import { CLOCK, TEXT, checkWait, objectWith, required } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { DOWNSTREAM, checkGiven, requiredFunction } from './argument-rules.ts'
import type { Closing } from './closing.ts'
import { deliveryReport } from './delivery-report.ts'
import type { DeliveryReport } from './delivery-report.ts'
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
  /** Waits for the events in progress, and flushes what is behind. Rejects if that fails or takes too long. */
  flush(options?: WaitOptions): Promise<void>
  /**
   * Closes what is behind within `timeoutMs` (5,000), and doesn't reject for what happens then. The report counts the events that
   * passed. Later calls return the same report.
   */
  close(options?: WaitOptions): Promise<DeliveryReport>
  stats(): EventFilterStats
}

export interface FilterEndsPlan {
  readonly filter: EventFilter
  readonly downstream: Downstream
  /** The filter's end, which says whether it is closed. */
  readonly closing: Closing<DeliveryReport>
  /** How many of the events that passed what is behind has taken. */
  readonly delivered: () => number
  /** The code of the error for illegal options of `flush` and `close`. */
  readonly illegalOption: string
}

const RULES: OptionRules<FilterEndsPlan> = {
  filter: required(objectWith('an EventFilter', 'passes', 'stats')),
  downstream: DOWNSTREAM,
  closing: required(objectWith('a Closing', 'close')),
  delivered: requiredFunction('() => number'),
  illegalOption: required(TEXT),
}

/** The `flush`, `close` and `stats` of a filter. */
export function filterEnds(plan: FilterEndsPlan): FilterEnds {
  checkGiven('filterEnds()', plan, RULES)
  const { filter, downstream, closing, delivered, illegalOption } = plan

  async function close(wait: WaitOptions): Promise<DeliveryReport> {
    const ended = await downstream.closeWithin(wait)
    const taken = delivered()
    return deliveryReport(ended, { delivered: taken, lost: filter.stats().passed - taken })
  }

  return {
    async flush(wait = {}) {
      checkWait('flush()', illegalOption, wait)
      const { error } = await downstream.flushWithin(wait)
      if (error !== undefined) throw error as Error
    },
    async close(wait = {}) {
      checkWait('close()', illegalOption, wait)
      return closing.close(() => close(wait))
    },
    stats: () => filter.stats(),
  }
}
