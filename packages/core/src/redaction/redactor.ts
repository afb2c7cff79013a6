import { checkArgumentCount } from '../base/argument-count.ts'
import { isError } from '../base/foreign.ts'
import { define } from '../base/objects.ts'
import { checkOptions, whole } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { REDACTED } from './mark.ts'
import { factsOf, isSecretHeader, isSecretParameter, isSecretValue, NAME_FIELDS, VALUE_FIELDS } from './secret-names.ts'
import type { NameFacts } from './secret-names.ts'
import type { ReadName } from './assignments.ts'
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

/**
 * Makes values safe to log or export. Returns JSON values and never throws because of a value. It takes one argument and throws
 * `core/illegal-option` if there are more: options are those of `createRedactor`, and `list.map(redactor.value)` passes an index.
 */
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

/** How much of a value is kept. */
type Bounds = Required<{ [Name in 'maxTextLength' | 'maxEntries' | 'maxDepth' | 'maxLength']: number }>

/** Whether a value with this name is secret. */
type IsSecret = (name: string, value: unknown) => boolean

/**
 * Makes a redactor. `options`: those of the user; `false` keeps secrets in, and still bounds values. `defaults`: other bounds, which
 * apply if the user gives none. Unknown or illegal options throw `core/illegal-option`, because a misspelt name would leave secrets in.
 */
export function createRedactor(options: RedactionOptions | false = {}, defaults: RedactionOptions = {}): Redactor {
  checkArgumentCount(arguments.length, 2, 'createRedactor(options, defaults)')
  if (options !== false) checkOptions('redaction', 'core/illegal-option', options, RULES)
  const given = options === false ? {} : options
  const bounds: Bounds = {
    maxTextLength: given.maxTextLength ?? defaults.maxTextLength ?? 1_024,
    maxEntries: given.maxEntries ?? defaults.maxEntries ?? 50,
    maxDepth: given.maxDepth ?? defaults.maxDepth ?? 6,
    maxLength: given.maxLength ?? defaults.maxLength ?? 8_192,
  }
  const copier = new SafeCopier(bounds, options === false ? undefined : nameReader(given.keys ?? []))
  return Object.freeze({
    value(value: unknown) {
      checkArgumentCount(arguments.length, 1, 'value(value)')
      return copier.copyOf(value)
    },
    text(text: string) {
      checkArgumentCount(arguments.length, 1, 'text(text)')
      return copier.text(text, bounds.maxTextLength)
    },
  })
}

/** How many names a redactor remembers, and how long they may be, in characters. */
const MOST_KNOWN = 1_000
const LONGEST_KNOWN = 64

/** Reads names, of which those of the user, `keys`, are always secret. Remembers what it found. */
function nameReader(keys: readonly (string | RegExp)[]): ReadName {
  const names = new Set(keys.filter((key) => typeof key === 'string').map(normal))
  const patterns = keys.filter((key) => key instanceof RegExp)
  const known = new Map<string, NameFacts>()

  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    const isUsers = names.has(normal(name)) || patterns.some((pattern) => name.search(pattern) >= 0)
    const facts = factsOf(name, isUsers ? 'always' : undefined)
    // A copy, because a part of a string can keep the whole string in memory.
    if (known.size < MOST_KNOWN && name.length <= LONGEST_KNOWN) known.set(Array.from(name).join(''), facts)
    return facts
  }
}

/** The longest secret that isn't recognized when a cut halves it, in characters. */
const LONGEST_PART = 512

/** Copies values within bounds, with a mark in the place of each secret. */
class SafeCopier {
  readonly #bounds: Bounds
  /** Undefined if secrets stay in. */
  readonly #isSecret: IsSecret | undefined
  readonly #readName: ReadName | undefined
  /** How many characters the copy may still have. */
  #left = 0

  constructor(bounds: Bounds, readName: ReadName | undefined) {
    this.#bounds = bounds
    this.#readName = readName
    this.#isSecret = readName && ((name, value) => isSecretValue(readName(name).secrecy, value))
  }

  /** Never throws, even if getters or `toJSON` of the value do. Each copy has the whole `maxLength`. */
  copyOf(value: unknown): unknown {
    this.#left = this.#bounds.maxLength
    try {
      return this.#copy(value, 0)
    } catch {
      return '[cannot be read]'
    }
  }

  /**
   * The text without secrets, cut to `most` characters; "… (N characters)" then comes on top. It is cut after the secrets are replaced,
   * since half a secret isn't recognized. A much longer text is also cut before, and then its last characters are dropped.
   */
  text(whole: string, most: number): string {
    const { maxTextLength } = this.#bounds
    const longest = 4 * maxTextLength + LONGEST_PART // bounds the work; marks are mostly shorter than secrets
    const isWhole = whole.length <= longest
    const begin = isWhole ? whole : whole.slice(0, longest)
    const clean = this.#readName === undefined ? begin : redactText(begin, this.#readName)
    if (isWhole && clean.length <= most && clean.length <= maxTextLength) return clean
    const isEndSafe = isWhole || clean.endsWith(REDACTED)
    const safeLength = isEndSafe ? clean.length : Math.max(0, clean.length - LONGEST_PART)
    const kept = clean.slice(0, Math.min(most, maxTextLength, safeLength))
    return `${kept}… (${whole.length} characters)`
  }

  /** `key`: the name of a list, which may tell that it holds headers. */
  #copy(value: unknown, depth: number, key?: string): unknown {
    if (typeof value === 'string') return this.#spend(value)
    if (typeof value === 'bigint') return `${value}`
    if (typeof value === 'number') return Number.isFinite(value) ? value : `${value}`
    if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
    if (typeof value !== 'object' || value === null) return value
    if (depth >= this.#bounds.maxDepth) return Array.isArray(value) ? '[array]' : '[object]'
    return this.#object(value, depth + 1, key)
  }

  #object(value: object, depth: number, key: string | undefined): unknown {
    if (Array.isArray(value)) return this.#items(value, value.length, depth, key)
    if (isError(value)) return this.#error(value, depth)
    if (value instanceof Map) return this.#entries(pairs(value), value.size, depth)
    if (value instanceof Set) return this.#items(value, value.size, depth)
    const bytes = bytesIn(value)
    if (bytes !== undefined) return bytes
    const web = webEntries(value)
    if (web !== undefined) return this.#entries(web, web.length, depth, this.#parameterTest())
    const { toJSON } = value as { readonly toJSON?: unknown }
    if (typeof toJSON === 'function') return this.#copy(toJSON.call(value), depth)
    return this.#fields(value as Readonly<Record<string, unknown>>, depth)
  }

  /** A text of the copy. It counts against `maxLength`. */
  #spend(whole: string): string {
    const kept = this.text(whole, this.#left)
    this.#left = Math.max(0, this.#left - kept.length)
    return kept
  }

  #entries(
    list: Iterable<readonly [string, unknown]>,
    size: number,
    depth: number,
    isSecret: IsSecret | undefined = this.#isSecret,
  ): object {
    const { maxEntries } = this.#bounds
    const copy: Record<string, unknown> = {}
    let count = 0
    for (const [key, value] of list) {
      if (count === maxEntries || this.#left === 0) {
        define(copy, '…', `${size - count} more`)
        break
      }
      count++
      // The key first: it counts against the length before its value does.
      const shownKey = this.#spend(key)
      const isHidden = value !== undefined && value !== null && isSecret?.(key, value) === true
      define(copy, shownKey, isHidden ? REDACTED : this.#copy(value, depth, key))
    }
    return copy
  }

  #items(list: Iterable<unknown>, size: number, depth: number, key?: string): readonly unknown[] {
    const { maxEntries } = this.#bounds
    const hidden = Array.isArray(list) ? this.#hiddenItems(list.slice(0, maxEntries), key) : undefined
    const copy: unknown[] = []
    for (const value of list) {
      if (copy.length === maxEntries || this.#left === 0) {
        copy.push(`… ${size - copy.length} more`)
        break
      }
      this.#left = Math.max(0, this.#left - 1)
      copy.push(hidden?.has(copy.length) === true ? REDACTED : this.#item(value, depth))
    }
    return copy
  }

  /** An item that is a name and a value, such as an entry of headers, hides the value of a secret name. */
  #item(value: unknown, depth: number): unknown {
    if (Array.isArray(value) && value.length === 2) {
      const [name, held] = value as readonly unknown[]
      if (typeof name === 'string' && this.#isSecret?.(name, held) === true) return [this.#spend(name), REDACTED]
    }
    return this.#copy(value, depth)
  }

  /** An object that names another value, such as `{ name: 'Authorization', value: '…' }`, hides that one. */
  #fields(value: Readonly<Record<string, unknown>>, depth: number): object {
    const isSecret = this.#isSecret
    const keys = Object.keys(value)
    const named = keys.find(isValueField)
    const isHidden = named !== undefined && isSecret !== undefined && hasSecretName(value, keys, value[named], isSecret)
    const test: IsSecret | undefined = isHidden ? (key, held) => key === named || isSecret(key, held) : isSecret
    return this.#entries(ownPairs(value, keys), keys.length, depth, test)
  }

  #error(value: Error, depth: number): object {
    const { code, cause, errors } = value as { readonly code?: unknown; readonly cause?: unknown; errors?: unknown }
    return {
      type: this.#spend(String(value.name)),
      ...(code === undefined ? undefined : { code: this.#copy(code, depth) }),
      message: this.#spend(String(value.message)),
      ...(cause === undefined ? undefined : { cause: this.#copy(cause, depth) }),
      ...(Array.isArray(errors) ? { errors: this.#copy(errors, depth) } : undefined),
    }
  }

  /** The test of headers and parameters of URLs, where more names are secret. */
  #parameterTest(): IsSecret | undefined {
    const isSecret = this.#isSecret
    return isSecret && ((name, value) => isSecret(name, value) || isSecretParameter(name))
  }

  /** The places of secrets in a list of strings: after a flag such as `--password`, and after a name in raw headers. */
  #hiddenItems(list: readonly unknown[], key: string | undefined): ReadonlySet<number> | undefined {
    const isSecret = this.#isSecret
    if (isSecret === undefined || list.length === 0 || !list.every(isText)) return undefined
    const mayBeHeaders = list.length % 2 === 0 && (key === undefined || /(?:headers|trailers)$/i.test(key))
    const hidden = new Set<number>()
    for (let at = 0; at < list.length - 1; at++) {
      const name = list[at] as string
      const isHeader = mayBeHeaders && at % 2 === 0 && (key !== undefined || isSecretHeader(name))
      if (isHiddenAfter(name, list[at + 1] as string, isHeader, isSecret)) hidden.add(at + 1)
    }
    return hidden
  }
}

/** Looks up only keys as long as `v`, `value` and `parameterValue`. */
function isValueField(key: string): boolean {
  const { length } = key
  return (length === 5 || length === 1 || length === 14) && VALUE_FIELDS.has(key)
}

/** Whether one of the fields that name a value has a secret name. */
function hasSecretName(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  held: unknown,
  isSecret: IsSecret,
): boolean {
  return keys.some((key) => {
    const name = NAME_FIELDS.has(key) ? value[key] : undefined
    return isText(name) && isSecret(name, held)
  })
}

/** Whether a string of a list is secret because of the one before it. */
function isHiddenAfter(before: string, value: string, isHeader: boolean, isSecret: IsSecret): boolean {
  if ((before === '-u' || before === '--user') && value.includes(':')) return true
  const isFlag = /^--[\w-]+$/.test(before) && !value.startsWith('-')
  if (isFlag) return isSecret(before.slice(2), value)
  return isHeader && isSecret(before, value)
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
