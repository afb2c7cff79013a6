/** Gathers what is wrong with the values of one call, so that one error says all of it. */
export class Problems {
  readonly #owner: string
  /** Whether a field that nobody knows is one; else it is left out. */
  readonly refusesUnknown: boolean
  readonly #said: string[] = []
  #count = 0
  #wrongType = false

  constructor(owner: string, refusesUnknown: boolean) {
    this.#owner = owner
    this.refusesUnknown = refusesUnknown
  }

  /** The value is of another kind: the error is a `TypeError`. */
  type(field: string, expected: string, value: unknown): undefined {
    this.#wrongType = true
    this.range(field, expected, value)
  }

  /** The value is of the right kind, and none that there can be. */
  range(field: string, expected: string, value: unknown): undefined {
    this.#say(`${cut(field)} must be ${expected}, but is ${shown(value)}`)
  }

  /** What is given has no place. */
  unknown(says: string): undefined {
    this.#wrongType = true
    this.#say(says)
  }

  #say(problem: string): void {
    this.#count++
    if (this.#count <= MOST_SAID) this.#said.push(problem)
  }

  /** Throws the one error, where there is anything to say. */
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

/** Names of fields may come from outside: none is to break the line, or to command a terminal. */
const harmless = (message: string): string =>
  message.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** A value as a person recognises it; what is in objects may be private, and stays out. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return value.length > LONGEST_SHOWN
      ? `${JSON.stringify(value.slice(0, LONGEST_SHOWN))}… (${value.length} characters)`
      : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
