/** A form in which a secret occurs in a value or a text. */
export interface Form {
  readonly group: string
  readonly name: string
  readonly given: unknown
  /** None of these, nor eight characters in a row of one, may stay. */
  readonly secrets: readonly string[]
  /** Why the redactor doesn't find it. Missing: it should be found. */
  readonly excluded?: string
}

/** The secret of most forms. Long enough to be a token, and no part of any other word. */
export const SECRET = 'Zq7SecretWordZq7x'
/** The second part of a secret that has two. */
export const REST = 'Hq4OtherHalfHq4y'

const ALPHABETS = {
  hex: '0123456789abcdef',
  digits: '0123456789',
  lower: 'abcdefghijklmnopqrstuvwxyz0123456789',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  base62: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  base64url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
}
export type Alphabet = keyof typeof ALPHABETS

/** Characters that look random, and are the same each time. `seed` makes them differ. */
export function drawn(alphabet: Alphabet, length: number, seed: string): string {
  const characters = ALPHABETS[alphabet]
  let state = numberOf(seed)
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text += characters[(state >>> 16) % characters.length]
  }
  // A separator at an end would not be part of a word.
  return text.replaceAll(/^[-_]|[-_]$/g, '7')
}

/** Whether a form or a harmless text is in the third that was held out while the redactor was changed. Its text alone decides. */
export const isHeldOut = (given: unknown): boolean => numberOf(JSON.stringify(given)) % 3 === 0

/** FNV-1a, with its bits mixed once more, since the last bits of FNV depend on few characters. */
function numberOf(text: string): number {
  let hash = 2_166_136_261
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619)
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_519)
  return (hash ^ (hash >>> 13)) >>> 0
}
