import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'

type Value = MetricValue<string> & { readonly metricName?: string }

export const SERVICE = 'assistant'
/** Counters and histograms grow from the start of the process. */
const CUMULATIVE = 2
const STARTED = `${Date.now()}000000`

/** Sends what a registry has counted to an OTLP receiver. prom-client has no exporter for it: usually a collector scrapes /metrics instead. */
export async function sendMetrics(registry: Registry, url: string): Promise<void> {
  const metrics = (await registry.getMetricsAsJSON()).map(otlpMetric)
  const resource = { attributes: attributesOf({ 'service.name': SERVICE }) }
  const body = JSON.stringify({
    resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'prom-client' }, metrics }] }],
  })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!response.ok) throw new Error(`The receiver of metrics answered with HTTP ${response.status}.`)
}

function otlpMetric({ name, help, type, values }: MetricObjectWithValues<MetricValue<string>>): object {
  const about = { name, description: help }
  // prom-client names the type "counter", and its declarations call it a number.
  const kind = String(type)
  if (kind === 'histogram')
    return { ...about, histogram: { aggregationTemporality: CUMULATIVE, dataPoints: histogramPoints(values) } }
  const dataPoints = values.map(({ labels, value }) => ({ ...point(labels), asDouble: value }))
  if (kind === 'gauge') return { ...about, gauge: { dataPoints } }
  return { ...about, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
}

/** Prometheus counts each bucket with those below it, OTLP counts each bucket alone. */
function histogramPoints(values: readonly Value[]): object[] {
  const series = new Map<string, Value[]>()
  for (const value of values) {
    const { le: _, ...labels } = value.labels
    const key = JSON.stringify(labels)
    series.set(key, [...(series.get(key) ?? []), value])
  }
  return [...series].map(([labels, parts]) => {
    const buckets = parts.filter(({ labels: { le } }) => le !== undefined)
    const valueOf = (suffix: string): number =>
      parts.find(({ metricName = '' }) => metricName.endsWith(suffix))?.value ?? 0
    return {
      ...point(JSON.parse(labels) as Value['labels']),
      count: valueOf('_count'),
      sum: valueOf('_sum'),
      explicitBounds: buckets.map(({ labels: { le } }) => Number(le)).filter(Number.isFinite),
      bucketCounts: buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0)),
    }
  })
}

const point = (labels: Value['labels']) => ({
  attributes: attributesOf(labels),
  startTimeUnixNano: STARTED,
  timeUnixNano: `${Date.now()}000000`,
})

function attributesOf(labels: Partial<Record<string, string | number>>): object[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: String(value) } }))
}
