import { endingMetrics } from './ending-metrics.ts'
import type { MetricDefinition } from './gathered-metric.ts'
import { ATTEMPTS, CHUNKS, INPUT_TOKENS, OUTPUT_TOKENS, QUEUE_WAIT, STAGE_STATUSES } from './layout.ts'
import type { LiveRuns } from './live-runs.ts'
import { errorSamples, histogramSamples, sample } from './samples.ts'
import type { Sample } from './samples.ts'
import type { Series, SeriesStore } from './series.ts'

const QUEUE_WAIT_NAME = 'stageflow_stage_queue_wait_seconds'

/** The metrics of stages, all with the labels pipeline, stage and kind. */
export function stageMetrics(store: SeriesStore, live: LiveRuns): readonly MetricDefinition[] {
  const { layout, stageRows: rows } = store
  const { bounds, histogram, stageEndings } = layout
  const each = (read: (series: Series) => Sample[]) => () => store.stages.flatMap(read)
  const clear = (place: number, length: number) => () => {
    for (const { row } of store.stages) rows.clear(row + place, length)
  }
  return [
    ...endingMetrics({
      duration: {
        name: 'stageflow_stage_duration_seconds',
        help: 'How long stages ran, from their start until they settled.',
      },
      total: { name: 'stageflow_stages_total', help: 'Stages that settled, by status: ok, skip, cancel, fail.' },
      statuses: STAGE_STATUSES,
      rows,
      first: stageEndings,
      layout,
      all: () => store.stages,
    }),
    {
      name: QUEUE_WAIT_NAME,
      help: 'How long stages that were ready waited for their start.',
      type: 'histogram',
      samples: each(({ labels, row }) => histogramSamples(QUEUE_WAIT_NAME, labels, rows, row + QUEUE_WAIT, bounds)),
      reset: clear(QUEUE_WAIT, histogram),
    },
    {
      name: 'stageflow_stages_in_flight',
      help: 'Stages that have started and not settled.',
      type: 'gauge',
      samples: () => {
        const counts = live.stages()
        return store.stages.map((series) => sample(series.labels, counts.get(series) ?? 0))
      },
    },
    {
      name: 'stageflow_stage_attempts_total',
      help: 'Calls of the code of stages: more than one if retried, none if an interceptor answered.',
      type: 'counter',
      samples: each(({ labels, row }) => [sample(labels, rows.get(row + ATTEMPTS))]),
      reset: clear(ATTEMPTS, 1),
    },
    {
      name: 'stageflow_stage_errors_total',
      help: 'Stages that failed, by the code of their error.',
      type: 'counter',
      samples: each(({ labels, errors }) => errorSamples(labels, errors)),
      reset: () => {
        for (const { errors } of store.stages) errors.clear()
      },
    },
    {
      name: 'stageflow_stage_chunks_total',
      help: 'Chunks that stages yielded.',
      type: 'counter',
      samples: each(({ labels, row }) => whereAny(labels, rows.get(row + CHUNKS))),
      reset: clear(CHUNKS, 1),
    },
    {
      name: 'stageflow_stage_tokens_total',
      help: 'Tokens that stages noted as usage, by type: input, output.',
      type: 'counter',
      samples: each(({ labels, row }) => [
        ...whereAny(labels, rows.get(row + INPUT_TOKENS), { type: 'input' }),
        ...whereAny(labels, rows.get(row + OUTPUT_TOKENS), { type: 'output' }),
      ]),
      reset: clear(INPUT_TOKENS, 2),
    },
  ]
}

/** No line for the stages that neither stream nor call a model, which are most. */
function whereAny(shared: Sample['sharedLabels'], value: number, labels?: Sample['labels']): Sample[] {
  return value > 0 ? [sample(shared, value, labels)] : []
}
