import { Allow, parse } from 'partial-json'

/** No unfinished numbers, because more digits may follow; and no NaN from an `N`. */
const ALLOWED = Allow.ALL & ~Allow.NUM & ~Allow.SPECIAL
const DEEPEST = 64

/** The value of unfinished JSON so far; undefined if it has no value yet or is nested too deep. Never throws. */
export function partialJson(text: string): unknown {
  // The parser is recursive: it would overflow its stack, and take seconds to return.
  if (isDeep(text)) return undefined
  try {
    return plain(parse(text, ALLOWED))
  } catch {
    return undefined
  }
}

function isDeep(text: string): boolean {
  let depth = 0
  let isText = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') isText = !isText
    else if (isText) at += character === '\\' ? 1 : 0
    else if (character === '{' || character === '[') {
      if (++depth > DEEPEST) return true
    } else if (character === '}' || character === ']') depth--
  }
  return false
}

/** The parser assigns keys, so a key `__proto__` changes the prototype of its object. This restores it. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held)]))
}
