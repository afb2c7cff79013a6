import { endOfBlock, startOfFold } from './lines.ts'
import { REDACTED } from './mark.ts'
import { matchAt, replaceBehind, replaceMatches, skip } from './match.ts'
import type { Replacement } from './match.ts'
import { isSecretValue, ORDINARY } from './secret-names.ts'
import type { NameFacts } from './secret-names.ts'
import { endOfValue, isPlainQuote, skipLead } from './values.ts'

/** What a name says about its value. */
export type ReadName = (name: string) => NameFacts

/** What separates a name from its value: `=`, `==`, `=>`, `->`, `:`, `:=`, or the same encoded for a URL, once or more. */
const SEPARATOR = /={1,3}>?|->|:=?|：|%(?:25){0,3}3[ad]/gi
const LONGEST_NAME = 64
/** How many signs and spaces may stand between a name and what separates it from its value. */
const MOST_SIGNS = 6
/** Codes of characters. Those below a space are tabs, line ends and controls. */
const SPACE = 32
const DASH = 45
const DIGIT_TWO = 50
const COLON = 58
const EQUALS = 61
const ARROW = 62
const BACKSLASH = 92
const WIDE_COLON = 0xff1a
const ENCODED_QUOTE = /%(?:25){0,3}22$/
const ENCODED = /(?:25){0,3}[\da-f]{2}/iy
/** The longest code of a character that is encoded for a URL, once or more. */
const LONGEST_CODE = 9
/** One or two words before a name, as in "storage account key". */
const PHRASE = /(?:[A-Za-z][\w-]{0,31}[ \t]){1,2}$/
/** Before a value: spaces, up to two ends of lines, and what closes bold text in Markdown. */
const GAP = /(?:\*{1,3}(?=[ \t]))?[ \t]{0,16}(?:\\?\r?\n[ \t]{0,64}){0,2}/y
/** Words before a secret. The first three stay. */
const SCHEME = /(?:(Bearer|Basic|Digest)|Token|ApiKey|Negotiate)[ \t]{1,4}(?=\S)/iy
const ENCODED_VALUE =
  /%(?:25){0,3}(?:7b|5b)[^\s&"']*|(?:%(?:25){0,3}22)?(?:(?!%(?:25){0,3}(?:2[26c]|3b|7d|0[ad]))[^\s,;&"'}\]])+/iy
/** The rest of a header's line. Line ends may be escaped. */
const LINE = /(?:(?!\\[rn])[^\r\n])+/y
/** The same if a quote was opened before the name. */
const QUOTED_LINES: Readonly<Record<string, RegExp>> = {
  '"': /(?:(?!\\[rn])[^\r\n"])+/y,
  "'": /(?:(?!\\[rn])[^\r\n'])+/y,
  '`': /(?:(?!\\[rn])[^\r\n`])+/y,
}
const NUMBER = /^["'\\\s]*-?\d[\d.,_]*["'\\]*$/
/** Words that stand for no value, for a flag, or for a type. */
const NO_SECRET = /^(?:true|false|null|none|nil|undefined|yes|no|string|number|boolean|unknown)[)\].!]*$/i
const LONGEST_WORD = 12
/** A sentence behind a colon, as in "**Passwords**: they are hashed" and "api key: not found". */
const SENTENCE = /\*{0,3}\s{0,4}[A-Za-z]{1,32}\s{1,4}[a-z]/y
/** What begins a value behind a word of prose. A link of Markdown begins none. */
const VALUE_OF_PROSE = /\s{0,16}(?:["'{]|\[(?![^\]\n]{0,256}\]\())/y

/** The name in a field that names another one. */
const NAMED = /\s{0,4}\\{0,7}["']?([\w.-]{1,64})/y
/** Between such a name and its value there is no end of an object, an element or a paragraph. */
const END_OF_PAIR = /[}\])>]|\n\s{0,64}\n/
const LONGEST_PAIR = 256
/** The value of a field in a multipart form. */
const FIELD_OF_FORM = /"(?:;[^\r\n]{0,256})?\r?\n(?:[\w-]{1,64}:[^\r\n]{0,256}\r?\n){0,4}\r?\n([^\r\n]+)/y

/** The value of a flag on a command line or in a list of arguments, and `-u user:password`. */
const FLAG = /(?<![\w-])--([\w-]{1,64})(?:[ \t]{1,4}|["'],?\s{0,4}(?=["']))(?=[^\s-])/g
const USER_FLAG =
  /((?<![\w-])(?:-u|--user|--proxy-user)[ =]{0,4}["']?[^\s:"']{1,128}:)(?:(?<=["'][^\s:"']{1,128}:)[^"'\r\n]+|[^\s"']+)/g
/** A password in a statement of SQL. */
const PASSWORD_IN_SQL =
  /\b(?:password|password for [^\s=]{1,128} =|identified(?: with \w{1,64})? by)\s{1,4}(?=[NE]?')/gi

/** Redacts values by the names that they are assigned to: in code, JSON, YAML, headers, URLs, XML, SQL and command lines. */
export function redactAssignments(text: string, readName: ReadName): string {
  let clean = redactAssigned(text, readName)
  if (clean.includes('--')) clean = redactFlags(clean, readName)
  if (clean.includes('-u')) clean = clean.replace(USER_FLAG, `$1${REDACTED}`)
  if (clean.includes("'")) clean = redactSql(clean)
  return clean.includes('<') ? redactElements(clean, readName) : clean
}

/** Redacts the password of a user in SQL, which has a space before it. */
function redactSql(text: string): string {
  return replaceBehind(text, PASSWORD_IN_SQL, (at) => valueAt(text, at))
}

/** Redacts what follows a name and a sign between. Reads the text once. */
function redactAssigned(text: string, readName: ReadName): string {
  let clean = ''
  let from = 0
  let next = 0
  // Behind the secret name in a field such as `{ "name": "DB_PASSWORD", … }`. The field `value` then has a secret.
  let pairAt = -1
  for (;;) {
    const before = next
    // Set each time, because reading a name may run code of the user, which may redact another text.
    SEPARATOR.lastIndex = before
    if (!SEPARATOR.test(text)) return from === 0 ? text : clean + text.slice(from)
    next = SEPARATOR.lastIndex
    const start = startOfSeparator(text, next, before)
    const last = endOfName(text, start, from)
    const first = startOfName(text, last, from)
    const facts = readName(text.slice(first, last))
    if (facts === ORDINARY) continue
    const name = { first, last, start, facts }
    if (facts.isNameField) pairAt = endOfSecretName(text, next, readName)
    const found = valueOfPair(text, next, name, pairAt) ?? assignedValue(text, next, name, readName)
    if (found === undefined) continue
    clean += text.slice(from, found.start) + found.kept + REDACTED
    from = found.end
    next = found.end
  }
}

/** Where the separator begins that ends at `end`. */
function startOfSeparator(text: string, end: number, before: number): number {
  const last = text.charCodeAt(end - 1)
  if (last === COLON || last === WIDE_COLON) return end - 1
  if (last !== EQUALS && last !== ARROW) return text.lastIndexOf('%', end - 1)
  let start = end - 1
  while (start > before && end - start < 4 && text.charCodeAt(start - 1) === EQUALS) start--
  const first = start > before ? text.charCodeAt(start - 1) : 0
  return first === COLON || (first === DASH && last === ARROW) ? start - 1 : start
}

/** The last group of a match, which is at its end. */
function lastOf(at: number, match: RegExpExecArray): Replacement {
  const end = at + match[0].length
  return replacement(end - (match.at(-1) as string).length, end)
}

/** The secrecy of a value that is a text. */
const isSecret = (name: string, readName: ReadName): boolean => readName(name).secrecy !== 'never'

function redactFlags(text: string, readName: ReadName): string {
  return replaceMatches(text, FLAG, ([, name = ''], at) => (isSecret(name, readName) ? valueAt(text, at) : undefined))
}

const replacement = (start: number, end: number, kept = ''): Replacement => ({ start, end, kept })

/** A name that may have a secret value: where it begins and ends, and where its separator begins. */
interface FoundName {
  readonly first: number
  readonly last: number
  readonly start: number
  readonly facts: NameFacts
}

/** The value of a secret name in the field before it, which ends at `pairAt`, or in the multipart form that it is a field of. */
function valueOfPair(text: string, at: number, { first, facts }: FoundName, pairAt: number): Replacement | undefined {
  if (pairAt < 0) return undefined
  const field = facts.isNameField ? matchAt(FIELD_OF_FORM, text, pairAt) : null
  if (field !== null) return lastOf(pairAt, field)
  if (!facts.isValueField || !isSamePair(text, pairAt, at)) return undefined
  const blockEnd = endOfBlock(text, at, first)
  return blockEnd === undefined ? valueAt(text, at) : blockOf(text, at, blockEnd)
}

function assignedValue(text: string, at: number, name: FoundName, readName: ReadName): Replacement | undefined {
  const { first, last, start, facts } = name
  // `config["password"] = x` and `[password] => x`, but not `[a, password] = x`.
  if (text[last] === ']' && text[first - 1] !== '[') return undefined
  const separator = text.slice(start, at)
  const isOfWord = facts.secrecy !== 'never'
  const isOfName = isOfWord || (facts.endsPhrase && isOfPhrase(text, name, readName))
  const isParameter = !isOfName && facts.isParameter && isInUrl(text, separator, first)
  if (!isParameter && !isOfName) return undefined
  if (separator !== ':') return plainValue(text, separator, at, facts, isParameter)
  const mayBeSentence = !isOfWord || text[at - 2] === '*' || text[at] === '*'
  if (mayBeSentence && skip(SENTENCE, text, at) > at) return undefined
  const blockEnd = endOfBlock(text, at, first)
  if (blockEnd !== undefined) return blockOf(text, at, blockEnd)
  // The quote may be encoded: `%22`.
  const isQuoted = /["'`2]/.test(text.slice(last, start))
  if (!isQuoted && facts.isHeader) return headerLine(text, at, first)
  if (!isQuoted && facts.isWordOfProse && skip(VALUE_OF_PROSE, text, at) === at) return undefined
  return plainValue(text, separator, at, facts, isParameter)
}

/** A value on the line of its name. */
function plainValue(
  text: string,
  separator: string,
  at: number,
  { secrecy }: NameFacts,
  isParameter: boolean,
): Replacement | undefined {
  const value = separator.startsWith('%') ? encodedValue(text, at) : valueAt(text, at, separator === ':')
  if (value === undefined || isParameter) return value
  const given = text.slice(value.start, value.end)
  if (given.length <= LONGEST_WORD && NO_SECRET.test(given)) return undefined
  // A number after such a name counts something, unless numbers of that name are secret too.
  const mayCount = secrecy !== 'never' && !isSecretValue(secrecy, 0)
  return mayCount && NUMBER.test(given) ? undefined : value
}

/** Whether a name has a secret value together with the words before it, such as "api key". */
function isOfPhrase(text: string, { first, last }: FoundName, readName: ReadName): boolean {
  if (!/[ \t]/.test(text[first - 1] ?? '')) return false
  const before = PHRASE.exec(text.slice(Math.max(0, first - LONGEST_NAME), first))
  return before !== null && isSecret(before[0] + text.slice(first, last), readName)
}

/** Whether the name at `first` is that of a parameter in a URL, perhaps an encoded one. */
function isInUrl(text: string, separator: string, first: number): boolean {
  if (!/^(?:=|%.*d)$/i.test(separator)) return false
  return /(?:[?&#;]|%(?:25){0,3}(?:3f|26|23))$/i.test(text.slice(Math.max(0, first - LONGEST_CODE), first))
}

function blockOf(text: string, at: number, end: number): Replacement | undefined {
  const start = skip(GAP, text, at)
  return isRedacted(text, start, /\s/) && start + REDACTED.length === end ? undefined : replacement(start, end)
}

/**
 * Where the name before `end` ends, which may be in quotes, in brackets, or bold as in Markdown: `"name":`, `["name"] =`, `**name**:`,
 * `name +=`.
 */
function endOfName(text: string, end: number, from: number): number {
  let last = end
  while (last > from && end - last < MOST_SIGNS && isSpaceOrSign(text.charCodeAt(last - 1))) last--
  return last - quoteBefore(text, last, from)
}

function startOfName(text: string, last: number, from: number): number {
  let first = last
  while (first > from && last - first < LONGEST_NAME && isNamePart(text.charCodeAt(first - 1))) first--
  // In an encoded text, the code of the character before it looks like its beginning: `%26key%3D`.
  return first > from && text[first - 1] === '%' ? skip(ENCODED, text, first) : first
}

/** Spaces, `*`, `+`, `?` and `]`. */
const isSpaceOrSign = (code: number): boolean =>
  code <= SPACE || code === 42 || code === 43 || code === 63 || code === 93

/** The length of the quote before `end`: escaped as in JSON inside JSON, doubled as in CSV, encoded for a URL, or 0 if no quote is there. */
function quoteBefore(text: string, end: number, from: number): number {
  const last = end > from ? text.charCodeAt(end - 1) : 0
  if (last === DIGIT_TWO)
    return ENCODED_QUOTE.exec(text.slice(Math.max(from, end - LONGEST_CODE), end))?.[0].length ?? 0
  if (last !== 34 && last !== 39 && last !== 96) return 0
  if (end - 2 >= from && text.charCodeAt(end - 2) === last) return 2
  let length = 1
  while (length < 16 && end - length > from && text.charCodeAt(end - length - 1) === BACKSLASH) length++
  return length
}

/** Letters, digits, `_` and `-`. Not a dot: the line in `password.ts:12` isn't a password. */
const isNamePart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45

/** Where a secret name ends that is the value at `at`, or -1. */
function endOfSecretName(text: string, at: number, readName: ReadName): number {
  const named = matchAt(NAMED, text, at)
  return named !== null && isSecret(named[1] as string, readName) ? at + named[0].length : -1
}

function isSamePair(text: string, nameEnd: number, at: number): boolean {
  return at - nameEnd <= LONGEST_PAIR && !END_OF_PAIR.test(text.slice(nameEnd, at))
}

/**
 * The value that begins at `at`, perhaps after spaces, with the scheme before it, such as `Basic`; undefined if there is no value, or if
 * it is redacted already.
 */
function valueAt(text: string, at: number, mayHaveType = false): Replacement | undefined {
  const start = skip(GAP, text, at)
  if (isPlainQuote(text, start)) return replacement(start, endOfValue(text, start))
  // A stack trace.
  if (start > at && text.startsWith('at ', start)) return undefined
  const scheme = matchAt(SCHEME, text, start)?.[0] ?? ''
  const afterScheme = start + scheme.length
  const isApart = /\s/.test(text[start - 1] ?? '')
  const from = skipLead(text, afterScheme, isApart, mayHaveType)
  if (isRedacted(text, from, /[^\w([{$+~=<-]/)) return undefined
  const end = endOfValue(text, from)
  return end === from ? undefined : replacement(start, end, keptScheme(scheme))
}

function encodedValue(text: string, at: number): Replacement | undefined {
  if (isRedacted(text, at, /[%\s,;&"'}\]]/)) return undefined
  const end = skip(ENCODED_VALUE, text, at)
  return end === at ? undefined : replacement(at, end)
}

/** The value of a header: up to the end of its line and of those that go on with it, or to the quote that was opened before the name. */
function headerLine(text: string, at: number, nameAt: number): Replacement | undefined {
  const start = skip(GAP, text, at)
  if (/["'`[{\\]/.test(text[start] ?? '') && !text.startsWith(REDACTED, start)) return valueAt(text, at)
  const scheme = matchAt(SCHEME, text, start)?.[0] ?? ''
  const from = start + scheme.length
  // Right behind the colon, as Go prints headers, the mark stands for the whole value.
  if (/^\[redacted\] {0,4}[}\])]/.test(text.slice(from, from + LONGEST_NAME))) return undefined
  if (isRedacted(text, from, start === at ? /[\s,"'`}\]]/ : /[,"'`}\]\r\n]/)) return undefined
  // The parameters of Digest have quotes of their own.
  const line = (/^digest/i.test(scheme) ? undefined : QUOTED_LINES[text[nameAt - 1] ?? '']) ?? LINE
  let end = skip(line, text, from)
  if (end === from) return undefined
  for (;;) {
    const fold = startOfFold(text, end, nameAt)
    if (fold === undefined) return replacement(start, end, keptScheme(scheme))
    end = skip(line, text, fold)
  }
}

/** Of the words before a secret, only Bearer, Basic and Digest stay. */
const keptScheme = (scheme: string): string => (/^[bd]/i.test(scheme) ? scheme : '')

/** Whether the whole value is the mark already, up to the end of the text or a character that `ends` a value. */
function isRedacted(text: string, at: number, ends: RegExp): boolean {
  if (!text.startsWith(REDACTED, at)) return false
  const end = at + REDACTED.length
  return end === text.length || ends.test(text[end] ?? '')
}

/** An element, what it is named by an attribute, and its name. */
const ELEMENT = /<([\w.:-]{1,64})(?:\s([^<>]{0,256}))?>/g
const NAMING_ATTRIBUTE = /(?:^|\s)(?:name|key)=["']([\w.-]{1,64})/i
const CONTENT = /<!\[CDATA\[[^\]]*(?:\]\]>)?|[^<]+/y
/** The most that is searched for the end of an element with others in it. */
const LONGEST_ELEMENT = 4_096

/** The contents of elements of XML that a name or an attribute makes secret. */
function redactElements(text: string, readName: ReadName): string {
  // Behind an element that holds a secret name, such as `<key>password</key>`. The next one has its value.
  let pairAt = -1
  return replaceMatches(text, ELEMENT, ([, name = '', attributes = ''], at) => {
    const { secrecy, isNameField, isValueField } = readName(name)
    const isPair = pairAt >= 0 && at - pairAt <= LONGEST_PAIR && (isValueField || name === 'string')
    pairAt = isNameField ? endOfSecretName(text, at, readName) : -1
    const attribute = NAMING_ATTRIBUTE.exec(attributes)?.[1]
    const isNamed = attribute !== undefined && isSecret(attribute, readName)
    if (!isPair && !isNamed && secrecy === 'never') return undefined
    const end = endOfElement(text, at, name)
    return /^\s*(?:\[redacted\])?$/.test(text.slice(at, end)) ? undefined : replacement(at, end)
  })
}

function endOfElement(text: string, at: number, name: string): number {
  const end = text.slice(at, at + LONGEST_ELEMENT).indexOf(`</${name}>`)
  return end < 0 ? skip(CONTENT, text, at) : at + end
}
