import type { StageKind } from '@stageflow/core'
import { element, type Markup } from './svg-element.ts'
import type { Row } from './timeline-rows.ts'

/** How a stage, an attempt or a run ended, or that it runs. Every tone has a color, a pattern and a sign. */
export type Tone = 'running' | 'ok' | 'skip' | 'cancel' | 'fail' | 'suspend' | 'unknown'

/** Widths of one column of the font, in px, by the size of the text. Rather too wide, because fonts differ. */
export const COLUMN = { small: 6.8, normal: 7.4, large: 9.3 }

const INK = ['#1f2328', '#e6edf3'] as const
const MUTED = ['#59636e', '#9198a1'] as const
const CARD = ['#ffffff', '#0d1117'] as const

/** A selector, a property, and its color on a light and on a dark page. */
const COLORS: readonly (readonly [selector: string, property: string, light: string, dark: string])[] = [
  ['.card', 'fill', ...CARD],
  ['.card', 'stroke', '#d1d9e0', '#30363d'],
  ['.ink', 'fill', ...INK],
  ['.muted', 'fill', ...MUTED],
  ['.halo', 'stroke', ...CARD],
  ['.grid', 'stroke', '#e6eaef', '#21262d'],
  ['.waiting', 'stroke', '#c4ccd4', '#3d444d'],
  ['.bracket', 'stroke', ...MUTED],
  ['.critical .running', 'stroke', ...INK],
  ['.step', 'stroke', ...INK],
  ['.sign path', 'stroke', ...CARD],
  ['.number', 'fill', '#ffffff', '#0d1117'],
  ['.stripe', 'fill', ...CARD],
  ...both('.kind-none', '#5a7ea6', '#86aad2'),
  ...both('.kind-transform', '#2f6fde', '#58a6ff'),
  ...both('.kind-enrich', '#148290', '#39c5cf'),
  ...both('.kind-route', '#b93a86', '#f778ba'),
  ...both('.kind-guard', '#7a4fd0', '#b392f0'),
  ...both('.kind-work', '#25843f', '#4ac26b'),
  ...both('.kind-agent', '#c2540a', '#f0883e'),
  ...both('.tone-running', '#0969da', '#4493f8'),
  ...both('.tone-ok', '#1f883d', '#3fb950'),
  ...both('.tone-skip', '#7d8792', '#7d8590'),
  ...both('.tone-cancel', '#9a6700', '#d29922'),
  ...both('.tone-fail', '#cf222e', '#f85149'),
  ...both('.tone-suspend', '#8250df', '#a371f7'),
  ...both('.tone-unknown', '#7d8792', '#7d8590'),
]

function both(selector: string, light: string, dark: string): (readonly [string, string, string, string])[] {
  return [
    [selector, 'fill', light, dark],
    [selector, 'stroke', light, dark],
  ]
}

const FONT = 'ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace'

/** A selector and what it looks like, colors aside. */
const LOOKS: readonly (readonly [selector: string, look: string])[] = [
  ['text', `font:12px ${FONT};white-space:pre`],
  ['.title', 'font-size:15px;font-weight:600'],
  ['.small', 'font-size:11px'],
  ['.number', 'font-size:9.5px;font-weight:600'],
  ['.critical .name', 'font-weight:600'],
  ['.halo', 'paint-order:stroke;stroke-width:4px;stroke-linejoin:round'],
  ['.running', 'stroke-width:0'],
  ['.critical .running', 'stroke-width:1.5px'],
  ['.interceptors', 'stroke-width:0;fill-opacity:.38'],
  ['.queued', 'fill-opacity:.12;stroke-width:1px;stroke-dasharray:2 2'],
  ['.backoff', 'stroke-width:2px;stroke-dasharray:4 3'],
  ['.waiting', 'stroke-width:1.5px;stroke-dasharray:1.5 5;stroke-linecap:round'],
  ['.shape', 'fill-opacity:.18;stroke-width:1.4px'],
  ['.bracket', 'fill:none;stroke-width:1.25px'],
  ['.step', 'fill:none;stroke-width:1.5px'],
  ['.sign', 'stroke-width:0'],
  ['.sign path', 'fill:none;stroke-width:1.7px;stroke-linecap:round;stroke-linejoin:round'],
  ['.stripe', 'fill-opacity:.5'],
]

/** The style of the picture. All selectors begin with its class, so that they match nothing else on a page that contains it. */
export function styleSheet(): Markup {
  const rules = (shadeOf: (color: (typeof COLORS)[number]) => string): string =>
    COLORS.map((color) => `.stageflow ${color[0]}{${color[1]}:${shadeOf(color)}}`).join('\n')
  const [light, dark] = [rules((color) => color[2]), rules((color) => color[3])]
  const looks = LOOKS.map(([selector, look]) => `.stageflow ${selector}{${look}}`).join('\n')
  return `<style>\n${light}\n@media (prefers-color-scheme: dark){\n${dark}\n}\n${looks}\n</style>`
}

/** Stripes over the bars of everything that didn't end well, for readers who can't tell the colors apart. */
const PATTERNS: Readonly<Partial<Record<Tone, { readonly turn: number; readonly gap: number }>>> = {
  fail: { turn: 45, gap: 5 },
  cancel: { turn: -45, gap: 7 },
  skip: { turn: 0, gap: 4 },
  suspend: { turn: 90, gap: 4 },
}

export function patterns(): Markup {
  const all = Object.entries(PATTERNS).map(([tone, { turn, gap }]) => {
    const stripe = element('rect', { class: 'stripe', width: gap * 0.4, height: gap })
    const place = { patternUnits: 'userSpaceOnUse', width: gap, height: gap, patternTransform: `rotate(${turn})` }
    return element('pattern', { id: `stageflow-${tone}`, ...place }, stripe)
  })
  return element('defs', {}, ...all)
}

export const patternOf = (tone: Tone): string | undefined =>
  PATTERNS[tone] === undefined ? undefined : `url(#stageflow-${tone})`

/** `status`: that of a row, or of an attempt. */
export function toneOf(status: string): Tone {
  return isTone(status) ? status : 'unknown'
}

const isTone = (status: string): status is Tone => Object.hasOwn(SIGNS, status)

/** The tone of a stage's color: code that ignored its signal is as bad as a failure. */
export function colorOf({ status, record }: Row): Tone {
  return record.abandoned === true ? 'fail' : toneOf(status)
}

const RUN_TONES: Readonly<Record<string, Tone>> = {
  running: 'running',
  completed: 'ok',
  cancelled: 'cancel',
  failed: 'fail',
  suspended: 'suspend',
}
export const toneOfRun = (status: string): Tone => RUN_TONES[status] ?? 'unknown'

/** Drawn in white on a disc of radius 6.5 around 0, 0. */
const SIGNS: Readonly<Record<Tone, string>> = {
  running: 'M-1.8 -2.8L2.8 0L-1.8 2.8Z',
  ok: 'M-3 .2L-1 2.4L3.1 -2.2',
  skip: 'M-2.8 -2.6L-.2 0L-2.8 2.6M.6 -2.6L3.2 0L.6 2.6',
  cancel: 'M-3 0H3',
  fail: 'M-2.4 -2.4L2.4 2.4M2.4 -2.4L-2.4 2.4',
  suspend: 'M-1.7 -2.6V2.6M1.7 -2.6V2.6',
  unknown: 'M0 0H.1',
}

export function signOf(tone: Tone, x: number, y: number, color: Tone = tone): Markup {
  const place = { class: `sign tone-${color}`, transform: `translate(${Math.round(x)} ${Math.round(y)})` }
  return element('g', place, element('circle', { r: 6.5 }), element('path', { d: SIGNS[tone] }))
}

/** Outlines around 0, 0, those that Mermaid draws for the kinds. */
const KINDS: Readonly<Record<StageKind, string>> = {
  transform: 'M-5 -4.5H5V4.5H-5Z',
  enrich: 'M-2.5 -4.5H2.5A4.5 4.5 0 0 1 2.5 4.5H-2.5A4.5 4.5 0 0 1 -2.5 -4.5Z',
  route: 'M0 -6L6 0L0 6L-6 0Z',
  guard: 'M-3.2 -4.8H3.2L6.2 0L3.2 4.8H-3.2L-6.2 0Z',
  work: 'M-6 -4.5H6V4.5H-6ZM-3.4 -4.5V4.5M3.4 -4.5V4.5',
  agent: 'M-5.5 0A5.5 5.5 0 0 1 5.5 0A5.5 5.5 0 0 1 -5.5 0ZM-2 0A2 2 0 0 1 2 0A2 2 0 0 1 -2 0Z',
}

export function shapeOf(kind: StageKind, x: number, y: number): Markup {
  const place = `translate(${Math.round(x)} ${Math.round(y)})`
  return element('path', { class: `shape ${kindClass(kind)}`, d: KINDS[kind] ?? KINDS.transform, transform: place })
}

export const kindClass = (kind: StageKind | undefined): string =>
  `kind-${kind !== undefined && Object.hasOwn(KINDS, kind) ? kind : 'none'}`
