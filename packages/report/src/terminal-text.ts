const ESCAPE = String.fromCharCode(27)
const BELL = String.fromCharCode(7)
/** Colours, cursor moves and other sequences that a terminal obeys; then titles and links, whose text is hidden too. */
const SEQUENCES = new RegExp(
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]?|${ESCAPE}[\\]PX^_][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?`,
  'g',
)
/** Control characters, line ends, and the marks that turn the direction of writing: all of them can forge what a line says. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\s]+/gu
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\ufe0f]|\p{Emoji_Presentation}/u
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const PLAIN = /^[ -~]*$/
/** Nobody reads more of it on a terminal, and a message may be megabytes long. */
const LONGEST = 2_000

/** Makes text from outside safe to print on a terminal, on one line. */
export function safeText(text: string): string {
  return text.slice(0, LONGEST).replace(SEQUENCES, '').replace(UNSAFE, ' ').trim()
}

/** How many columns of a terminal the text takes up. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of charactersOf(text)) width += widthOf(character)
  return width
}

/** Cuts the text to `columns`, with … where something is missing. */
export function fit(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const character of charactersOf(text)) {
    width += widthOf(character)
    if (width > columns - 1) break
    kept += character
  }
  return columns < 1 ? '' : `${kept.trimEnd()}…`
}

/** Cuts or fills the text to exactly `columns`. */
export function padded(text: string, columns: number): string {
  const short = fit(text, columns)
  return short + ' '.repeat(Math.max(0, columns - displayWidth(short)))
}

/** What a reader takes for one character may be many code points: a flag, a family, an accent. */
function charactersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment)
}

function widthOf(character: string): number {
  if (INVISIBLE.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
