import { checkOptions, objectWith, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { PrometheusContentType, Registry, RegistryContentType } from 'prom-client'

export interface MetricsOptions<Content extends RegistryContentType = PrometheusContentType> {
  /** The registry for the metrics. Default: a new one, at `metrics().registry`; never the global one of prom-client. */
  readonly registry?: Registry<Content>
  /** Upper bounds of the buckets of every histogram, in seconds, ascending. Default: 14 bounds from 0.001 to 60. */
  readonly buckets?: readonly number[]
  /** Maximum number of stages, and of pipelines, with labels of their own. The others are counted together as `other`. Default: 200. */
  readonly maxLabelSets?: number
}

export interface CheckedOptions {
  readonly buckets: readonly number[]
  readonly maxLabelSets: number
}

const DEFAULT_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const DEFAULT_MAX_LABEL_SETS = 200
const MOST_BUCKETS = 100

const RULES: OptionRules<MetricsOptions> = {
  // By its methods, because an app may hold two copies of prom-client.
  registry: objectWith('a Registry of prom-client', 'registerMetric', 'getSingleMetric'),
  buckets: [areBounds, `1 to ${MOST_BUCKETS} numbers of seconds above 0 in an array, each greater than the one before`],
  maxLabelSets: whole(1),
}

/** The options with their defaults. Throws one error with every option that cannot be used. */
export function checkMetricsOptions(options: MetricsOptions<RegistryContentType>): CheckedOptions {
  checkOptions('metrics()', 'metrics/illegal-option', options, RULES)
  const { buckets = DEFAULT_BUCKETS, maxLabelSets = DEFAULT_MAX_LABEL_SETS } = options
  return { buckets: [...buckets], maxLabelSets }
}

function areBounds(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_BUCKETS) return false
  return value.every((bound: unknown, place) => isBound(bound) && (place === 0 || bound > (value[place - 1] as number)))
}

const isBound = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0
