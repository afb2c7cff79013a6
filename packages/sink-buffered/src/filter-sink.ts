import { Closing, Downstream, EventFilter, FILTER_RULES, filterEnds, valueProblems } from '@stageflow/buffer'
import type { FilterEnds, FilterOptions } from '@stageflow/buffer'
import { systemClock } from '@stageflow/core'
import type { EventSink } from '@stageflow/core'
import { SINK, checkArgumentCount, isThenable, optionProblems, refuseOptions } from '@stageflow/core/kit'
import { ILLEGAL_OPTION } from './buffer-options.ts'
import { followedRuns } from './followed-runs.ts'
import { DOWNSTREAM_ERRORS } from './sink-errors.ts'

export interface FilterSink extends EventSink, FilterEnds {
  flush: FilterEnds['flush']
  close: FilterEnds['close']
}

/**
 * Passes on only some events; an event that it holds back counts as taken. An event that a function throws for is held back. It doesn't
 * filter runs: a sink behind it that has `onRun` follows all of them.
 * Errors: `sink-buffered/illegal-option`, `sink-buffered/downstream`.
 */
export function filterSink(sink: EventSink, options: FilterOptions = {}): FilterSink {
  checkArgumentCount(arguments.length, 2, 'filterSink(sink, options)', ILLEGAL_OPTION)
  refuseOptions('filterSink()', ILLEGAL_OPTION, [
    ...valueProblems('the sink behind it', sink, SINK),
    ...optionProblems(options, FILTER_RULES),
  ])
  const { clock = systemClock } = options
  const filter = new EventFilter(options)
  const downstream = new Downstream(sink, { name: 'the sink behind', clock, errors: DOWNSTREAM_ERRORS })
  let delivered = 0

  /** Counts the event as delivered if the sink behind takes it. */
  function counted<Answer>(answer: Answer): Answer {
    if (isThenable(answer)) void countLater(answer)
    else if (answer !== false) delivered++
    return answer
  }

  async function countLater(taken: PromiseLike<unknown>): Promise<void> {
    try {
      await taken
      delivered++
    } catch {
      // The caller of emit gets the same promise, and its rejection.
    }
  }

  return {
    core: '^1.0.0',
    ...followedRuns(sink),
    emit: (event) => (filter.passes(event) ? counted(sink.emit(event)) : undefined),
    tryEmit: (event) => (filter.passes(event) ? counted(sink.tryEmit(event)) : true),
    ...filterEnds({
      filter,
      downstream,
      closing: new Closing(),
      delivered: () => delivered,
      illegalOption: ILLEGAL_OPTION,
    }),
  }
}
