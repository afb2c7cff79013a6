import { REDACTED } from './mark.ts'
import { isSecretHeader, isSecretParameter, isWordOfProse } from './secret-names.ts'

/** Whether a value with this name is secret. */
export type IsSecret = (name: string, value: unknown) => boolean

/** What separates a name from its value: `=`, `==`, `=>`, `:`, `:=`, or the same encoded for a URL, once or more. */
const SEPARATOR = /={1,3}>?|:=?|%(?:25){0,3}3[ad]/gi
const LONGEST_NAME = 64
/** Between a name and what separates it from its value. */
const MOST_SPACES = 4
/** The code of a space. Smaller codes are tabs, line ends and controls. */
const SPACE = 32
const ENCODED_QUOTE = /%(?:25){0,3}22$/
const ENCODED = /^(?:25){0,3}[\da-f]{2}/i
const SPACES = /\s{0,4}/y
/** Words before a secret. The first three stay. */
const SCHEME = /(?:(Bearer|Basic|Digest)|Token|ApiKey|Negotiate)[ \t]{1,4}(?=\S)/iy
/** In quotes, perhaps with more right behind them as in a shell; in brackets or braces; or up to what ends a value. */
const VALUE =
  /(?:"[^"\\]*(?:\\[^][^"\\]*)*"?|\\{1,4}["'][^"']*["']?|'[^'\\]*(?:\\[^][^'\\]*)*'?|`[^`]*`?)\w*|\[\s{0,4}(?=["'\\])[^\]]*\]?|\{[^}]*\}?|(?:\[redacted\])?[^\s,;&"'}\]]+/y
const ENCODED_VALUE = /(?:%(?:25){0,3}22)?(?:(?!%(?:25){0,3}(?:2[26c]|3b|7d|0[ad]))[^\s,;&"'}\]])+/iy
/** The rest of a header's line. Line ends may be escaped. */
const LINE = /(?:(?!\\[rn])[^\r\n])+/y
/** The same if a quote was opened before the name. */
const QUOTED_LINES: Readonly<Record<string, RegExp>> = {
  '"': /(?:(?!\\[rn])[^\r\n"])+/y,
  "'": /(?:(?!\\[rn])[^\r\n'])+/y,
  '`': /(?:(?!\\[rn])[^\r\n`])+/y,
}
const NUMBER = /^["'\\\s]*-?\d[\d.,_]*["'\\]*$/

/** The value of a flag on a command line, and `-u user:password`. */
const FLAG = /(?<![\w-])--([\w-]{1,64})\s{1,4}(?=[^\s-])/g
const USER_FLAG = /((?<![\w-])(?:-u|--user|--proxy-user)[ =]{1,4}["']?[^\s:"']{1,128}:)[^\s"']+/g
const ELEMENT = /(<([\w.:-]{1,64})(?:\s[^<>]{0,256})?>)(<!\[CDATA\[[^\]]*(?:\]\]>)?|[^<]+)/g

/** Redacts values by the names that they are assigned to: in code, JSON, headers, URLs, XML and command lines. */
export function redactAssignments(text: string, isSecret: IsSecret): string {
  let clean = replaceAfter(text, SEPARATOR, (separator, at, from) => assignedValue(text, separator, at, from, isSecret))
  if (clean.includes('--')) {
    const given = clean
    clean = replaceAfter(given, FLAG, ([, name], at) => (isSecret(name as string, '') ? valueAt(given, at) : undefined))
  }
  if (clean.includes('-u')) clean = clean.replace(USER_FLAG, `$1${REDACTED}`)
  if (!clean.includes('<')) return clean
  return clean.replace(ELEMENT, (whole, tag: string, name: string, value: string) =>
    isSecret(name, value) && value.trim() !== '' ? tag + REDACTED : whole,
  )
}

/** A part of the text to replace. `kept` stays before the mark. */
interface Replacement {
  readonly start: number
  readonly end: number
  readonly kept: string
}

/** Replaces what `replacementAt` finds after each match, and goes on behind it. Reads the text once. */
function replaceAfter(
  text: string,
  pattern: RegExp,
  replacementAt: (match: RegExpExecArray, at: number, from: number) => Replacement | undefined,
): string {
  let clean = ''
  let from = 0
  let next = 0
  for (;;) {
    // Set each time, because `isSecret` runs code of the user, which may redact another text.
    pattern.lastIndex = next
    const match = pattern.exec(text)
    if (match === null) return clean + text.slice(from)
    next = pattern.lastIndex
    const found = replacementAt(match, next, from)
    if (found === undefined) continue
    clean += text.slice(from, found.start) + found.kept + REDACTED
    from = found.end
    next = found.end
  }
}

function assignedValue(
  text: string,
  [separator]: RegExpExecArray,
  at: number,
  from: number,
  isSecret: IsSecret,
): Replacement | undefined {
  const end = at - separator.length
  const { word, isQuoted, previous } = nameBefore(text, end, from)
  if (word === '') return undefined
  // In an encoded text the code of the character before it looks like the beginning of the name: `%26key%3D`.
  const code = previous === '%' ? (ENCODED.exec(word)?.[0] ?? '') : ''
  const name = word.slice(code.length)
  const isInUrl = code === '' ? /[?&#;]/.test(previous) : /3f|26|23$/i.test(code)
  const isParameter = isInUrl && /^(?:=|%.*d)$/i.test(separator) && isSecretParameter(name)
  if (!isParameter && !isSecret(name, '')) return undefined
  const isBare = separator === ':' && !isQuoted
  if (isBare && isSecretHeader(name)) return headerLine(text, at, previous)
  if (isBare && isWordOfProse(name)) return undefined
  const value = separator.startsWith('%') ? encodedValue(text, at) : valueAt(text, at)
  if (value === undefined || isParameter) return value
  // A number after such a name counts something, unless numbers of that name are secret too.
  const isCount = !isSecret(name, 0) && NUMBER.test(text.slice(value.start, value.end))
  return isCount ? undefined : value
}

/** A name, what stands before it, and whether it is in quotes. */
interface FoundName {
  readonly word: string
  readonly isQuoted: boolean
  readonly previous: string
}

/** The name that ends before `end`, perhaps in quotes, which may be escaped as in JSON inside JSON; and the character before it. */
function nameBefore(text: string, end: number, from: number): FoundName {
  let afterQuote = end
  while (afterQuote > from && end - afterQuote < MOST_SPACES && text.charCodeAt(afterQuote - 1) <= SPACE) afterQuote--
  const quoteLength = quoteBefore(text, afterQuote, from)
  const last = afterQuote - quoteLength
  let first = last
  while (first > from && last - first < LONGEST_NAME && isNamePart(text.charCodeAt(first - 1))) first--
  return { word: text.slice(first, last), isQuoted: quoteLength > 0, previous: text[first - 1] ?? '' }
}

/** The length of the quote before `end`: escaped, encoded for a URL, or 0 if there is none. */
function quoteBefore(text: string, end: number, from: number): number {
  const last = end > from ? text[end - 1] : undefined
  if (last === '2') return ENCODED_QUOTE.exec(text.slice(Math.max(from, end - 9), end))?.[0].length ?? 0
  if (last !== '"' && last !== "'" && last !== '`') return 0
  let length = 1
  while (length < 5 && end - length > from && text[end - length - 1] === '\\') length++
  return length
}

/** Letters, digits, `_` and `-`. Not a dot: the line in `password.ts:12` isn't a password. */
const isNamePart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45

/**
 * The value that begins at `at`, perhaps after spaces, with the scheme before it, such as `Basic`; undefined if there is no value, or if
 * it is redacted already.
 */
function valueAt(text: string, at: number): Replacement | undefined {
  const start = skip(SPACES, text, at)
  const scheme = match(SCHEME, text, start)
  const from = scheme?.end ?? start
  if (isRedacted(text, from, /[\s,;&"'}\]]/)) return undefined
  const found = match(VALUE, text, from)
  return found && { start, end: found.end, kept: keptScheme(text, scheme) }
}

function encodedValue(text: string, at: number): Replacement | undefined {
  if (isRedacted(text, at, /[%\s,;&"'}\]]/)) return undefined
  return match(ENCODED_VALUE, text, at)
}

/** The value of a header: up to the end of its line, or to the quote that was opened before the name. */
function headerLine(text: string, at: number, previous: string): Replacement | undefined {
  const start = skip(SPACES, text, at)
  if (/["'`[{\\]/.test(text[start] ?? '') && !text.startsWith(REDACTED, start)) return valueAt(text, at)
  const scheme = match(SCHEME, text, start)
  const from = scheme?.end ?? start
  if (isRedacted(text, from, /[,"'`}\]\r\n]/)) return undefined
  // The parameters of Digest have quotes of their own.
  const isDigest = scheme !== undefined && /^digest/i.test(text.slice(scheme.start, scheme.end))
  const quotedLine = isDigest ? undefined : QUOTED_LINES[previous]
  const found = match(quotedLine ?? LINE, text, from)
  return found && { start, end: found.end, kept: keptScheme(text, scheme) }
}

/** Of the words before a secret, only Bearer, Basic and Digest stay. */
function keptScheme(text: string, scheme: Replacement | undefined): string {
  if (scheme === undefined) return ''
  const isKept = /^(?:b|d)/i.test(text[scheme.start] ?? '')
  return isKept ? text.slice(scheme.start, scheme.end) : ''
}

/** Whether the whole value is the mark already, up to the end of the text or a character that `ends` a value. */
function isRedacted(text: string, at: number, ends: RegExp): boolean {
  if (!text.startsWith(REDACTED, at)) return false
  const end = at + REDACTED.length
  return end === text.length || ends.test(text[end] ?? '')
}

function skip(pattern: RegExp, text: string, at: number): number {
  return match(pattern, text, at)?.end ?? at
}

/** What a sticky pattern matches at `at`. */
function match(pattern: RegExp, text: string, at: number): Replacement | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? { start: at, end: pattern.lastIndex, kept: '' } : undefined
}
