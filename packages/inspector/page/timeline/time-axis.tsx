import type { JSX } from 'preact'

import { shownDuration } from '../state/duration.ts'
import type { TimeScale } from './time-scale.ts'

/** The last label may lie over the column of durations, which begins behind the axis and has nothing at this height. */
export function TimeAxis({ scale, height }: { readonly scale: TimeScale; readonly height: number }): JSX.Element {
  return (
    <div class="axis" aria-hidden="true">
      {scale.ticks.map(({ left, ms }) => (
        <div key={ms} class="tick" style={{ left: percent(left), height: `${height}px` }}>
          <span>{ms === 0 ? '0' : shownDuration(ms)}</span>
        </div>
      ))}
      {scale.pauses.map(({ left, width, durationMs }) => (
        <div key={left} class="pause" style={{ left: percent(left), width: percent(width), height: `${height}px` }}>
          <span>{shownDuration(durationMs)}</span>
        </div>
      ))}
    </div>
  )
}

export function percent(share: number): string {
  return `${Math.round(share * 1e5) / 1e3}%`
}
