import type { StageflowEvent } from '@stageflow/core'

/** Which events: a type, in which `*` stands for any text (`stage.*.failed`), a pattern for types, or a function of the event. */
export type EventPattern = string | RegExp | ((event: StageflowEvent) => boolean)

export function isEventPattern(value: unknown): value is EventPattern {
  return typeof value === 'string' || typeof value === 'function' || value instanceof RegExp
}

/** A function that says whether any of the patterns fits. */
export function matcherOf(patterns: readonly EventPattern[]): (event: StageflowEvent) => boolean {
  const tests = patterns.map(testOf)
  return (event) => tests.some((test) => test(event))
}

function testOf(pattern: EventPattern): (event: StageflowEvent) => boolean {
  if (typeof pattern === 'function') return pattern
  if (pattern instanceof RegExp) return ({ type }) => type.search(pattern) >= 0
  const parts = pattern.split('*')
  return ({ type }) => fits(type, parts)
}

/** Whether a text consists of the parts in this order, with anything between them; takes no longer than it is long. */
function fits(text: string, parts: readonly string[]): boolean {
  const first = parts[0] as string
  if (parts.length === 1) return text === first
  const last = parts.at(-1) as string
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from)
    if (found < 0 || found + part.length > end) return false
    from = found + part.length
  }
  return true
}
