const TOKENS = /"(?:[^"\\]|\\.)*"|[{}:]/g

/** The object that a JSON text holds; undefined for any other value, and for two keys of one name: readers differ in which they take. */
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

/** In valid JSON a colon follows keys only, and a key is the text before it. */
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
