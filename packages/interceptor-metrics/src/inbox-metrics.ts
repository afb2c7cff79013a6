import type { MetricDefinition } from './gathered-metric.ts'
import { BLOCKED_SECONDS, DROPPED_CHUNKS, HIGH_WATER } from './layout.ts'
import { sample } from './samples.ts'
import type { SeriesStore } from './series.ts'

/** The metrics of the inboxes of stages that read streams, with the labels pipeline, stage and kind. */
export function inboxMetrics(store: SeriesStore): readonly MetricDefinition[] {
  const { inboxRows: rows } = store
  const metric = (place: number, given: Pick<MetricDefinition, 'name' | 'help' | 'type' | 'aggregator'>) => ({
    ...given,
    samples: () => store.inboxes.map(({ labels, row }) => sample(labels, rows.get(row + place))),
    reset: () => {
      for (const { row } of store.inboxes) rows.clear(row + place, 1)
    },
  })
  return [
    metric(DROPPED_CHUNKS, {
      name: 'stageflow_stage_inbox_dropped_chunks_total',
      help: 'Chunks that were dropped because the inbox of the stage that reads them was full.',
      type: 'counter',
    }),
    metric(BLOCKED_SECONDS, {
      name: 'stageflow_stage_inbox_blocked_seconds_total',
      help: 'How long stages blocked the stages that they read, because their inbox was full.',
      type: 'counter',
    }),
    metric(HIGH_WATER, {
      name: 'stageflow_stage_inbox_high_water',
      help: 'The most chunks that waited in the inbox of a stage at once.',
      type: 'gauge',
      aggregator: 'max',
    }),
  ]
}
