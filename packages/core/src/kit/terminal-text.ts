import { UNSAFE } from '../base/show.ts'

/** How many columns a code point takes up on a terminal, such as `eastAsianWidth` of the package get-east-asian-width. */
export type CodePointWidth = (codePoint: number) => number

const PLAIN = /^[ -~]*$/
/** Combining marks and format characters have no width. */
const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u
/** Makes a wide emoji of the character before it. */
const AS_EMOJI = '\ufe0f'
const ESCAPE = String.fromCharCode(27)
const BELL = String.fromCharCode(7)
/** Colors, cursor moves and other sequences that a terminal obeys; then titles and links, whose text it hides. */
const SEQUENCES = new RegExp(
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]?|${ESCAPE}[\\]PX^_][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?`,
  'g',
)
/** Longer texts are cut. In characters. */
const LONGEST = 4_000
/** What a reader takes for one character may be many code points: a flag, a family, an accent. */
const segmenter = new Intl.Segmenter('en')

/** Text from outside on one line, without control sequences. Cut at 4,000 characters. */
export const plainLine = (text: string): string =>
  text.slice(0, LONGEST).replace(SEQUENCES, '').replace(UNSAFE, ' ').replaceAll(/\s+/g, ' ').trim()

/**
 * How many columns the text takes up on a terminal that joins no emoji: fewer if it shows a family as one. Counted so, no text flows
 * over the edge.
 */
export function columnsOf(text: string, widthOf: CodePointWidth): number {
  if (PLAIN.test(text)) return text.length
  let columns = 0
  let last = 0
  for (const character of text) {
    if (character === AS_EMOJI) last = Number(last === 1)
    else last = INVISIBLE.test(character) ? 0 : widthOf(character.codePointAt(0) as number)
    columns += last
  }
  return columns
}

/** The text, or as much of its beginning as fits in `width` columns, with … at the end. */
export function cutText(text: string, width: number, widthOf: CodePointWidth): string {
  if (columnsOf(text, widthOf) <= width) return text
  if (width < 1) return ''
  let kept = ''
  let left = width - 1
  for (const { segment } of segmenter.segment(text)) {
    left -= columnsOf(segment, widthOf)
    if (left < 0) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

/** The text, cut or filled with spaces to exactly `width` columns. */
export function padText(text: string, width: number, widthOf: CodePointWidth): string {
  const short = cutText(text, width, widthOf)
  return short + ' '.repeat(Math.max(0, width - columnsOf(short, widthOf)))
}

/** A duration in ms for people: `340 µs`, `1.2 ms`, `85 ms`, `1.24 s`, `2 m 05 s`, `1 h 02 m`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '?'
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms === 0) return '0 ms'
  // Each limit is where the next smaller unit would round up to a full one: never "1000 ms", never "60.0 s".
  if (ms < 0.000_5) return '0 µs'
  if (ms < 0.999_5) return `${Math.round(ms * 1_000)} µs`
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${Number((ms / 1_000).toFixed(2))} s`
  if (ms < 59_950) return `${Number((ms / 1_000).toFixed(1))} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')
