import type { StageflowEvent } from '@stageflow/core'

/** Selects events: a type, in which `*` stands for any characters (`stage.*.failed`), a regular expression for types, or a function. */
export type EventPattern = string | RegExp | ((event: StageflowEvent) => boolean)

export const isEventPattern = (value: unknown): value is EventPattern =>
  (typeof value === 'string' && value !== '') || typeof value === 'function' || value instanceof RegExp

/** A function that tells whether an event matches any of the patterns. If a pattern is a function and throws, it throws the same. */
export function matchEvents(patterns: EventPattern | readonly EventPattern[]): (event: StageflowEvent) => boolean {
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
