import type { Interceptor, PipelineInfo } from '@stageflow/core'
import { Registry } from 'prom-client'
import type { PrometheusContentType, RegistryContentType } from 'prom-client'

import { addRun, addStage } from './gather.ts'
import { registerAll } from './gathered-metric.ts'
import type { LiveRuns } from './live-runs.ts'
import { checkOptions } from './options.ts'
import type { MetricsOptions } from './options.ts'
import { runMetrics } from './run-metrics.ts'
import { SeriesStore } from './series.ts'
import type { GraphSeries } from './series.ts'
import { stageMetrics } from './stage-metrics.ts'

export interface MetricsInterceptor<Content extends RegistryContentType = PrometheusContentType> extends Interceptor {
  /** Where the metrics are: the registry that was given, or the one that was made. */
  readonly registry: Registry<Content>
}

/** Counts and times runs and stages for Prometheus. Throws `metrics/illegal-option` and `metrics/not-registered`. */
export function metrics<Content extends RegistryContentType = PrometheusContentType>(
  options: MetricsOptions<Content> = {},
): MetricsInterceptor<Content> {
  const { buckets, maxLabelSets } = checkOptions(options)
  const { registry = new Registry<Content>() } = options
  const store = new SeriesStore(buckets, maxLabelSets)
  const live: LiveRuns = new Map()
  registerAll(registry, [...stageMetrics(store, live), ...runMetrics(store, live)])

  // The pipeline that was asked for last: nearly always it is the same again.
  let lastPipeline: PipelineInfo | undefined
  let lastGraph: GraphSeries | undefined
  function graphOf(pipeline: PipelineInfo): GraphSeries {
    if (pipeline === lastPipeline && lastGraph !== undefined) return lastGraph
    lastPipeline = pipeline
    return (lastGraph = store.graph(pipeline))
  }

  return {
    name: 'metrics',
    registry,
    // Labels are asked for by runs, not by builds: a graph that never runs takes none.
    runStarted: (run) => {
      live.set(run, graphOf(run.pipeline))
    },
    settled: (record, run) => {
      const graph = graphOf(run.pipeline)
      addStage(store, graph, graph.placeOf.get(record.stage) as number, record)
    },
    runSettled: (outcome, run) => {
      live.delete(run)
      addRun(store, graphOf(run.pipeline).runs, outcome)
    },
  }
}
