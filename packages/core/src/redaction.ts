/** How much of a value is kept; what is over a bound is cut, and says so. */
export interface RedactionOptions {
  /** Further names of keys whose values are secret: strings are compared without regard to case, `-` and `_`. Default: none. */
  readonly keys?: readonly (string | RegExp)[]
  /** Of each text, in characters. Default: 1,024. */
  readonly maxTextLength?: number
  /** Of each array, object, map or set. Default: 50. */
  readonly maxEntries?: number
  /** Levels of nesting. Default: 6. */
  readonly maxDepth?: number
  /** Characters of all texts and keys together. Default: 8,192. */
  readonly maxLength?: number
}

/** Makes values fit to be logged or exported; its answers are JSON values and it never throws. */
export interface Redactor {
  /** A bounded copy in which secrets are replaced by `[redacted]`, by the names of their keys and by what texts look like. */
  value(value: unknown): unknown
  /** The text without what looks like a secret: bearer tokens, JWTs, API keys, passwords in URLs or assignments. */
  text(text: string): string
}

export const REDACTED = '[redacted]'

/** Names whose values are secret whatever they are. `token` counts only at the end of a name: `tokenizer` is none. */
const SECRET_KEY =
  /authorization|cookie|passw(?:or)?d|passphrase|secret|credential|apikey|accesskey|privatekey|signingkey|connectionstring|tokens?$|^(?:pwd|pass|pin|otp|jwt|bearer|auth|dsn)$/
/** Numbers under such a name count tokens, and are none. */
const COUNT = /tokens$/

/** Each takes no longer than the text is long: what repeats is bounded, or can be matched in one way only. */
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic|Digest)\s{1,8}[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  // A JWT. Looks once at each run of such characters, and goes on only where a dot and more follow it.
  [/(?<![\w-])(?=[\w-]+\.[\w-]{2})([\w-]*?)\beyJ[\w-]{5,}\.[\w-]{2,}(?:\.[\w-]*)*/g, `$1${REDACTED}`],
  [/:\/\/[^\s/@:]{0,256}:[^\s/]{1,256}@/g, `://${REDACTED}@`],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abprs]|hf|npm|pypi)[-_][\w-]{12,}/g, REDACTED],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAIza[\w-]{20,}/g, REDACTED],
  [/-----BEGIN [A-Z ]{0,64}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,64}PRIVATE KEY-----|$)/g, REDACTED],
  // An assignment, JSON inside of JSON included. A scheme that stands before the secret stays, and so does what is out already.
  [
    /((?:\\{0,4}["'])?\b[\w-]{0,32}(?:password|passwd|pwd|passphrase|secret|token|authorization|api[-_]?key|access[-_]?key)(?:\\{0,4}["'])?\s{0,4}[:=]\s{0,4})(?:"[^"\\]*(?:\\[^][^"\\]*)*"?|\\{1,4}"[^"]*"?|'[^']*'?|(?!(?:Bearer|Basic|Digest) |\[redacted\](?:[\s,;&"'}\]]|$))(?:\[redacted\])?[^\s,;&"'}\]]+)/gi,
    `$1${REDACTED}`,
  ],
]

/** What each of them begins with, or has in it: most texts have none of it, and are read once instead of seven times. */
const MAYBE_SECRET =
  /[:=]|bearer|basic|digest|eyJ|(?:sk|pk|rk|gh[pos]|pat|xox.|hf|npm|pypi)[-_]|A(?:KIA|SIA|Iza)|-----/i

/** The longest secret that may not be recognised where it is cut in two, in characters. */
const LONGEST_PART = 512

/** A redactor with these bounds. */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  const { keys = [], maxTextLength = 1_024, maxEntries = 50, maxDepth = 6, maxLength = 8_192 } = options
  const names = new Set(keys.filter((key) => typeof key === 'string').map(normal))
  const patterns = keys.filter((key) => key instanceof RegExp)
  let left = maxLength

  const isSecret = (key: string, value: unknown): boolean => {
    const name = normal(key)
    if (names.has(name) || patterns.some((pattern) => key.search(pattern) >= 0)) return true
    return SECRET_KEY.test(name) && !(typeof value === 'number' && COUNT.test(name))
  }
  const text = (given: string, most: number): string => {
    // Cut after the secrets are out: a cut secret looks like none. What is far too long is cut before as well, and then
    // the end of that is not kept.
    const read = 4 * maxTextLength + LONGEST_PART
    const isRead = given.length <= read
    let clean = isRead ? given : given.slice(0, read)
    if (MAYBE_SECRET.test(clean))
      for (const [pattern, replacement] of SECRET_TEXTS) clean = clean.replace(pattern, replacement)
    if (isRead && clean.length <= most && clean.length <= maxTextLength) return clean
    const whole = isRead || clean.endsWith(REDACTED) ? clean.length : Math.max(0, clean.length - LONGEST_PART)
    const kept = clean.slice(0, Math.min(most, maxTextLength, whole))
    return `${kept}… (${given.length} characters)`
  }
  const spend = (given: string): string => {
    const kept = text(given, left)
    left = Math.max(0, left - kept.length)
    return kept
  }
  const entries = (list: Iterable<readonly [string, unknown]>, size: number, depth: number): object => {
    const copy: Record<string, unknown> = {}
    let count = 0
    for (const [key, value] of list) {
      if (count++ === maxEntries || left === 0) {
        define(copy, '…', `${size - count + 1} more`)
        break
      }
      const shown = spend(key)
      define(copy, shown, isSecret(key, value) && value !== undefined && value !== null ? REDACTED : walk(value, depth))
    }
    return copy
  }
  const items = (list: Iterable<unknown>, size: number, depth: number): readonly unknown[] => {
    const copy: unknown[] = []
    for (const value of list) {
      if (copy.length === maxEntries || left === 0) {
        copy.push(`… ${size - copy.length} more`)
        break
      }
      left = Math.max(0, left - 1)
      copy.push(walk(value, depth))
    }
    return copy
  }
  const walk = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return spend(value)
    if (typeof value === 'bigint') return `${value}`
    if (typeof value === 'number') return Number.isFinite(value) ? value : `${value}`
    if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
    if (typeof value !== 'object' || value === null) return value
    if (depth >= maxDepth) return Array.isArray(value) ? '[array]' : '[object]'
    return compound(value, depth + 1)
  }
  const compound = (value: object, depth: number): unknown => {
    if (Array.isArray(value)) return items(value, value.length, depth)
    if (value instanceof Error) return error(value, depth)
    if (value instanceof Map) return entries(pairs(value), value.size, depth)
    if (value instanceof Set) return items(value, value.size, depth)
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`
    if (value instanceof ArrayBuffer) return `[ArrayBuffer of ${value.byteLength} bytes]`
    const { toJSON } = value as { readonly toJSON?: unknown }
    if (typeof toJSON === 'function') return walk(toJSON.call(value), depth)
    const own = Object.keys(value)
    return entries(ownPairs(value as Readonly<Record<string, unknown>>, own), own.length, depth)
  }
  const error = (value: Error, depth: number): object => {
    const { code, cause } = value as { readonly code?: unknown; readonly cause?: unknown }
    return {
      type: spend(String(value.name)),
      ...(code === undefined ? undefined : { code: walk(code, depth) }),
      message: spend(String(value.message)),
      ...(cause === undefined ? undefined : { cause: walk(cause, depth) }),
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
    text: (given: string) => text(given, maxTextLength),
  })
}

function normal(key: string): string {
  return key.replaceAll(/[-_\s.]/g, '').toLowerCase()
}

/** A property of its own even where it is called `__proto__`. */
function define(copy: object, key: string, value: unknown): void {
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
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
