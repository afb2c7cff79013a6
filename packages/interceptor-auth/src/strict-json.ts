const TOKENS = /"(?:[^"\\]|\\.)*"|[{}:]/g

/** Parses a JSON object. Returns undefined for any other value, and if a key occurs twice: parsers differ in which value they take. */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value) || hasIllegalKey(text)) return undefined
    return value as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

/** Finds keys by the colon after them: in valid JSON a colon outside a string only follows a key. */
function hasIllegalKey(json: string): boolean {
  const scopes: Set<string>[] = []
  let text = ''
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === '{') scopes.push(new Set())
    else if (token === '}') scopes.pop()
    else if (token !== ':') text = token
    else {
      const key = JSON.parse(text) as string
      const scope = scopes.at(-1)
      if (scope === undefined || scope.has(key) || key === '__proto__') return true
      scope.add(key)
    }
  }
  return false
}
