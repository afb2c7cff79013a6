import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { Metric, Registry, RegistryContentType } from 'prom-client'

import type { Sample } from './samples.ts'

export interface MetricDefinition {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** How the values of a cluster's workers become one. Default: sum. */
  readonly aggregator?: 'sum' | 'max'
  /** Reads the samples. Called when the registry is scraped. */
  readonly samples: () => Sample[]
  /** For `registry.resetMetrics()`. A reset doesn't change how much is in flight. */
  readonly reset?: () => void
}

/**
 * Registers metrics that are read when the registry is scraped. The metrics of prom-client would have to be written to at each
 * observation. A registry of prom-client 15.1 calls `getForPromString` for text, `get` for JSON, and `reset`; the first isn't part of
 * its public types, so the peer range is `~15.1`.
 */
export function registerAll<Content extends RegistryContentType>(
  registry: Registry<Content>,
  definitions: readonly MetricDefinition[],
): void {
  const taken = definitions.filter(({ name }) => registry.getSingleMetric(name) !== undefined)
  if (taken[0] !== undefined) {
    const more = taken.length > 1 ? ` and ${taken.length - 1} more of its metrics` : ''
    throw new StageflowError(
      'metrics/not-registered',
      `metrics(): the registry already has "${taken[0].name}"${more}. Call metrics() once per registry and pass it to every build(), or give each its own registry: metrics({ registry: new Registry() }).`,
    )
  }
  for (const definition of definitions) register(registry, definition)
}

function register<Content extends RegistryContentType>(
  registry: Registry<Content>,
  definition: MetricDefinition,
): void {
  try {
    registry.registerMetric(gatheredMetric(definition) as unknown as Metric)
  } catch (cause) {
    const why = textOf(cause)
    throw new StageflowError(
      'metrics/not-registered',
      `metrics(): the registry refused "${definition.name}": ${why}. Pass another registry, or none.`,
      { cause },
    )
  }
}

function gatheredMetric(definition: MetricDefinition): object {
  const { name, help, type, aggregator = 'sum', samples, reset = () => {} } = definition
  const metric = {
    // An OpenMetrics registry removes `_total` from this name, and adds it to the lines.
    name,
    help,
    type,
    aggregator,
    get: () => answer(samples().map(splayed)),
    // Called instead of `get` for text.
    getForPromString: () => answer(samples()),
    reset,
  }
  const answer = (values: readonly object[]) => Promise.resolve({ name: metric.name, help, type, values, aggregator })
  return metric
}

function splayed({ labels, sharedLabels, ...rest }: Sample): object {
  return { ...rest, labels: { ...labels, ...sharedLabels } }
}
