// Control characters, line ends, half characters, and the marks that are invisible or turn the direction of writing:
// printed as they are, they paint the terminal, forge a line or hide what it says. Joiners stay: emoji are made with them.
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** What most text is made of: harmless, and a column a character. */
const NARROW = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e]*$/
/** The scripts of East Asia with all that is drawn as wide, and emoji. */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{1f200}-\u{1f2ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u
const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u
/** Makes an emoji, which is wide, of the character before it. */
const AS_EMOJI = '\ufe0f'

/** Nobody reads more of it on a terminal, and an id or a reason may be megabytes long. */
const LONGEST = 4_000

/** Text from outside on one line, with what a terminal would obey written out: `\n`, `\x1b`, `\u202e`. */
export function printable(text: string): string {
  const read = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return NARROW.test(read) ? read : read.replace(UNSAFE, escaped)
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 0x100) return SHORT[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/**
 * How many columns the text takes up on a terminal that joins nothing: fewer where a family is one emoji. Counted so, no
 * text flows over the edge, to where the next line begins.
 */
export function columnsOf(text: string): number {
  if (NARROW.test(text)) return text.length
  let columns = 0
  let last = 0
  for (const character of text) {
    last = character === AS_EMOJI ? Number(last === 1) : columnsOfOne(character)
    columns += last
  }
  return columns
}

/** The text, or as much of its beginning as `columns` hold, with … at the end. */
export function fitted(text: string, columns: number): string {
  const isNarrow = NARROW.test(text)
  if ((isNarrow ? text.length : columnsOf(text)) <= columns) return text
  if (columns < 1) return ''
  if (isNarrow) return `${text.slice(0, columns - 1)}…`
  let kept = ''
  let left = columns - 1
  for (const { segment: character } of segmenter.segment(text)) {
    left -= columnsOf(character)
    if (left < 0) break
    kept += character
  }
  return `${kept}…`
}

// What a reader takes for one character may be many code points: a flag, a family, an accent.
const segmenter = new Intl.Segmenter('en')

function columnsOfOne(character: string): number {
  if (INVISIBLE.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
