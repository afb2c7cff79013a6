import { define } from './base/objects.ts'

/** How much of a value is kept. What is longer is cut, and the rest is counted. */
export interface RedactionOptions {
  /** More names of keys whose values are secret. Strings are compared without case, `-` and `_`. Default: none. */
  readonly keys?: readonly (string | RegExp)[]
  /** Characters of each text. Default: 1,024. */
  readonly maxTextLength?: number
  /** Entries of each array, object, map or set. Default: 50. */
  readonly maxEntries?: number
  /** Levels of nesting. Default: 6. */
  readonly maxDepth?: number
  /** Characters of all texts and keys together. Default: 8,192. */
  readonly maxLength?: number
}

/** Makes values safe to log or export. Returns JSON values and never throws. */
export interface Redactor {
  /** A bounded copy with `[redacted]` in the place of secrets, found by their keys and by what texts look like. */
  value(value: unknown): unknown
  /** The text without what looks like a secret: bearer tokens, JWTs, API keys, passwords in URLs or assignments. */
  text(text: string): string
}

export const REDACTED = '[redacted]'

/** Names whose values are always secret. `token` counts only at the end of a name, so `tokenizer` isn't secret. */
const SECRET_KEY =
  /authorization|cookie|passw(?:or)?d|passphrase|secret|credential|apikey|accesskey|privatekey|signingkey|connectionstring|tokens?$|^(?:pwd|pass|pin|otp|jwt|bearer|auth|dsn)$/
/** A number under such a name counts tokens, so it isn't secret. */
const COUNT = /tokens$/

/** Each pattern takes time in proportion to the text: every repetition is bounded, or can match in one way only. */
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic|Digest)\s{1,8}[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  // A JWT. Looks at each run of such characters once, and goes on only if a dot and more characters follow.
  [/(?<![\w-])(?=[\w-]+\.[\w-]{2})([\w-]*?)\beyJ[\w-]{5,}\.[\w-]{2,}(?:\.[\w-]*)*/g, `$1${REDACTED}`],
  [/:\/\/[^\s/@:]{0,256}:[^\s/]{1,256}@/g, `://${REDACTED}@`],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abprs]|hf|npm|pypi)[-_][\w-]{12,}/g, REDACTED],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAIza[\w-]{20,}/g, REDACTED],
  [/-----BEGIN [A-Z ]{0,64}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,64}PRIVATE KEY-----|$)/g, REDACTED],
  // An assignment, also in JSON inside JSON. A scheme before the secret stays, and so does an earlier `[redacted]`.
  [
    /((?:\\{0,4}["'])?\b[\w-]{0,32}(?:password|passwd|pwd|passphrase|secret|token|authorization|api[-_]?key|access[-_]?key)(?:\\{0,4}["'])?\s{0,4}[:=]\s{0,4})(?:"[^"\\]*(?:\\[^][^"\\]*)*"?|\\{1,4}"[^"]*"?|'[^']*'?|(?!(?:Bearer|Basic|Digest) |\[redacted\](?:[\s,;&"'}\]]|$))(?:\[redacted\])?[^\s,;&"'}\]]+)/gi,
    `$1${REDACTED}`,
  ],
]

/** What each pattern begins with or contains. Most texts have none of it, and are read once instead of seven times. */
const MAYBE_SECRET =
  /[:=]|bearer|basic|digest|eyJ|(?:sk|pk|rk|gh[pos]|pat|xox.|hf|npm|pypi)[-_]|A(?:KIA|SIA|Iza)|-----/i

/** The longest secret that isn't recognized when a cut halves it, in characters. */
const LONGEST_PART = 512

/** Makes a redactor with these bounds. */
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
    // The text is cut after the secrets are replaced, since half a secret isn't recognized. A much longer text is also cut
    // before, and then its last characters are dropped.
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

function* pairs(map: ReadonlyMap<unknown, unknown>): Iterable<readonly [string, unknown]> {
  for (const [key, value] of map) yield [typeof key === 'string' ? key : `[${typeof key}]`, value]
}

function* ownPairs(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Iterable<readonly [string, unknown]> {
  for (const key of keys) yield [key, value[key]]
}
