/** What each value, key and entry costs beside its text, in bytes. */
const PER_VALUE = 16

/** About how many bytes a value of plain data takes. Stops above `most`, and then returns a larger number. What isn't plain data is above every limit, and so are
 * objects that don't count. */
export function roughSize(value: unknown, most: number, counts: (value: object) => boolean = () => true): number {
  let size = 0
  const waiting: unknown[] = [value]
  while (waiting.length > 0 && size <= most) {
    const one = waiting.pop()
    size += PER_VALUE
    if (typeof one === 'string') size += 2 * one.length
    else if (typeof one === 'function' || typeof one === 'symbol') return Infinity
    else if (typeof one === 'object' && one !== null) {
      if (!counts(one)) return Infinity
      if (Array.isArray(one)) {
        size += PER_VALUE * one.length
        if (size <= most) waiting.push(...(one as unknown[]))
      } else if (isPlainObject(one)) {
        for (const key of Object.keys(one)) {
          size += PER_VALUE + 2 * key.length
          waiting.push((one as Record<string, unknown>)[key])
        }
      } else return Infinity
    }
  }
  return size
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as unknown
  return prototype === Object.prototype || prototype === null
}
