/** A name with one of these in it always has a secret value. */
const SECRET =
  /authorization|cookie|passw(?:or)?d|pass_?(?:phrase|code)|secret|credential|connection_?string|mnemonic|(?:api|access|private|signing|encryption|decryption|account|master|shared|hmac|symmetric|subscription|session|auth|license)_?key|(?:seed|recovery|backup)_?(?:phrase|code)/
/** Names that end so. `tokenizer` and `tokenCount` don't. */
const TOKEN = /token(s?)(?:_?\d+)?(?:_(?:value|header|string|hash))?$/
/**
 * Names whose last word is one of these. Such a word alone always names a secret. With more words it may be a flag or a number,
 * such as `requiresAuth` or `firstPass`; only the numbers of a PIN are secret.
 */
const LAST_WORD =
  /(^|_)(?:(pin|otp|cvv2?|cvc2?)|pwd|pass|jwt|bearer|auth(?!_?\d)|dsn|csrf|xsrf|hmac|sig|signature)(?:_?\d+)?(?:_(?:value|header|string|hash|code))?$/
/** In a sentence these come before a colon that assigns nothing: "took 5 tokens: fine". */
const WORD_OF_PROSE = /(?:^|_)(?:tokens|pass|auth|bearer|csrf|xsrf|hmac|sig|signature)$/
/** Parameters of URLs that hold a key or a signature. Elsewhere these are ordinary names. */
const PARAMETER = /^(?:key|code|sig|signature)$/
const HEADER = /authorization$|cookie2?$/

/** The words of a name in lower case, joined by `_`: `dbPass`, `DB-Pass` and `db.pass` are `db_pass`. */
const wordsOf = (name: string): string =>
  name.replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-\s.]+/g, '_').toLowerCase()

/** Whether a name has a secret value: always, never, or depending on the value. */
export type Secrecy = 'always' | 'never' | 'unless-number' | 'unless-flag' | 'unless-flag-or-number'

export function secrecyOf(name: string): Secrecy {
  const words = wordsOf(name)
  if (SECRET.test(words)) return 'always'
  const token = TOKEN.exec(words)
  // A number counts tokens.
  if (token !== null) return token[1] === '' ? 'always' : 'unless-number'
  const last = LAST_WORD.exec(words)
  if (last === null) return 'never'
  if (last.index === 0 && last[1] === '') return 'always'
  return last[2] === undefined ? 'unless-flag-or-number' : 'unless-flag'
}

export function isSecretValue(secrecy: Secrecy, value: unknown): boolean {
  if (secrecy === 'never' || secrecy === 'always') return secrecy === 'always'
  if (typeof value === 'number') return secrecy === 'unless-flag'
  return typeof value !== 'boolean' || secrecy === 'unless-number'
}

/** Whether a parameter of a URL is secret. */
export const isSecretParameter = (name: string): boolean => PARAMETER.test(name.toLowerCase())

/** Whether it is a header whose value goes on to the end of the line, with spaces and `;` in it. */
export const isSecretHeader = (name: string): boolean => HEADER.test(wordsOf(name))

export const isWordOfProse = (name: string): boolean => WORD_OF_PROSE.test(wordsOf(name))
