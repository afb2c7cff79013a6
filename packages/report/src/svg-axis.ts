import { formatDuration } from '@stageflow/core/kit'
import type { Scale } from './svg-bar.ts'
import { element, text, type Markup } from './svg-element.ts'

/** A tick needs this many px, so that its label doesn't touch the next one. */
const TICK_WIDTH = 70

/** Lines at round times since the start of the run, with their labels above them. */
export function drawAxis(startedAt: number, durationMs: number, scale: Scale, top: number, bottom: number): Markup {
  return ticksOf(durationMs, scale.to - scale.from)
    .map((ms) => {
      const x = scale.x(startedAt + ms)
      const grid = element('line', { class: 'grid', x1: x, y1: top, x2: x, y2: bottom })
      return grid + text(formatDuration(ms), { class: 'tick small muted', x, y: top - 6, 'text-anchor': 'middle' })
    })
    .join('\n')
}

function ticksOf(durationMs: number, width: number): number[] {
  if (!(durationMs > 0)) return [0]
  const step = roundUp(durationMs / Math.max(2, Math.floor(width / TICK_WIDTH)))
  // A little more than the duration: a multiple of 0.1 may be a rounding error above it.
  const count = Math.floor(durationMs / step + 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** The next 1, 2 or 5 with zeros, in milliseconds or, for long times, in minutes or hours. */
function roundUp(ms: number): number {
  const unit = unitOf(ms)
  const size = 10 ** Math.floor(Math.log10(ms / unit))
  const digit = [1, 2, 5, 10].find((each) => each * size * unit >= ms * (1 - 1e-9)) ?? 10
  return digit * size * unit
}

function unitOf(ms: number): number {
  if (ms > 1_200_000) return 3_600_000
  return ms > 20_000 ? 60_000 : 1
}
