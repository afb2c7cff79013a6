import type { StageKind } from '@stageflow/core'
import { element, text, type Markup } from './svg-element.ts'
import { drawHold } from './svg-bar.ts'
import { COLUMN, kindClass, patternOf, shapeOf, type Tone } from './svg-style.ts'

interface Item {
  readonly says: string
  readonly draw: (x: number, y: number) => Markup
}

const LINE_HEIGHT = 18
const SWATCH = 18

/** Explains the kinds, parts and marks that the picture has. `drawn` is the markup of its rows. */
export function drawLegend(
  kinds: readonly StageKind[],
  drawn: Markup,
  place: { readonly from: number; readonly to: number; readonly top: number },
): { readonly markup: Markup; readonly height: number } {
  const items = [...new Set(kinds)].map((kind): Item => ({ says: kind, draw: (x, y) => shapeOf(kind, x + 6, y) }))
  for (const { has, ...item } of PARTS) if (drawn.includes(`class="${has}`)) items.push(item)
  let x = place.from
  let y = place.top
  const written: Markup[] = []
  for (const { says, draw } of items) {
    const width = SWATCH + says.length * COLUMN.small + 14
    if (x > place.from && x + width > place.to + 14) {
      x = place.from
      y += LINE_HEIGHT
    }
    written.push(draw(x, y), text(says, { class: 'small muted', x: x + SWATCH, y: y + 4 }))
    x += width
  }
  if (written.length === 0) return { markup: '', height: 0 }
  return { markup: element('g', { class: 'legend' }, ...written), height: y - place.top + LINE_HEIGHT }
}

const box = (name: string, x: number, y: number, fill?: string): Markup =>
  element('rect', { class: name, x, y: y - 4.5, width: 13, height: 9, rx: 2.5, fill })
const striped = (name: string, tone: Tone) => (x: number, y: number) =>
  box(name, x, y) + box('pattern', x, y, patternOf(tone))
const line = (name: string) => (x: number, y: number) =>
  element('line', { class: name, x1: x, y1: y, x2: x + 13, y2: y })

const PARTS: readonly (Item & { readonly has: string })[] = [
  {
    has: 'mark',
    says: 'critical path',
    draw: (x, y) => element('circle', { class: 'ink', cx: x + 6, cy: y, r: 3.5 }),
  },
  { has: 'running tone-running', says: 'running', draw: (x, y) => box('tone-running', x, y) },
  { has: 'running tone-fail', says: 'failed', draw: striped('tone-fail', 'fail') },
  { has: 'running tone-cancel', says: 'cancelled', draw: striped('tone-cancel', 'cancel') },
  { has: 'running tone-suspend', says: 'suspended', draw: striped('tone-suspend', 'suspend') },
  { has: 'waiting', says: 'waiting', draw: line('waiting') },
  { has: 'queued', says: 'queued', draw: (x, y) => box(`queued ${kindClass(undefined)}`, x, y) },
  { has: 'backoff', says: 'backoff', draw: line('backoff tone-fail') },
  { has: 'interceptors', says: 'in interceptors', draw: (x, y) => box(`interceptors ${kindClass(undefined)}`, x, y) },
  { has: 'held', says: 'held by a gate', draw: (x, y) => drawHold(kindClass(undefined), x, 13, y, 7) },
  {
    has: 'bracket',
    says: 'child run',
    draw: (x, y) => element('path', { class: 'bracket', d: `M${x} ${y + 4}V${y - 1}H${x + 13}V${y + 4}` }),
  },
]
