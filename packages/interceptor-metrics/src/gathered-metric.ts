import { StageflowError } from '@stageflow/core'
import type { Metric, Registry, RegistryContentType } from 'prom-client'

import type { Sample } from './samples.ts'

export interface MetricDefinition {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Reads what is gathered; called when the registry is scraped. */
  readonly samples: () => Sample[]
  /** For `registry.resetMetrics()`; what is in flight is a fact, which a reset does not change. */
  readonly reset?: () => void
}

/**
 * Puts metrics into a registry of prom-client that are read when it is scraped. A registry only asks a metric for
 * its values and to forget them; prom-client's own would have to be written to at each observation.
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
      `metrics(): the registry has "${taken[0].name}"${more} already. Make one metrics() for a registry and hand it to every build(), or give each a registry of its own.`,
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
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StageflowError(
      'metrics/not-registered',
      `metrics(): the registry refused "${definition.name}": ${why}. Give it another registry, or none.`,
      { cause },
    )
  }
}

function gatheredMetric({ name, help, type, samples, reset = () => {} }: MetricDefinition): object {
  const aggregator = 'sum'
  const metric = {
    // A registry of OpenMetrics takes `_total` off this very name, and puts it to the lines.
    name,
    help,
    type,
    aggregator,
    get: () => answer(samples().map(splayed)),
    // Asked for instead of `get` when the answer is to be text.
    getForPromString: () => answer(samples()),
    reset,
  }
  const answer = (values: readonly object[]) => Promise.resolve({ name: metric.name, help, type, values, aggregator })
  return metric
}

function splayed({ labels, sharedLabels, ...rest }: Sample): object {
  return { ...rest, labels: { ...labels, ...sharedLabels } }
}
