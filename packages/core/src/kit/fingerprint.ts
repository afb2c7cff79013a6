import { textOf } from '../base/errors.ts'

/** The deepest nesting that is compared. */
const DEEPEST = 500

/** A part whose text is longer is written once, at the end, and named by its number wherever it stands. In characters. */
const LONGEST_INLINE = 1_000

/**
 * A string that is the same for equal values, whatever the order of the keys of plain objects. Throws a `TypeError` that says where, if a
 * value cannot be compared: a function, a symbol, or an instance of a class without `toJSON`, whose private fields it cannot see.
 * Hash it if it must be short. Takes time in proportion to the number of objects, even if many fields share them.
 */
export function fingerprint(value: unknown): string {
  const written: Written = { objects: new Map(), numbers: new Map() }
  try {
    const text = textFor(value, '', [], written)
    return [text, ...written.numbers.keys()].join('\n#')
  } catch (thrown) {
    if (thrown instanceof TypeError) throw thrown
    throw new TypeError(`the value cannot be read: ${textOf(thrown)}`, { cause: thrown })
  }
}

/** What has been written of one value. */
interface Written {
  /** The text of each object, and how many levels are inside it. */
  readonly objects: Map<object, { readonly text: string; readonly levels: number }>
  /** The long texts, by content: equal parts have one number, whether they are one object or copies. */
  readonly numbers: Map<string, number>
}

function textFor(value: unknown, path: string, above: readonly object[], written: Written): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return value === 0 ? '0' : String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'object') return objectText(value, path, above, written)
  throw new TypeError(`${placeOf(path)} is a ${typeof value}`)
}

function objectText(value: object, path: string, above: readonly object[], written: Written): string {
  if (above.includes(value)) throw new TypeError(`${placeOf(path)} is inside itself`)
  const known = written.objects.get(value)
  if (above.length + (known?.levels ?? 0) >= DEEPEST)
    throw new TypeError(`${path.slice(0, 60)}… is more than ${DEEPEST} levels deep`)
  if (known !== undefined) return known.text
  const inside = [...above, value]
  let levels = 0
  const write = (part: unknown, place: string): string => {
    const text = textFor(part, `${path}${place}`, inside, written)
    levels = Math.max(levels, 1 + (written.objects.get(part as object)?.levels ?? 0))
    return text
  }
  const text = inlineText(contentOf(value, path, write), written)
  written.objects.set(value, { text, levels })
  return text
}

/** The text itself if it is short, otherwise its number. */
function inlineText(text: string, { numbers }: Written): string {
  if (text.length <= LONGEST_INLINE) return text
  const number = numbers.get(text) ?? numbers.size + 1
  numbers.set(text, number)
  return `#${number}`
}

/** The text of one object. `write` gives that of a part, and `place` is where the part stands. */
function contentOf(value: object, path: string, write: (part: unknown, place: string) => string): string {
  const each = (items: readonly unknown[]): string => items.map((item, index) => write(item, `[${index}]`)).join(',')
  if (Array.isArray(value)) return `[${each(value)}]`
  if (ArrayBuffer.isView(value)) {
    const bytes = bytesOf(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    return value instanceof Uint8Array ? bytes : `${kindOf(value)}:${bytes}`
  }
  if (value instanceof ArrayBuffer) return bytesOf(new Uint8Array(value))
  if (value instanceof Map) return `Map(${each([...value].flat(1))})`
  if (value instanceof Set) return `Set(${each([...value])})`
  if (value instanceof RegExp) return String(value)
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return write((value as { toJSON(): unknown }).toJSON(), '')
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new TypeError(`${placeOf(path)} is an instance of ${value.constructor?.name ?? 'a class'}`)
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${write(held, `.${key}`)}`).join(',')}}`
}

/** Such as `Float32Array`. */
const kindOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)
const placeOf = (path: string): string => (path === '' ? 'the value' : path)
const bytesOf = (bytes: Uint8Array): string =>
  `bytes(${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')})`
