import type { Interceptor, PipelineInfo } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { Registry } from 'prom-client'
import type { PrometheusContentType, RegistryContentType } from 'prom-client'

import { registerAll } from './gathered-metric.ts'
import { inboxMetrics } from './inbox-metrics.ts'
import { itemMetrics } from './item-metrics.ts'
import { LiveRun, LiveRuns } from './live-runs.ts'
import { checkMetricsOptions } from './options.ts'
import type { MetricsOptions } from './options.ts'
import { runMetrics } from './run-metrics.ts'
import { SeriesStore } from './series.ts'
import type { GraphSeries } from './series.ts'
import { stageMetrics } from './stage-metrics.ts'

export interface MetricsInterceptor<Content extends RegistryContentType = PrometheusContentType> extends Interceptor {
  /** The registry with the metrics: yours, or a new one. */
  readonly registry: Registry<Content>
}

/** Counts and times runs, stages and items of maps for Prometheus. Throws `metrics/illegal-option` and `metrics/not-registered`. */
export function metrics<Content extends RegistryContentType = PrometheusContentType>(
  options: MetricsOptions<Content> = {},
): MetricsInterceptor<Content> {
  checkArgumentCount(arguments.length, 1, 'metrics(options)', 'metrics/illegal-option')
  const { buckets, maxLabelSets } = checkMetricsOptions(options)
  const { registry = new Registry<Content>() } = options
  const store = new SeriesStore(buckets, maxLabelSets)
  const live = new LiveRuns()
  registerAll(registry, [
    ...stageMetrics(store, live),
    ...inboxMetrics(store),
    ...itemMetrics(store),
    ...runMetrics(store, live),
  ])

  // Nearly always the next run is of the same pipeline.
  let lastPipeline: PipelineInfo | undefined
  let lastGraph: GraphSeries | undefined
  function graphOf(pipeline: PipelineInfo): GraphSeries {
    if (pipeline === lastPipeline && lastGraph !== undefined) return lastGraph
    lastPipeline = pipeline
    lastGraph = store.graph(pipeline)
    return lastGraph
  }

  return {
    name: 'metrics',
    core: '^1.0.0',
    registry,
    // Runs take labels, not builds: a graph that never runs takes none.
    onRun: (run) => live.add(new LiveRun(store, live, run, graphOf(run.pipeline))),
  }
}
