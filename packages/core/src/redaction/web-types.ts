type Entry = readonly [name: string, value: unknown]

const LISTS: ReadonlySet<string> = new Set(['Headers', 'URLSearchParams', 'FormData'])

/** What a value calls itself. Types of another realm or library count too. */
const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

/** The entries of `Headers`, `URLSearchParams` and `FormData`, with all values of a name in one entry; otherwise undefined. */
export function webEntries(value: object): readonly Entry[] | undefined {
  if (!LISTS.has(tagOf(value)) || !(Symbol.iterator in value)) return undefined
  const valuesOf = new Map<string, unknown[]>()
  for (const [name, one] of value as Iterable<Entry>) {
    const known = valuesOf.get(name)
    if (known === undefined) valuesOf.set(name, [one])
    else known.push(one)
  }
  return Array.from(valuesOf, ([name, values]) => [name, values.length === 1 ? values[0] : values])
}

/** What stands for bytes, which aren't shown; undefined if the value holds none. */
export function bytesIn(value: object): string | undefined {
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
  if (value instanceof ArrayBuffer) return `[ArrayBuffer of ${value.byteLength} bytes]`
  const { size } = value as { readonly size?: unknown }
  const tag = typeof size === 'number' ? tagOf(value) : ''
  return tag === 'Blob' || tag === 'File' ? `[${tag} of ${String(size)} bytes]` : undefined
}
