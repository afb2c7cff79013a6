import { endingMetrics } from './ending-metrics.ts'
import type { MetricDefinition } from './gathered-metric.ts'
import { ITEM_ATTEMPTS, STAGE_STATUSES } from './layout.ts'
import { errorSamples, sample } from './samples.ts'
import type { SeriesStore } from './series.ts'

/** The metrics of the items of maps, with the labels of their map: pipeline, stage and kind. */
export function itemMetrics(store: SeriesStore): readonly MetricDefinition[] {
  const { layout, itemRows: rows } = store
  return [
    ...endingMetrics({
      duration: {
        name: 'stageflow_item_duration_seconds',
        help: 'How long items of maps ran, from their start until they settled.',
      },
      total: { name: 'stageflow_items_total', help: 'Items of maps that settled, by status: ok, skip, cancel, fail.' },
      statuses: STAGE_STATUSES,
      rows,
      first: layout.itemEndings,
      layout,
      all: () => store.items,
    }),
    {
      name: 'stageflow_item_attempts_total',
      help: 'Calls of the code of items of maps: more than one if retried, none if an interceptor answered.',
      type: 'counter',
      samples: () => store.items.map(({ labels, row }) => sample(labels, rows.get(row + ITEM_ATTEMPTS))),
      reset: () => {
        for (const { row } of store.items) rows.clear(row + ITEM_ATTEMPTS, 1)
      },
    },
    {
      name: 'stageflow_item_errors_total',
      help: 'Items of maps that failed, by the code of their error.',
      type: 'counter',
      samples: () => store.items.flatMap(({ labels, errors }) => errorSamples(labels, errors)),
      reset: () => {
        for (const { errors } of store.items) errors.clear()
      },
    },
  ]
}
