import { matchAt, skip } from './match.ts'

/**
 * What stands before a value and belongs to it. In code, the name of a type or `new`; in YAML, a tag or an anchor; in what PHP prints, a
 * type; in a shell, `<<<`.
 */
const LEAD =
  /(?:(?:[A-Z]\w{0,31}(?=[ \t]{1,4}["'({])|new|await|string\(\d{1,9}\)|[&!][\w!:./-]{0,64}|<<<)[ \t]{1,4}|&(?=["']|[\w.:]{1,64}(?:[\s,;({]|$)))+/y
/** A type between a name and its value: `password: string = "x"`. */
const TYPE = /&?(?:'\w{1,16} )?[A-Za-z][\w.]{0,31}(?:<[^<>\n]{0,64}>|\[\])?\s{0,4}=(?![=>])\s{0,4}/y
/** Letters and signs that belong to a string: `b''`, `rb""`, `$@""`, `r##""##`, `<<"">>`. */
const PREFIX = /(?:<<|[bfr][bfr]|R[bB]|B[rR]|u8|U&|[bcfhnqruxBEFLNQRUX])?[@$#]{0,4}(?=["'])/y
/** What opens and closes a value. Doubled quotes, as in CSV, only around a word. */
const DELIMITER = /"""|'''|\$\w{0,16}\$|""(?=[^\s"',:;)\]}])/y
const HEREDOC = /<<[<~-]?[ \t]?["'\\]?([A-Za-z_]\w{0,63})["']?[^\r\n]{0,64}\r?\n/y
const QUOTE = /\\{0,15}["'`]/y
/** What adds a string to the value before it. */
const JOINT = /\s{0,4}(?:(?:[+.]|\|\||\?\?)\s{1,4}|\\\r?\n[ \t]{0,64})(?=["'`])/y
/** Between the name of a type and its fields, as Rust and Node print them: `Secret { inner: "x" }`. */
const BEFORE_FIELDS = /(?<=\b[A-Z][\w.:]{0,63}) (?=\{)/y
/** Up to what ends a value, which an escaped space doesn't, or to a bracket, whose end is found by counting. */
const BARE = /(?:\\ |[^\s,;&"'}\]([{])+/y
const WORD = /\w+/y
/** The next line of a value that is broken over lines: one word with a digit. */
const BROKEN =
  /[\\=]?(?:\r?\n|(?:\\r)?\\n)[ \t>]{0,64}(?=[A-Za-z+/=.~_-]{0,64}\d)[\w+/=.~-]{8,}(?=[ \t"',]{0,4}(?:[\r\n}\\]|$))/y
const SHORTEST_BROKEN = 16
/** What ends a value right after a string. */
const ENDS_VALUE = /[,;)\]}\r\n]/
const BRACKET_OR_QUOTE = /[[\](){}"'`]/g
/** What stands before a string in brackets. A quote after a letter is an apostrophe. */
const BEFORE_STRING = /(?:^|[\s,:=>([{+\\])[bBruUfFLN]?$/

/** Where a value begins that may have something before it. `isApart`: whether a space is between it and its name. */
export function skipLead(text: string, at: number, isApart: boolean, mayHaveType: boolean): number {
  const afterType = mayHaveType ? skip(TYPE, text, at) : at
  return isApart ? skip(LEAD, text, afterType) : afterType
}

/**
 * Where the value at `start` ends: a string, brackets, or a bare word, or several of them with nothing between, as in `'it''s'` and
 * `Some("x")`. Without its closing quote or bracket, a value goes on to the end of the text. Reads each character once.
 */
export function endOfValue(text: string, start: number): number {
  let { end, isString } = firstPart(text, start)
  for (;;) {
    const next: Part = nextPart(text, end, isString)
    if (next.end === end) break
    ;({ end, isString } = next)
  }
  if (isString || end - start < SHORTEST_BROKEN) return end
  return endOfBroken(text, end)
}

/** Where a word that ends at `end` ends if it is broken over lines. */
export function endOfBroken(text: string, at: number): number {
  let end = at
  for (;;) {
    const next = skip(BROKEN, text, end)
    if (next === end) return end
    end = next
  }
}

/** A part of a value. After a string, other parts may follow than after a word. */
interface Part {
  readonly end: number
  readonly isString: boolean
}

function firstPart(text: string, at: number): Part {
  if (isPlainQuote(text, at)) return { end: endOfString(text, at) ?? at, isString: true }
  const heredoc = matchAt(HEREDOC, text, at)
  if (heredoc !== null)
    return { end: endOfHeredoc(text, at + heredoc[0].length, heredoc[1] as string), isString: false }
  const opening = skip(PREFIX, text, at)
  const delimiter = matchAt(DELIMITER, text, opening)?.[0]
  const signs = /#*$/.exec(text.slice(at, opening))?.[0] ?? ''
  if (signs !== '' && delimiter === undefined)
    return { end: endAfter(text, text[opening] + signs, opening + 1), isString: true }
  if (delimiter !== undefined) return { end: endAfter(text, delimiter, opening + delimiter.length), isString: true }
  const string = endOfString(text, opening)
  return string === undefined ? wordOrBrackets(text, at) : { end: string, isString: true }
}

function nextPart(text: string, at: number, isAfterString: boolean): Part {
  if (isAfterString && ENDS_VALUE.test(text[at] ?? ',')) return { end: at, isString: true }
  const joined = skip(JOINT, text, at)
  const mayBeString = joined > at || ((isAfterString || text[at - 1] === ')') && opensString(text, at))
  const string = mayBeString ? endOfString(text, joined) : undefined
  if (string !== undefined) return { end: string, isString: true }
  return isAfterString
    ? { end: skip(WORD, text, at), isString: true }
    : wordOrBrackets(text, skip(BEFORE_FIELDS, text, at))
}

/** Whether a string begins here whose quote is neither doubled nor tripled. */
export const isPlainQuote = (text: string, at: number): boolean =>
  (text[at] === '"' || text[at] === "'") && text[at + 1] !== text[at]

function wordOrBrackets(text: string, at: number): Part {
  const isBracket = /[([{]/.test(text[at] ?? '')
  return { end: isBracket ? endOfBrackets(text, at) : skip(BARE, text, at), isString: false }
}

/** Whether a quote right after a string opens another string. Otherwise it closes what is around. */
function opensString(text: string, at: number): boolean {
  return text[at] === text[at - 1] || /[^\s,;:)\]}<>\\]/.test(text[at + 1] ?? ' ')
}

/** Where the string ends that begins at `at`; undefined if no string begins there. Its quotes may be escaped, as in JSON inside JSON. */
function endOfString(text: string, at: number): number | undefined {
  const opening = matchAt(QUOTE, text, at)?.[0]
  if (opening === undefined) return undefined
  const slashes = opening.length - 1
  const begin = at + opening.length
  const quote = opening[slashes] as string
  for (let from = begin; ;) {
    const found = text.indexOf(quote, from)
    if (found < 0) return text.length
    const before = slashesBefore(text, found, begin)
    // Fewer: the quote closes what is around this string.
    if (before < slashes) return found - before
    const pairs = (before - slashes) / (slashes + 1)
    if (pairs % 2 === 0) return found + 1
    from = found + 1
  }
}

function slashesBefore(text: string, end: number, begin: number): number {
  let at = end
  while (at > begin && text[at - 1] === '\\') at--
  return end - at
}

/** Where the brackets at `at` are closed, counted without those in strings. */
function endOfBrackets(text: string, at: number): number {
  let depth = 0
  let from = at
  for (;;) {
    BRACKET_OR_QUOTE.lastIndex = from
    if (!BRACKET_OR_QUOTE.test(text)) return text.length
    from = BRACKET_OR_QUOTE.lastIndex
    const sign = text[from - 1] as string
    if ('([{'.includes(sign)) depth++
    else if (')]}'.includes(sign)) depth--
    else from = endOfInnerString(text, from - 1, at)
    if (depth === 0) return from
  }
}

/** Behind the string that a quote opens, or behind the quote if it opens none. */
function endOfInnerString(text: string, quoteAt: number, begin: number): number {
  const start = quoteAt - Math.min(15, slashesBefore(text, quoteAt, begin))
  const isString = BEFORE_STRING.test(text.slice(Math.max(begin, start - 2), start))
  return (isString ? endOfString(text, start) : undefined) ?? quoteAt + 1
}

function endOfHeredoc(text: string, at: number, tag: string): number {
  const last = new RegExp(`^[ \\t]{0,64}${tag}(?!\\w)`, 'gm')
  last.lastIndex = at
  return last.test(text) ? last.lastIndex : text.length
}

function endAfter(text: string, closing: string, at: number): number {
  const found = text.indexOf(closing, at)
  return found < 0 ? text.length : found + closing.length
}
