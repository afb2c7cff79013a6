import { formatDuration } from '@stageflow/core/kit'
import { roundTimes } from './round-times.ts'
import { element, text, type Markup } from './svg-element.ts'

/** Where times lie on the picture. */
export interface Scale {
  readonly from: number
  readonly to: number
  /** The time of the left edge. */
  readonly origin: number
  readonly x: (time: number) => number
}

export function scaleOf(
  run: { readonly startedAt: number; readonly endedAt: number },
  from: number,
  to: number,
): Scale {
  const length = run.endedAt - run.startedAt
  function x(time: number): number {
    const share = length > 0 ? (time - run.startedAt) / length : 0
    const shareInside = Math.min(Math.max(share, 0), 1)
    return from + shareInside * (to - from)
  }
  return { from, to, origin: run.startedAt, x }
}

/** A tick needs this many px, so that its label doesn't touch the next one. */
const TICK_WIDTH = 70

/** Lines at round times since the start of the run, with their labels above them. */
export function drawAxis(startedAt: number, durationMs: number, scale: Scale, top: number, bottom: number): Markup {
  const most = Math.floor((scale.to - scale.from) / TICK_WIDTH)
  return roundTimes(durationMs, most)
    .map((ms) => {
      const x = scale.x(startedAt + ms)
      const grid = element('line', { class: 'grid', x1: x, y1: top, x2: x, y2: bottom })
      return grid + text(formatDuration(ms), { class: 'tick small muted', x, y: top - 6, 'text-anchor': 'middle' })
    })
    .join('\n')
}
