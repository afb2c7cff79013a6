import type { JSX } from 'preact'

import type { Percentiles } from '../../src/protocol.ts'

const WIDTH = 1000
const HEIGHT = 16

/** A thick line up to the median, a thin one up to the 99th percentile, and a mark at the 90th. */
export function PercentileBar({
  durations,
  longest,
}: {
  readonly durations: Percentiles
  readonly longest: number
}): JSX.Element {
  const at = (ms: number): number => (ms / longest) * WIDTH
  const { p50, p90, p99 } = durations
  return (
    <svg class="percentiles" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="upper" x="0" y="6" width={at(p99)} height="4" />
      <rect class="median" x="0" y="3" width={at(p50)} height="10" />
      <path class="mark" d={`M${at(p90)} 1V15`} vector-effect="non-scaling-stroke" />
    </svg>
  )
}
