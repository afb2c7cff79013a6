import type { StageStatus } from '@stageflow/core'
import { assignLanes } from './lanes.ts'
import { partsOf, triesOf } from './stage-parts.ts'
import { element, text, type Markup } from './svg-element.ts'
import type { StageRow } from './svg-rows.ts'
import { colorOf, kindClass, patternOf, toneOf, type Tone } from './svg-style.ts'

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
  const share = (time: number): number => (length > 0 ? (time - run.startedAt) / length : 0)
  return { from, to, origin: run.startedAt, x: (time) => from + Math.min(Math.max(share(time), 0), 1) * (to - from) }
}

const BAR_HEIGHT = 14
const CHILD_HEIGHT = 10
const LEAST_WIDTH = 2
/** A number needs this much room in its bar. */
const NUMBER_WIDTH = 16

export const heightOf = (depth: number): number => (depth === 0 ? BAR_HEIGHT : CHILD_HEIGHT)

/** Draws when a stage waited, was queued, ran and paused, around the height `centre`. The line of its wait ends at `waitTo` if that is given. */
export function drawBar(
  { row, kind, depth }: StageRow,
  scale: Scale,
  centre: number,
  runEndedAt: number,
  waitTo: number = Infinity,
): Markup {
  const { record } = row
  const { startedAt, readyAt = startedAt, endedAt = runEndedAt, attempts } = record
  const height = heightOf(depth)
  const colored = kindClass(kind)
  const drawn: Markup[] = []
  const until = Math.min(waitTo, scale.x(readyAt ?? endedAt))
  const hasWaited = startedAt !== undefined || record.status === 'skip'
  if (hasWaited && until - scale.from > 4) drawn.push(line('waiting', scale.from + 2, until - 2, centre))
  if (startedAt === undefined) return drawn.join('')

  for (const part of partsOf(record, readyAt ?? startedAt, endedAt)) {
    const [from, to] = [scale.x(part.from), scale.x(part.to)]
    if (part.kind === 'backoff') drawn.push(line('backoff tone-fail', from, to, centre))
    if (part.kind === 'suspended') drawn.push(line('waiting', from, to, centre))
    if (part.kind === 'queued')
      drawn.push(box(`queued ${colored}`, scale, from, to, centre - height / 2 + 2, height - 4))
    if (part.kind === 'interceptors')
      drawn.push(box(`interceptors ${colored}`, scale, from, to, centre - height / 2 + 2, height - 4))
  }
  const spans = attempts.map((attempt) => ({ from: attempt.startedAt, to: attempt.endedAt ?? endedAt }))
  const lanes = assignLanes(spans)
  const laneHeight = height / (Math.max(0, ...lanes) + 1)
  for (const [index, { status, attempt }] of attempts.entries()) {
    const span = spans[index] as (typeof spans)[number]
    const tone = toneOfAttempt(status, colorOf(record))
    const top = centre - height / 2 + (lanes[index] as number) * laneHeight
    const [from, to] = [scale.x(span.from), scale.x(span.to)]
    const size = Math.max(1, laneHeight - (laneHeight < height ? 1 : 0))
    const pattern = patternOf(tone)
    const hasNumber = triesOf(record) > 1 && to - from >= NUMBER_WIDTH && size >= 10
    drawn.push(box(`running ${tone === 'ok' ? colored : `tone-${tone}`}`, scale, from, to, top, size))
    if (pattern !== undefined) drawn.push(box('pattern', scale, hasNumber ? from + 14 : from, to, top, size, pattern))
    if (hasNumber) drawn.push(text(String(attempt), { class: 'number', x: from + 5, y: top + size / 2 + 3.4 }))
  }
  return drawn.join('')
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
