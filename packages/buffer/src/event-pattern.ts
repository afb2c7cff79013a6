import type { StageflowEvent } from '@stageflow/core'
import { required } from '@stageflow/core/kit'
import type { OptionRule } from '@stageflow/core/kit'
import { checkGiven } from './argument-rules.ts'

/** Selects events: a type, in which `*` stands for any characters (`stage.*.failed`), a regular expression for types, or a function. */
export type EventPattern = string | RegExp | ((event: StageflowEvent) => boolean)

const isEventPattern = (value: unknown): value is EventPattern =>
  (typeof value === 'string' && value !== '') || typeof value === 'function' || value instanceof RegExp

const WHAT = "a type such as 'stage.*.failed', a regular expression, a function of the event"
const isPatterns = (value: unknown, least: number): boolean =>
  isEventPattern(value) || (Array.isArray(value) && value.length >= least && value.every(isEventPattern))
/** Patterns that may be none. */
export const PATTERNS: OptionRule = [(value) => isPatterns(value, 0), `${WHAT}, or a list of them`]
export const SOME_PATTERNS: OptionRule = [
  (value) => isPatterns(value, 1),
  `${WHAT}, or a list of them that is not empty`,
]
const RULES = { patterns: required(PATTERNS) }

/** A function that tells whether an event matches any of the patterns. If a pattern is a function and throws, it throws the same. */
export function matchEvents(patterns: EventPattern | readonly EventPattern[]): (event: StageflowEvent) => boolean {
  checkGiven('matchEvents()', { patterns }, RULES)
  const tests = [patterns].flat().map((pattern) => testOf(pattern))
  return (event) => tests.some((test) => test(event))
}

function testOf(pattern: EventPattern): (event: StageflowEvent) => boolean {
  if (typeof pattern === 'function') return pattern
  if (pattern instanceof RegExp) return ({ type }) => type.search(pattern) >= 0
  const parts = pattern.split('*')
  return ({ type }) => hasParts(type, parts)
}

/** Whether a text consists of the parts in this order, with any text between them. Linear in the length of the text. */
function hasParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] as string
  if (parts.length === 1) return text === first
  const last = parts.at(-1) as string
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from)
    if (found < 0 || found + part.length > end) return false
    from = found + part.length
  }
  return true
}
