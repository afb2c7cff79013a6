/** Where a text stops being JSON: the offset of the first character that doesn't fit, and what would fit. */
export interface JsonFault {
  readonly position: number
  readonly expected: string
}

const BLANK = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** Bounded: matching a long text at once would overflow the stack of the pattern. */
const STRING_PART = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})){1,4096}/y
const WORDS = ['true', 'false', 'null']

/**
 * The first fault of `text`, which `JSON.parse` has refused. The message of `JSON.parse` has the place only sometimes, and quotes the
 * text. Reads each character once; the stack is a list, so any depth is safe.
 */
export function jsonFault(text: string): JsonFault | undefined {
  const open: ('{' | '[')[] = []
  let at = 0
  const skip = (pattern: RegExp): number => {
    pattern.lastIndex = at
    at += pattern.exec(text)?.[0].length ?? 0
    return at
  }
  const fault = (expected: string): JsonFault => ({ position: at, expected })

  /** Reads a string, from its opening quote on. */
  const string = (what: string): JsonFault | undefined => {
    if (text[at] !== '"') return fault(what)
    at++
    let start
    do {
      start = at
      skip(STRING_PART)
    } while (at > start)
    if (text[at] === '"') {
      at++
      return undefined
    }
    if (text[at] === '\\') return fault('a legal escape')
    return fault(
      at < text.length ? 'an escape such as \\n instead of a control character' : 'the closing " of a string',
    )
  }
  const word = (): boolean => {
    const found = WORDS.find((each) => text.startsWith(each, at))
    at += found?.length ?? 0
    return found !== undefined
  }
  const key = (what: string): JsonFault | undefined => {
    const problem = string(what)
    if (problem !== undefined) return problem
    skip(BLANK)
    if (text[at] !== ':') return fault('":" after the key')
    at++
    return undefined
  }
  /** Reads what follows a value, and closes what ends here. True if another value follows. */
  const next = (): JsonFault | boolean => {
    for (;;) {
      skip(BLANK)
      const inside = open.at(-1)
      if (inside === undefined) return at < text.length ? fault('the end of the text') : false
      const end = inside === '{' ? '}' : ']'
      if (text[at] === ',') {
        at++
        skip(BLANK)
        return inside === '{' ? (key('a key in double quotes') ?? true) : true
      }
      if (text[at] !== end) return fault(`"," or "${end}"`)
      at++
      open.pop()
    }
  }
  /** Reads the start of a value. True if a value inside it follows. */
  const value = (): JsonFault | boolean => {
    skip(BLANK)
    const first = text[at]
    if (first === '{' || first === '[') {
      at++
      open.push(first)
      skip(BLANK)
      if (text[at] === (first === '{' ? '}' : ']')) return false
      return first === '{' ? (key('a key in double quotes, or "}"') ?? true) : true
    }
    if (first === '"') return string('a string') ?? false
    const start = at
    if (skip(NUMBER) > start || word()) return false
    return fault('a value')
  }

  for (;;) {
    const inside = value()
    if (inside === true) continue
    if (inside !== false) return inside
    const more = next()
    if (more === true) continue
    return more === false ? undefined : more
  }
}
