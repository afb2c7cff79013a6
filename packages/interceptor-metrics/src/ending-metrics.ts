import type { MetricDefinition } from './gathered-metric.ts'
import { RARE } from './layout.ts'
import type { Layout } from './layout.ts'
import type { Rows } from './rows.ts'
import { histogramSamples, sample } from './samples.ts'
import type { Sample } from './samples.ts'
import type { Series } from './series.ts'

interface Endings {
  readonly duration: Pick<MetricDefinition, 'name' | 'help'>
  readonly total: Pick<MetricDefinition, 'name' | 'help'>
  readonly statuses: readonly string[]
  readonly rows: Rows
  /** The place of the first count in a row. */
  readonly first: number
  readonly layout: Layout
  readonly all: () => readonly Series[]
}

/** The histogram of durations and the counter of endings, by status. */
export function endingMetrics(endings: Endings): readonly MetricDefinition[] {
  const { duration, total, statuses, rows, first, layout, all } = endings
  const { bounds, histogram } = layout
  const places = statuses.map((status, index) => ({ status, place: first + index * (1 + histogram) }))

  type Read = (labels: Sample['sharedLabels'], place: number) => readonly Sample[]
  /** Reads every status of a series. A rare one has a line only if it occurred. */
  function readStatuses({ labels, row }: Series, read: Read): readonly Sample[] {
    const shown = places.filter(({ status, place }) => !RARE.has(status) || rows.get(row + place) > 0)
    return shown.flatMap(({ status, place }) => read({ ...labels, status }, row + place))
  }
  const each = (read: Read) => () => all().flatMap((series) => readStatuses(series, read))
  const clear = (offset: number, length: number) => () => {
    for (const { row } of all()) for (const { place } of places) rows.clear(row + place + offset, length)
  }

  return [
    {
      ...duration,
      type: 'histogram',
      samples: each((labels, place) => histogramSamples(duration.name, labels, rows, place + 1, bounds)),
      reset: clear(1, histogram),
    },
    {
      ...total,
      type: 'counter',
      samples: each((labels, place) => [sample(labels, rows.get(place))]),
      reset: clear(0, 1),
    },
  ]
}
