/** Collects what is wrong with the values of one call, so that one error says all of it. */
export class Problems {
  readonly #owner: string
  /** Whether an unknown field is a problem. Otherwise it is ignored. */
  readonly refusesUnknown: boolean
  readonly #said: string[] = []
  #count = 0
  #wrongType = false

  constructor(owner: string, refusesUnknown: boolean) {
    this.#owner = owner
    this.refusesUnknown = refusesUnknown
  }

  /** The value has the wrong type: the error is a `TypeError`. */
  type(field: string, expected: string, value: unknown): undefined {
    this.#wrongType = true
    this.range(field, expected, value)
  }

  /** The value has the right type and is out of range. */
  range(field: string, expected: string, value: unknown): undefined {
    this.#say(`${cut(field)} must be ${expected}, but is ${shown(value)}`)
  }

  /** A field is unknown. */
  unknown(says: string): undefined {
    this.#wrongType = true
    this.#say(says)
  }

  #say(problem: string): void {
    this.#count++
    if (this.#count <= MOST_SAID) this.#said.push(problem)
  }

  /** Throws the error, if there is a problem. */
  throwIfAny(): void {
    if (this.#said.length === 0) return
    const more = this.#count > MOST_SAID ? `; and ${this.#count - MOST_SAID} more problems` : ''
    const message = harmless(`${this.#owner}: ${this.#said.join('; ')}${more}.`)
    throw this.#wrongType ? new TypeError(message) : new RangeError(message)
  }
}

const MOST_SAID = 10
const LONGEST_FIELD = 120
const LONGEST_SHOWN = 40

const cut = (field: string): string => (field.length > LONGEST_FIELD ? `${field.slice(0, LONGEST_FIELD)}…` : field)

/** Names of fields may come from outside: they must not break the line or control a terminal. */
const harmless = (message: string): string =>
  message.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

function shownText(text: string): string {
  if (text.length <= LONGEST_SHOWN) return JSON.stringify(text)
  return `${JSON.stringify(text.slice(0, LONGEST_SHOWN))}… (${text.length} characters)`
}

/** A short form of a value. It leaves out what is in objects, which may be private. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return shownText(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
