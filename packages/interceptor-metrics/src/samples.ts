import type { Rows } from './rows.ts'

/** One line of a scrape. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>
  /** Labels that many lines share: one object, which prom-client formats once. */
  readonly sharedLabels: Readonly<Record<string, string>>
  readonly value: number
  /** The name of the line if it isn't the metric's, as in histograms. */
  readonly metricName?: string
}
type SharedLabels = Sample['sharedLabels']

/** The lines of one label set: cumulative counts by bound, the sum, and the count. None without observations. */
export function histogramSamples(
  name: string,
  sharedLabels: SharedLabels,
  rows: Rows,
  place: number,
  bounds: readonly number[],
): Sample[] {
  let count = 0
  const buckets = [...bounds, '+Inf'].map((le, bucket): Sample => {
    count += rows.get(place + 1 + bucket)
    return { labels: { le }, sharedLabels, value: count, metricName: `${name}_bucket` }
  })
  if (count === 0) return []
  return [
    ...buckets,
    { labels: {}, sharedLabels, value: rows.get(place), metricName: `${name}_sum` },
    { labels: {}, sharedLabels, value: count, metricName: `${name}_count` },
  ]
}

export const sample = (sharedLabels: SharedLabels, value: number, labels: Sample['labels'] = {}): Sample => ({
  labels,
  sharedLabels,
  value,
})

export function errorSamples(labels: SharedLabels, errors: ReadonlyMap<string, number>): Sample[] {
  return Array.from(errors, ([code, value]) => sample(labels, value, { code }))
}
