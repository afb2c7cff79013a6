import type { StageRecord, StageStatus } from '@stageflow/core'
import { assignLanes } from './lanes.ts'
import { partsOf, triesOf, type PathPart } from './stage-parts.ts'
import { element, text, type Markup } from './svg-element.ts'
import type { StageRow } from './svg-rows.ts'
import type { Scale } from './svg-scale.ts'
import { colorOf, kindClass, patternOf, toneOf, type Tone } from './svg-style.ts'

const BAR_HEIGHT = 14
const CHILD_HEIGHT = 10
const LEAST_WIDTH = 2
/** A number needs this much room in its bar. */
const NUMBER_WIDTH = 16

export const heightOf = (depth: number): number => (depth === 0 ? BAR_HEIGHT : CHILD_HEIGHT)

/** Where the bar of one stage is drawn, and in which color. */
interface BarPlace {
  readonly scale: Scale
  readonly centre: number
  readonly height: number
  /** The class of the stage's kind. */
  readonly colored: string
  /** How the stage ended, or that it runs. */
  readonly tone: Tone
  /** The end of what has no end of its own. */
  readonly endedAt: number
}

/** Draws when a stage waited, was queued, ran and paused, around the height `centre`. The line of its wait ends at `waitTo` if that is given. */
export function drawBar(
  { row, kind, depth }: StageRow,
  scale: Scale,
  centre: number,
  runEndedAt: number,
  waitTo: number = Infinity,
): Markup {
  const { record, waits } = row
  const { startedAt, readyAt = startedAt, endedAt = runEndedAt } = record
  const waitedUntil = Math.min(waitTo, scale.x(readyAt ?? endedAt))
  const waited = startedAt !== undefined || record.status === 'skip' ? drawWait(scale, waitedUntil, centre) : ''
  if (startedAt === undefined) return waited

  const height = heightOf(depth)
  const place: BarPlace = { scale, centre, height, colored: kindClass(kind), tone: colorOf(row), endedAt }
  const parts = partsOf(record, readyAt ?? startedAt, endedAt, waits).map((part) => drawPart(part, place))
  return [waited, ...parts, ...drawAttempts(record, place)].join('')
}

/** A line from the start of the run. Left out if it has no room. */
function drawWait(scale: Scale, until: number, centre: number): Markup {
  return until - scale.from > 4 ? line('waiting', scale.from + 2, until - 2, centre) : ''
}

/** Everything but the attempts, which have lanes. */
function drawPart(part: PathPart, { scale, centre, height, colored }: BarPlace): Markup {
  const from = scale.x(part.from)
  const to = scale.x(part.to)
  if (part.kind === 'backoff') return line('backoff tone-fail', from, to, centre)
  if (part.kind === 'suspended') return line('waiting', from, to, centre)
  if (part.kind === 'held') return drawHold(colored, from, Math.max(LEAST_WIDTH, to - from), centre, height / 2)
  if (part.kind === 'queued' || part.kind === 'interceptors') {
    return box(`${part.kind} ${colored}`, scale, from, to, centre - height / 2 + 2, height - 4)
  }
  return ''
}

/** A low box. Its look is in the element, so that pictures of pipelines without gates have no rule for it. */
export function drawHold(colored: string, x: number, width: number, centre: number, height: number): Markup {
  const place = { x, y: centre - height / 2, width, height, rx: 2 }
  return element('rect', { class: `held ${colored}`, ...place, 'fill-opacity': 0.25, 'stroke-width': 1 })
}

/** The attempts of a stage. Those of a hedge overlap, so they share the height of the bar. */
function drawAttempts(record: StageRecord, place: BarPlace): Markup[] {
  const { scale, centre, height, colored, endedAt } = place
  const spans = record.attempts.map((attempt) => ({ from: attempt.startedAt, to: attempt.endedAt ?? endedAt }))
  const lanes = assignLanes(spans)
  const laneHeight = height / (Math.max(0, ...lanes) + 1)
  const gap = laneHeight < height ? 1 : 0
  const size = Math.max(1, laneHeight - gap)
  const areCounted = triesOf(record) > 1 && size >= 10
  return record.attempts.map(({ status, attempt, startedAt, endedAt: attemptEndedAt = endedAt }, index) => {
    const tone = toneOfAttempt(status, place.tone)
    const top = centre - height / 2 + (lanes[index] ?? 0) * laneHeight
    const from = scale.x(startedAt)
    const to = scale.x(attemptEndedAt)
    const pattern = patternOf(tone)
    const hasNumber = areCounted && to - from >= NUMBER_WIDTH
    const bar = box(`running ${tone === 'ok' ? colored : `tone-${tone}`}`, scale, from, to, top, size)
    // The number stands on the plain color.
    const patternFrom = hasNumber ? from + 14 : from
    const stripes = pattern === undefined ? '' : box('pattern', scale, patternFrom, to, top, size, pattern)
    const number = hasNumber ? text(String(attempt), { class: 'number', x: from + 5, y: top + size / 2 + 3.4 }) : ''
    return bar + stripes + number
  })
}

/** Draws a child run as a bracket around the time of its stages. */
export function drawBracket(from: number, to: number, centre: number): Markup {
  const path = `M${round(from)} ${centre + 4}V${centre - 1}H${round(Math.max(to, from + LEAST_WIDTH))}V${centre + 4}`
  return element('path', { class: 'bracket', d: path })
}

function toneOfAttempt(status: StageStatus | 'retry' | undefined, otherwise: Tone): Tone {
  if (status === undefined) return otherwise
  return status === 'retry' ? 'fail' : toneOf(status)
}

function box(name: string, scale: Scale, from: number, to: number, y: number, height: number, fill?: string): Markup {
  const width = Math.max(LEAST_WIDTH, to - from)
  const x = Math.min(from, scale.to - width)
  return element('rect', { class: name, x, y, width, height, rx: Math.min(3, width / 2, height / 3), fill })
}

function line(name: string, from: number, to: number, y: number): Markup {
  return element('line', { class: name, x1: from, y1: y, x2: to, y2: y })
}

const round = (value: number): number => Math.round(value * 100) / 100
