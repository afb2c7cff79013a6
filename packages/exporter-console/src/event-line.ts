import type { StageflowEvent } from '@stageflow/core'
import { columnsOf, cutText, eventError, formatDuration, padText, printable, shownFields } from '@stageflow/core/kit'
import type { ShownFields } from '@stageflow/core/kit'
import type { Redactor } from '@stageflow/core/redaction'
import { eastAsianWidth } from 'get-east-asian-width'

import { clockTime } from './clock-time.ts'
import { itemKind } from './item-lines.ts'
import { painted, styleOf } from './terminal-color.ts'
import type { Style } from './terminal-color.ts'

export interface LineStyle {
  readonly color: boolean
  readonly data: boolean
  /** In columns. */
  readonly width: number
  readonly redactor: Redactor
}

type Part = readonly [text: string, style?: Style | undefined]

const RUN_COLUMNS = 8
const NAME_COLUMNS = 24
const WORD_COLUMNS = 10
const DURATION_COLUMNS = 8
const DEEPEST_SHOWN = 6

/** The line of an event: time, run, subject, what happened, duration, and why. `note` is the last of the details. */
export function eventLine(event: StageflowEvent, depth: number, note: string, style: LineStyle): string {
  const { redactor } = style
  const { stage } = event
  const facts = shownFields(event, false, redactor.value)
  const word = printable(wordOf(event))
  const color = styleOf(word.slice(word.lastIndexOf('.') + 1), facts['tolerated'] === true)
  const isItem = itemKind(event) !== undefined
  const name = printable(isItem ? `${stage}#${textAt(facts, 'key')}` : (stage ?? textAt(facts, 'pipeline')))
  const ownDepth = stage === undefined ? 0 : 1
  const indent = '  '.repeat(Math.min(depth, DEEPEST_SHOWN) + ownDepth + (isItem ? 1 : 0))
  return drawn(
    [
      [`${clockTime(event.timestamp)} ${padText(shortened(event.pipelineRunId), RUN_COLUMNS, eastAsianWidth)} `, 'dim'],
      [padText(indent + name, NAME_COLUMNS, eastAsianWidth), stage === undefined ? 'bold' : undefined],
      [` ${word}${' '.repeat(Math.max(0, WORD_COLUMNS - widthOf(word)))}`, color],
      [` ${durationOf(facts).padStart(DURATION_COLUMNS)}  `],
      [printable(detailOf(facts, note)), color === 'red' ? 'red' : undefined],
      [style.data ? printable(` ${jsonOf(shownFields(event, true, redactor.value))}`) : '', 'dim'],
    ],
    style,
  )
}

function drawn(parts: readonly Part[], { color, width }: LineStyle): string {
  let left = width
  let line = ''
  const last = parts.findLastIndex(([text]) => text.trim() !== '')
  for (const [index, [text, style]] of parts.entries()) {
    if (index > last) break
    const shown = cutText(index === last ? text.trimEnd() : text, left, eastAsianWidth)
    left -= widthOf(shown)
    line += color ? painted(shown, style) : shown
  }
  return line
}

function wordOf(event: StageflowEvent): string {
  const { stage, type } = event
  const ofItem = itemKind(event)
  if (ofItem !== undefined) return ofItem
  if (stage !== undefined && type.startsWith(`stage.${stage}.`)) return type.slice(stage.length + 7)
  return type.startsWith('pipeline.') ? type.slice(9) : type
}

/** The end of a long id: UUIDs made one after the other may begin alike. */
function shortened(id: string | undefined): string {
  const text = printable(id ?? '')
  return widthOf(text) <= RUN_COLUMNS ? text : `…${printable(String(id).slice(-RUN_COLUMNS + 1))}`
}

const widthOf = (text: string): number => columnsOf(text, eastAsianWidth)

function durationOf({ durationMs }: ShownFields): string {
  return typeof durationMs === 'number' && durationMs >= 0 ? formatDuration(durationMs) : ''
}

/** The facts that people look for. */
function detailOf(facts: ShownFields, note: string): string {
  const { stages, attempt, attempts, dropped, reason, tolerated } = facts
  const child = textAt(facts, 'childRunId')
  const parts = [
    textAt(facts, 'toolName'),
    child === '' ? '' : `${textAt(facts, 'pipeline')} ${shortened(child)}`,
    typeof stages === 'number' ? `${stages} stage${stages === 1 ? '' : 's'}` : '',
    typeof attempt === 'number' ? `attempt ${attempt}` : '',
    typeof attempts === 'number' && attempts > 1 ? `${attempts} attempts` : '',
    typeof dropped === 'number' ? `${dropped} dropped` : '',
    typeof reason === 'string' ? reason : '',
    errorText(eventError(facts)),
    tolerated === true ? 'tolerated' : '',
    note,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

function errorText({ code, message }: ShownFields): string {
  if (typeof message !== 'string') return ''
  const isNamed = typeof code !== 'string' || code === 'core/stage-failed' || message.includes(code)
  return isNamed ? message : `${code}: ${message}`
}

function textAt(facts: ShownFields, key: string): string {
  const value = facts[key]
  return typeof value === 'string' ? value : ''
}

function jsonOf(facts: ShownFields): string {
  return Object.keys(facts).length === 0 ? '' : JSON.stringify(facts)
}
