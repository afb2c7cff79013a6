import type { Rows } from './rows.ts'

/** One line of what a registry answers with. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>
  /** Labels that many lines have in common: one object for all of them, which is made to text once. */
  readonly sharedLabels: Readonly<Record<string, string>>
  readonly value: number
  /** The name of the line where it is not the metric's: those of a histogram. */
  readonly metricName?: string
}
type SharedLabels = Sample['sharedLabels']

/** The lines of one label set: how many observations were up to each bound, their sum and their number; none without any. */
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
