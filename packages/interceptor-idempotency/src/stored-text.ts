import { isError } from '@stageflow/core/kit'
import { defaultStringifyOperations, parse, stringify } from 'devalue'

// Values as text, for a store. Plain data and built-in objects come back equal, and a value that would not is refused.

/** The text of a value. Reads back as an equal value; throws, with the reason and the place, if it would not. */
export function storedText(value: object): string {
  try {
    return stringify(value, REDUCERS, { operations: WRITING })
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause })
  }
}

/** The value that the text was made from. Throws if `storedText` didn't make the text. */
export const readStored = (text: string): unknown => parse(text, REVIVERS, { operations: READING })

const REDUCERS = {
  Buffer: (value: unknown) => (Buffer.isBuffer(value) ? [value.toString('base64')] : void refuseLookalike(value)),
}
const REVIVERS = { Buffer: ([base64]: [string]) => Buffer.from(base64, 'base64') }

// The text format refuses the key "__proto__", which JSON.parse of a server's answer can make. It is written as "~__proto__", and
// keys that look like that get one more "~". It is read back as an own property, and never sets a prototype.
const WRITING = {
  shapeOf(value: object): ReturnType<typeof defaultStringifyOperations.shapeOf> {
    const shape = defaultStringifyOperations.shapeOf(value)
    return 'keys' in shape ? { ...shape, keys: shape.keys.map(escaped) } : shape
  },
  get: (value: Record<PropertyKey, unknown>, key: string | number) => value[unescaped(key)],
}
const READING = {
  set(target: object, key: string | number, value: unknown): void {
    const own = unescaped(key)
    if (own === '__proto__')
      Object.defineProperty(target, own, { value, enumerable: true, configurable: true, writable: true })
    else (target as Record<PropertyKey, unknown>)[own] = value
  },
}
const escaped = (key: string): string => (/^~*__proto__$/.test(key) ? `~${key}` : key)
const unescaped = (key: string | number): string | number =>
  typeof key === 'string' && /^~+__proto__$/.test(key) ? key.slice(1) : key

/** Built-in objects that the text can hold. A subclass of one, or one with extra fields, would come back without them. */
const BUILT_IN = /^(?:Array|Date|Map|Set|RegExp|URL|URLSearchParams|ArrayBuffer|DataView|(?:Ui|I|Big|Float).*Array)$/

function refuseLookalike(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (!BUILT_IN.test(tag)) return
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name
  if (name !== tag) throw new Error(`a value is an instance of ${name}, which is not a plain ${tag}`)
  // Fields of an array that are not items come last.
  const last = ArrayBuffer.isView(value) ? undefined : Object.keys(value).at(-1)
  if (last !== undefined && !(tag === 'Array' && /^\d+$/.test(last)))
    throw new Error(`a value of type ${tag} has the extra field "${last}"`)
}

function reasonOf(cause: unknown): string {
  if (!isError(cause)) return String(cause)
  const { path } = cause as { path?: unknown }
  return typeof path === 'string' && path !== '' ? `${cause.message} (at ${path.replace(/^\./, '')})` : cause.message
}
