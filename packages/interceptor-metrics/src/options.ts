import { StageflowError } from '@stageflow/core'
import type { PrometheusContentType, Registry, RegistryContentType } from 'prom-client'

export interface MetricsOptions<Content extends RegistryContentType = PrometheusContentType> {
  /** The registry that the metrics are put into. Default: a new one, to be read at `metrics().registry`; never prom-client's global one. */
  readonly registry?: Registry<Content>
  /** Upper bounds of the buckets of every histogram, in seconds, ascending. Default: 14 bounds from 1 ms to 60 s. */
  readonly buckets?: readonly number[]
  /** How many stages, and how many pipelines, have labels of their own; the others are counted together as `other`. Default: 1,000. */
  readonly maxLabelSets?: number
}

export interface CheckedOptions {
  readonly buckets: readonly number[]
  readonly maxLabelSets: number
}

const DEFAULT_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const DEFAULT_MAX_LABEL_SETS = 1_000
const MOST_BUCKETS = 100

/** The options with their defaults; throws one error that says everything that is wrong with them. */
export function checkOptions(given: MetricsOptions<RegistryContentType>): CheckedOptions {
  const options: unknown = given
  if (typeof options !== 'object' || options === null)
    throw illegal([`it was given ${show(options)}; pass an object of options, or nothing`])
  const { registry, buckets = DEFAULT_BUCKETS, maxLabelSets = DEFAULT_MAX_LABEL_SETS, ...others } = given
  const problems = Object.keys(others).map(
    (name) => `"${name}" is no option; the options are registry, buckets and maxLabelSets`,
  )
  if (registry !== undefined && !isRegistry(registry))
    problems.push(`"registry" is ${show(registry)}; pass a Registry of prom-client, or leave it out`)
  if (!areBounds(buckets))
    problems.push(
      `"buckets" is ${show(buckets)}; pass 1 to ${MOST_BUCKETS} numbers of seconds above 0, each greater than the one before`,
    )
  if (!Number.isSafeInteger(maxLabelSets) || maxLabelSets < 1)
    problems.push(`"maxLabelSets" is ${show(maxLabelSets)}; pass a whole number of at least 1`)
  if (problems.length > 0) throw illegal(problems)
  return { buckets: [...buckets], maxLabelSets }
}

/** Told by what is used of it: an app may hold two copies of prom-client. */
function isRegistry(value: unknown): boolean {
  const { registerMetric, getSingleMetric } = (value ?? {}) as Partial<Registry>
  return typeof registerMetric === 'function' && typeof getSingleMetric === 'function'
}

function areBounds(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_BUCKETS) return false
  return value.every((bound: unknown, place) => isBound(bound) && (place === 0 || bound > (value[place - 1] as number)))
}

const isBound = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0

function illegal(problems: readonly string[]): StageflowError {
  return new StageflowError('metrics/illegal-option', `metrics(): ${problems.join('; ')}.`)
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'an object of another kind'
  const text = Array.isArray(value) ? `[${value.map(String).join(', ')}]` : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
