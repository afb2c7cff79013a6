import process from 'node:process'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 }
export type Style = keyof typeof CODES

export function painted(text: string, style: Style | undefined): string {
  return style === undefined || text.trim() === '' ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`
}

/** Whether to color. FORCE_COLOR decides first, then NO_COLOR, then whether the stream is a terminal with colors. */
export function wantsColor(stream: NodeJS.WritableStream): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = process.env
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  return (stream as Partial<NodeJS.WriteStream>).isTTY === true && TERM !== 'dumb'
}

// By the last word of an event's type. The first match counts.
const STYLES: readonly (readonly [RegExp, Style])[] = [
  [/fail|error|abandoned|exhausted/, 'red'],
  [/skip|cancel|retry|scheduled|denied|drop|blocked|overflow|underrun|unresolved|opened/, 'yellow'],
  [/complete|success|recovered/, 'green'],
  [/start/, 'blue'],
]

/** The color of an event, by the last word of its type. A tolerated failure is yellow. */
export function styleOf(word: string, isTolerated: boolean): Style {
  const style = STYLES.find(([pattern]) => pattern.test(word))?.[1] ?? 'cyan'
  return style === 'red' && isTolerated ? 'yellow' : style
}
