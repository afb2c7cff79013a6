import { textOf } from './errors.ts'
import { isError } from './foreign.ts'

const LONGEST = 80
/** A long password is cut out before the text is cut. In characters. */
const LONGEST_READ = 1_000
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
    const name = String(value.constructor.name).slice(0, LONGEST)
    return name === '' || name === 'Object' ? 'an object' : `an instance of ${name}`
  } catch {
    return 'an object' // without a constructor, or one that cannot be read
  }
}

const withoutSecrets = (text: string): string =>
  text.replaceAll(CREDENTIALS, '://…@').replaceAll(TOKENS, (_, key?: string, jwt?: string) => `${key ?? jwt}…`)
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)
