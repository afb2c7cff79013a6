/** Whether a type is what a pattern says, in which `*` stands for any text, dots included. Takes no longer than both are long. */
export function typePattern(pattern: string): (type: string) => boolean {
  const parts = pattern.split('*')
  if (parts.length === 1) return (type) => type === pattern
  const first = parts[0] as string
  const last = parts.at(-1) as string
  const between = parts.slice(1, -1)
  return (type) => {
    const end = type.length - last.length
    if (end < first.length || !type.startsWith(first) || !type.endsWith(last)) return false
    let at = first.length
    for (const part of between) {
      const found = type.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
