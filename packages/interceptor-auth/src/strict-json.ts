const TOKENS = /"(?:[^"\\]|\\.)*"|[{}:]/g

/** Parses a JSON object. Returns undefined for any other value, and if a key occurs twice: parsers differ in which value they take. */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || hasIllegalKey(text)) return undefined
    return value as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

/** Finds keys by the colon after them: in valid JSON a colon outside a string only follows a key. */
function hasIllegalKey(json: string): boolean {
  /** The keys so far of each object that is open, the innermost last. */
  const openObjects: Set<string>[] = []
  let lastString = ''
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === '{') openObjects.push(new Set())
    else if (token === '}') openObjects.pop()
    else if (token !== ':') lastString = token
    else {
      const key = JSON.parse(lastString) as string
      const keys = openObjects.at(-1)
      if (keys === undefined || keys.has(key) || key === '__proto__') return true
      keys.add(key)
    }
  }
  return false
}
