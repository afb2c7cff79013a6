import { LONGEST_READ, LONGEST_SHOWN, MOST_LISTED } from './bounds.ts'
import { textOf } from './errors.ts'
import { isError } from './foreign.ts'

/**
 * Control characters, line ends, half characters, and marks that are invisible or turn the direction of writing: they can paint the
 * terminal, forge a line or hide what it says. Joiners stay, because some emoji need them.
 */
export const UNSAFE: RegExp = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** The name and the password in a URL, such as one that was passed in the place of a client. A password may have any characters. */
const CREDENTIALS = /:\/\/[^\s"'<>]*@/g
/** Keys of providers such as OpenAI and Stripe, and JWTs: one that stands in the wrong place of a call must not stand in a message. */
const TOKENS = /\b([spr]k[-_])(?=[\w-]*\d)[\w-]{16,}|\b(eyJ)[\w-]{8,}[\w.-]*/g

/** A short, one-line form of any value for a message. Shows the kind of an object, but not its content, which may be a secret. */
export function show(value: unknown): string {
  if (typeof value === 'string') return cut(JSON.stringify(withoutSecrets(value.slice(0, LONGEST_READ))))
  if (typeof value === 'bigint') return cut(`${value}n`)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return cut(String(value))
  try {
    if (Array.isArray(value)) return 'an array'
    if (isError(value)) return `an error (${cut(textOf(value))})`
    const name = String(value.constructor.name).slice(0, LONGEST_SHOWN)
    return name === '' || name === 'Object' ? 'an object' : `an instance of ${name}`
  } catch {
    return 'an object' // without a constructor, or one that cannot be read
  }
}

const withoutSecrets = (text: string): string =>
  text.replaceAll(CREDENTIALS, '://…@').replaceAll(TOKENS, (_, key?: string, jwt?: string) => `${key ?? jwt}…`)
const cut = (text: string): string =>
  escaped(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text)

/**
 * Text from outside on one line, with control sequences escaped: `\n`, `\x1b`, `\u202e`. A text of more than `longest` characters is cut,
 * because an id or a reason may be megabytes long. Default: 4,000.
 */
export function printable(text: string, longest: number = 4_000): string {
  return escaped(text.length > longest ? `${text.slice(0, longest)}…` : text)
}

const escaped = (text: string): string => text.replace(UNSAFE, written)

function written(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 0x100) return ESCAPES[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Names or problems in a message: of many the first ones, and how many more there are. */
export function someOf(parts: readonly string[], separator: ', ' | '; ' = ', ', most: number = MOST_LISTED): string {
  const shown = parts.slice(0, most).join(separator)
  const more = parts.length - most
  return more > 0 ? `${shown}${separator === ', ' ? ' ' : separator}and ${more} more` : shown
}
