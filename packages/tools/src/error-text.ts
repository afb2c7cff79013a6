/** Text for any thrown value; never throws itself, whatever its getters do. */
export function textOf(value: unknown): string {
  try {
    if (value instanceof Error) return String(value.message || value.name)
    if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? 'an object'
    return String(value)
  } catch {
    return `${typeof value} that cannot be read`
  }
}

/** The code that an error carries, such as `ENOENT`; undefined where it has none. */
export function codeOf(value: unknown): string | undefined {
  try {
    const code = typeof value === 'object' && value !== null ? (value as { readonly code?: unknown }).code : undefined
    return typeof code === 'string' && code !== '' ? code.slice(0, 100) : undefined
  } catch {
    return undefined
  }
}
