import { define } from '../base/objects.ts'
import { checkOptions, whole } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { REDACTED } from './mark.ts'
import { isSecretHeader, isSecretParameter, isSecretValue, secrecyOf } from './secret-names.ts'
import type { Secrecy } from './secret-names.ts'
import { redactText } from './secret-texts.ts'
import { bytesIn, webEntries } from './web-types.ts'

/** What is secret beside what always is, and how much of a value is kept. What is longer is cut, and the rest is counted. */
export interface RedactionOptions {
  /** More names whose values are secret. Strings are compared without case, `-` and `_`. Default: none. */
  readonly keys?: readonly (string | RegExp)[] | undefined
  /** Maximum length of each string, in characters. Default: 1,024. */
  readonly maxTextLength?: number | undefined
  /** Maximum number of entries of each array, object, map or set. Default: 50. */
  readonly maxEntries?: number | undefined
  /** Maximum number of levels of nesting. Default: 6. */
  readonly maxDepth?: number | undefined
  /** Maximum length of all strings and keys together, in characters. Default: 8,192. */
  readonly maxLength?: number | undefined
}

/** Makes values safe to log or export. Returns JSON values and never throws. */
export interface Redactor {
  /** A bounded copy with `[redacted]` instead of secrets, which it finds by their names and by the form of strings. */
  readonly value: (value: unknown) => unknown
  /** The string without what looks like a secret: tokens, keys, and passwords in URLs, headers and assignments. Cut at `maxTextLength`. */
  readonly text: (text: string) => string
}

const RULES: OptionRules<RedactionOptions> = {
  keys: [
    (value) => Array.isArray(value) && value.every((key) => typeof key === 'string' || key instanceof RegExp),
    'an array of strings and regular expressions',
  ],
  maxTextLength: whole(1),
  maxEntries: whole(1),
  maxDepth: whole(1),
  maxLength: whole(1),
}

/** The longest secret that isn't recognized when a cut halves it, in characters. */
const LONGEST_PART = 512
/** How many names a redactor remembers, and how long they may be, in characters. */
const MOST_KNOWN = 1_000
const LONGEST_KNOWN = 64

/**
 * Makes a redactor. `options`: those of the user; `false` keeps secrets in, and still bounds values. `defaults`: other bounds, which
 * apply if the user gives none. Unknown or illegal options throw `core/illegal-redaction`, because a misspelt name would leave secrets in.
 */
export function createRedactor(options: RedactionOptions | false = {}, defaults: RedactionOptions = {}): Redactor {
  if (options !== false) checkOptions('redaction', 'core/illegal-redaction', options, RULES)
  const given = options === false ? {} : options
  const { keys = [] } = given
  const { maxTextLength, maxEntries, maxDepth, maxLength } = {
    maxTextLength: given.maxTextLength ?? defaults.maxTextLength ?? 1_024,
    maxEntries: given.maxEntries ?? defaults.maxEntries ?? 50,
    maxDepth: given.maxDepth ?? defaults.maxDepth ?? 6,
    maxLength: given.maxLength ?? defaults.maxLength ?? 8_192,
  }
  const names = new Set(keys.filter((key) => typeof key === 'string').map(normal))
  const patterns = keys.filter((key) => key instanceof RegExp)
  let left = maxLength

  const known = new Map<string, Secrecy>()
  const secrecyOfName = (name: string): Secrecy => {
    const found = known.get(name)
    if (found !== undefined) return found
    const isNamed = names.has(normal(name)) || patterns.some((pattern) => name.search(pattern) >= 0)
    const secrecy = options === false ? 'never' : isNamed ? 'always' : secrecyOf(name)
    // A copy, because a part of a string can keep the whole string in memory.
    if (known.size < MOST_KNOWN && name.length <= LONGEST_KNOWN) known.set(Array.from(name).join(''), secrecy)
    return secrecy
  }
  const isSecret = (name: string, value: unknown): boolean => isSecretValue(secrecyOfName(name), value)
  const text = (whole: string, most: number): string => {
    // The text is cut after the secrets are replaced, since half a secret isn't recognized. A much longer text is also cut
    // before, and then its last characters are dropped.
    const read = 4 * maxTextLength + LONGEST_PART
    const isRead = whole.length <= read
    const begin = isRead ? whole : whole.slice(0, read)
    const clean = options === false ? begin : redactText(begin, isSecret)
    if (isRead && clean.length <= most && clean.length <= maxTextLength) return clean
    const known = isRead || clean.endsWith(REDACTED) ? clean.length : Math.max(0, clean.length - LONGEST_PART)
    const kept = clean.slice(0, Math.min(most, maxTextLength, known))
    return `${kept}… (${whole.length} characters)`
  }
  const spend = (whole: string): string => {
    const kept = text(whole, left)
    left = Math.max(0, left - kept.length)
    return kept
  }
  const entries = (
    list: Iterable<readonly [string, unknown]>,
    size: number,
    depth: number,
    hidden = isSecret,
  ): object => {
    const copy: Record<string, unknown> = {}
    let count = 0
    for (const [key, value] of list) {
      if (count++ === maxEntries || left === 0) {
        define(copy, '…', `${size - count + 1} more`)
        break
      }
      const shown = spend(key)
      define(
        copy,
        shown,
        value !== undefined && value !== null && hidden(key, value) ? REDACTED : walk(value, depth, key),
      )
    }
    return copy
  }
  const items = (list: Iterable<unknown>, size: number, depth: number, key?: string): readonly unknown[] => {
    const hidden = Array.isArray(list) ? hiddenItems(list.slice(0, maxEntries), key, isSecret) : undefined
    const copy: unknown[] = []
    for (const value of list) {
      if (copy.length === maxEntries || left === 0) {
        copy.push(`… ${size - copy.length} more`)
        break
      }
      left = Math.max(0, left - 1)
      copy.push(hidden?.has(copy.length) === true ? REDACTED : item(value, depth))
    }
    return copy
  }
  /** An item that is a name and a value, such as an entry of headers, hides the value of a secret name. */
  const item = (value: unknown, depth: number): unknown =>
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isSecret(value[0], value[1])
      ? [spend(value[0]), REDACTED]
      : walk(value, depth)
  const walk = (value: unknown, depth: number, key?: string): unknown => {
    if (typeof value === 'string') return spend(value)
    if (typeof value === 'bigint') return `${value}`
    if (typeof value === 'number') return Number.isFinite(value) ? value : `${value}`
    if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
    if (typeof value !== 'object' || value === null) return value
    if (depth >= maxDepth) return Array.isArray(value) ? '[array]' : '[object]'
    return compound(value, depth + 1, key)
  }
  const compound = (value: object, depth: number, key: string | undefined): unknown => {
    if (Array.isArray(value)) return items(value, value.length, depth, key)
    if (value instanceof Error) return error(value, depth)
    if (value instanceof Map) return entries(pairs(value), value.size, depth)
    if (value instanceof Set) return items(value, value.size, depth)
    const bytes = bytesIn(value)
    if (bytes !== undefined) return bytes
    const web = webEntries(value)
    if (web !== undefined)
      return entries(
        web,
        web.length,
        depth,
        (name, held) => isSecret(name, held) || (options !== false && isSecretParameter(name)),
      )
    const { toJSON } = value as { readonly toJSON?: unknown }
    if (typeof toJSON === 'function') return walk(toJSON.call(value), depth)
    return fields(value as Readonly<Record<string, unknown>>, depth)
  }
  /** An object that names another value, such as `{ name: 'Authorization', value: '…' }`, hides that one. */
  const fields = (value: Readonly<Record<string, unknown>>, depth: number): object => {
    const own = Object.keys(value)
    const name = own.includes('value') ? ['name', 'key', 'header'].map((key) => value[key]).find(isText) : undefined
    const isNamed = name !== undefined && isSecret(name, value['value'])
    return entries(
      ownPairs(value, own),
      own.length,
      depth,
      (key, held) => (isNamed && key === 'value') || isSecret(key, held),
    )
  }
  const error = (value: Error, depth: number): object => {
    const { code, cause, errors } = value as { readonly code?: unknown; readonly cause?: unknown; errors?: unknown }
    return {
      type: spend(String(value.name)),
      ...(code === undefined ? undefined : { code: walk(code, depth) }),
      message: spend(String(value.message)),
      ...(cause === undefined ? undefined : { cause: walk(cause, depth) }),
      ...(Array.isArray(errors) ? { errors: walk(errors, depth) } : undefined),
    }
  }
  const safely = (use: () => unknown): unknown => {
    left = maxLength
    try {
      return use()
    } catch {
      return '[cannot be read]'
    }
  }
  return Object.freeze({
    value: (value: unknown) => safely(() => walk(value, 0)),
    text: (whole: string) => text(whole, maxTextLength),
  })
}

/** The places of secrets in a list of strings: after a flag such as `--password`, and after a name in raw headers. */
function hiddenItems(
  list: readonly unknown[],
  key: string | undefined,
  isSecret: (name: string, value: unknown) => boolean,
): ReadonlySet<number> | undefined {
  const [first] = list
  if (typeof first !== 'string' || !list.every(isText)) return undefined
  const isRaw = list.length % 2 === 0 && (key === undefined || /(?:headers|trailers)$/i.test(key))
  const hidden = new Set<number>()
  for (let at = 0; at < list.length - 1; at++) {
    const name = list[at] as string
    const value = list[at + 1] as string
    const isHeader = isRaw && at % 2 === 0 && (key === undefined ? isSecretHeader(name) : true)
    if (
      /^--[\w-]+$/.test(name) && !value.startsWith('-')
        ? isSecret(name.slice(2), value)
        : isHeader && isSecret(name, value)
    )
      hidden.add(at + 1)
    if ((name === '-u' || name === '--user') && value.includes(':')) hidden.add(at + 1)
  }
  return hidden
}

const isText = (value: unknown): value is string => typeof value === 'string'

function normal(key: string): string {
  return key.replaceAll(/[-_\s.]/g, '').toLowerCase()
}

function* pairs(map: ReadonlyMap<unknown, unknown>): Iterable<readonly [string, unknown]> {
  for (const [key, value] of map) yield [typeof key === 'string' ? key : `[${typeof key}]`, value]
}

function* ownPairs(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Iterable<readonly [string, unknown]> {
  for (const key of keys) yield [key, value[key]]
}
