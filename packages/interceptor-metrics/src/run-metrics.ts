import { endingMetrics } from './ending-metrics.ts'
import type { MetricDefinition } from './gathered-metric.ts'
import { DROPPED_EVENTS, RUN_STATUSES } from './layout.ts'
import type { LiveRuns } from './live-runs.ts'
import { errorSamples, sample } from './samples.ts'
import type { Sample } from './samples.ts'
import type { Series, SeriesStore } from './series.ts'

/** The metrics of runs, all with the label pipeline, and the overflow counter. */
export function runMetrics(store: SeriesStore, live: LiveRuns): readonly MetricDefinition[] {
  const { layout, runRows: rows, overflow } = store
  const each = (read: (series: Series) => Sample[]) => () => store.runs.flatMap(read)
  return [
    ...endingMetrics({
      duration: { name: 'stageflow_run_duration_seconds', help: 'How long runs took, child runs included.' },
      total: {
        name: 'stageflow_runs_total',
        help: 'Runs that ended, child runs included, by status: completed, cancelled, failed.',
      },
      statuses: RUN_STATUSES,
      rows,
      first: layout.runEndings,
      layout,
      all: () => store.runs,
    }),
    {
      name: 'stageflow_runs_in_flight',
      help: 'Runs that have started and not ended, child runs included.',
      type: 'gauge',
      samples: () => {
        const counts = live.runs()
        return store.runs.map((series) => sample(series.labels, counts.get(series) ?? 0))
      },
    },
    {
      name: 'stageflow_run_errors_total',
      help: 'Errors of failed runs, by code.',
      type: 'counter',
      samples: each(({ labels, errors }) => errorSamples(labels, errors)),
      reset: () => {
        for (const { errors } of store.runs) errors.clear()
      },
    },
    {
      name: 'stageflow_dropped_events_total',
      help: 'Events that the sink refused, except the last event of each run.',
      type: 'counter',
      samples: each(({ labels, row }) => [sample(labels, rows.get(row + DROPPED_EVENTS))]),
      reset: () => {
        for (const { row } of store.runs) rows.clear(row + DROPPED_EVENTS, 1)
      },
    },
    {
      name: 'stageflow_metrics_overflow_total',
      help: 'Names counted as "other", by their label.',
      type: 'counter',
      samples: () => Object.entries(overflow).map(([label, value]) => sample({}, value, { label })),
      reset: () => void Object.assign(overflow, { pipeline: 0, stage: 0, code: 0 }),
    },
  ]
}
