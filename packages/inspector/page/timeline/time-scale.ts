import { roundTimes } from '@stageflow/report/unchecked'

export interface TimeRange {
  readonly from: number
  readonly to: number
}

/** A pause of the run that is drawn short: it waited for an answer, or no process carried it. */
export interface Pause {
  /** Where it is drawn, as shares of the width. */
  readonly left: number
  readonly width: number
  readonly durationMs: number
}

export interface Tick {
  readonly left: number
  /** Since the start of the run. */
  readonly ms: number
}

/** Where times lie on the width of a timeline, from 0 to 1. */
export interface TimeScale {
  readonly at: (time: number) => number
  readonly pauses: readonly Pause[]
  readonly ticks: readonly Tick[]
}

/** A time in which no stage did anything is a pause if it is longer than this share of the other time. */
const PAUSE_SHARE = 1
const PAUSE_WIDTH = 0.06

/** The scale of a run from `from` to `to`, in which these times were busy. `mostTicks`: as many labels as have room. */
export function timeScale({ from, to }: TimeRange, busy: readonly TimeRange[], mostTicks: number): TimeScale {
  const gaps = gapsBetween(busy, { from, to })
  const lengthMs = to - from
  const busyMs = lengthMs - gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0)
  const cut = gaps.filter((gap) => gap.to - gap.from > PAUSE_SHARE * busyMs)
  const drawnMs = lengthMs - cut.reduce((sum, gap) => sum + gap.to - gap.from, 0)
  const share = drawnMs > 0 ? (1 - PAUSE_WIDTH * cut.length) / drawnMs : 0

  function at(time: number): number {
    let left = (Math.min(Math.max(time, from), to) - from) * share
    for (const gap of cut) {
      const insideMs = Math.min(Math.max(time - gap.from, 0), gap.to - gap.from)
      left += insideMs * (PAUSE_WIDTH / (gap.to - gap.from) - share)
    }
    return left
  }
  const pauses = cut.map((gap) => ({ left: at(gap.from), width: PAUSE_WIDTH, durationMs: gap.to - gap.from }))
  const ticks = cut.length > 0 ? [] : roundTimes(lengthMs, mostTicks).map((ms) => ({ ms, left: at(from + ms) }))
  return { at, pauses, ticks }
}

/** The times between the busy ones. */
function gapsBetween(busy: readonly TimeRange[], { from, to }: TimeRange): readonly TimeRange[] {
  const gaps: TimeRange[] = []
  let until = from
  for (const range of busy.toSorted((a, b) => a.from - b.from)) {
    if (range.from > until) gaps.push({ from: until, to: Math.min(range.from, to) })
    until = Math.max(until, range.to)
  }
  return gaps.filter((gap) => gap.to > gap.from)
}
