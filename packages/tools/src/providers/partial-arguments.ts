import { Allow, parse } from 'partial-json'

/** More digits may follow: an unfinished number would be a wrong one. Nor is NaN guessed from an `N`. */
const ALLOWED = Allow.ALL & ~Allow.NUM & ~Allow.SPECIAL
const DEEPEST = 64

/** The value that an unfinished JSON text has so far; undefined where it has none, or is nested too deep. Never throws. */
export function partialJson(text: string): unknown {
  // The parser calls itself: it would be at the end of its stack, and seconds long on the way back.
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

/** The parser assigns keys: a key `__proto__` gives its object another prototype. Here each object gets its own. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held)]))
}
