/** Reads a property of any object or function; undefined for other values, if it is missing, or if its getter throws. */
export function read(value: unknown, key: string): unknown {
  try {
    const hasProperties = typeof value === 'function' || (typeof value === 'object' && value !== null)
    return hasProperties ? (value as Record<string, unknown>)[key] : undefined
  } catch {
    return undefined
  }
}

/** The `code` of an error, if it is a string. */
export function codeOf(error: unknown): string | undefined {
  const code = read(error, 'code')
  return typeof code === 'string' ? code : undefined
}
