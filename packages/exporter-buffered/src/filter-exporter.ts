import { StageflowError } from '@stageflow/core'
import type { StageflowEvent } from '@stageflow/core'

import { isEventPattern, matcherOf } from './event-filter.ts'
import type { EventPattern } from './event-filter.ts'
import { isExporter } from './exporter.ts'
import type { Exporter } from './exporter.ts'
import { checkOptions } from './option-rules.ts'
import type { Rule } from './option-rules.ts'

export interface FilterExporterOptions {
  /** The events that go through. Default: all. */
  readonly include?: readonly EventPattern[]
  /** Those of them that do not. Default: none. */
  readonly exclude?: readonly EventPattern[]
}

const patterns: Rule = [
  (value) => Array.isArray(value) && value.every(isEventPattern),
  "a list of types such as 'stage.*.failed', regular expressions and functions",
]

/**
 * An exporter that hands on only some events. A function that throws refuses its batch for good, so that nothing goes out
 * unseen. Errors: `exporter-buffered/illegal-option`, `exporter-buffered/illegal-exporter`, `exporter-buffered/filter-failed`.
 */
export function filterExporter(exporter: Exporter, options: FilterExporterOptions): Exporter {
  if (!isExporter(exporter))
    throw new StageflowError(
      'exporter-buffered/illegal-exporter',
      'filterExporter() takes an exporter, an object with export(events), and which events it gets.',
    )
  checkOptions('filterExporter()', options, { include: patterns, exclude: patterns })
  const isIncluded = options.include === undefined ? () => true : matcherOf(options.include)
  const isExcluded = matcherOf(options.exclude ?? [])
  // A batch that is tried again is the same array, for the exporter behind as well.
  const selections = new WeakMap<readonly StageflowEvent[], readonly StageflowEvent[]>()

  function select(events: readonly StageflowEvent[]): readonly StageflowEvent[] {
    const known = selections.get(events)
    if (known !== undefined) return known
    const selection = Object.freeze(events.filter((event) => !isExcluded(event) && isIncluded(event)))
    selections.set(events, selection)
    return selection
  }

  return {
    async export(events, exportOptions) {
      const selection = selected(() => select(events))
      if (selection.length > 0) await exporter.export(selection, exportOptions)
    },
    flush: async () => exporter.flush?.(),
    close: async () => exporter.close?.(),
  }
}

function selected(select: () => readonly StageflowEvent[]): readonly StageflowEvent[] {
  try {
    return select()
  } catch (cause) {
    const error = new StageflowError(
      'exporter-buffered/filter-failed',
      'A function of include or exclude threw, so none of the batch was exported; mend the function.',
      { cause },
    )
    throw Object.assign(error, { retryable: false })
  }
}
