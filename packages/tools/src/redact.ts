import { createRedactor, REDACTED, type Redactor } from '@stageflow/core/redaction'

import type { AnyTool } from './tool-types.ts'

/** The bounds of a value in an event. */
const BOUNDS = { maxTextLength: 200, maxEntries: 20, maxDepth: 4, maxLength: 2_000 }

/** The bounds of a value that is searched for secrets before it is cut. */
const WIDE_BOUNDS = { ...BOUNDS, maxTextLength: 2_000, maxEntries: 200, maxLength: 20_000 }

/** Shorter numbers and strings are part of too many texts to count as the secret itself. */
const SHORTEST_SECRET = 4

const plain = createRedactor(BOUNDS)
const redactors = new WeakMap<AnyTool, Redactor>()

/** A summary of an input, an output or a partial result for an event: bounded, without secrets, also those of `input`. Never throws. */
export function payloadSummary(tool: AnyTool | undefined, value: unknown, input?: unknown): unknown {
  if (tool?.data === false) return REDACTED
  const redactor = redactorOf(tool)
  const secrets = secretsOf(tool, input)
  if (secrets.length === 0) return redactor.value(value)
  // Secrets go before the value is cut, because half a secret is not found.
  return redactor.value(withoutIn(wideRedactor.value(value), secrets))
}

/** The message of an error for an event. */
export function shownText(tool: AnyTool | undefined, text: string): string {
  return tool?.data === false ? REDACTED : text
}

/** A text without what looks like a secret, and without the values that `input` has under secret names; bounded. */
export function cleanText(tool: AnyTool | undefined, text: string, input: unknown): string {
  return textRedactor.text(without(text, secretsOf(tool, input)))
}

const textRedactor = createRedactor({ maxTextLength: 1_000 })
const wideRedactor = createRedactor(WIDE_BOUNDS)

function without(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) clean = clean.replaceAll(secret, REDACTED)
  return clean
}

/** In a JSON value. */
function withoutIn(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return without(value, secrets)
  if (typeof value === 'number' && secrets.includes(String(value))) return REDACTED
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((held) => withoutIn(held, secrets))
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => [without(key, secrets), withoutIn(held, secrets)]),
  )
}

function redactorOf(tool: AnyTool | undefined): Redactor {
  if (tool?.redaction === undefined) return plain
  const known = redactors.get(tool)
  if (known !== undefined) return known
  const made = redactorFor(tool.redaction)
  redactors.set(tool, made)
  return made
}

/** The redactor of a tool with this option. Throws `core/illegal-redaction`. */
export const redactorFor = (redaction: AnyTool['redaction']): Redactor => createRedactor(redaction, BOUNDS)

/** How many values of an input are searched for secrets, and how many secrets are removed. */
const MOST_VALUES = 10_000
const MOST_SECRETS = 200

/** The values that an input has under secret names, the longest first, since one may be a part of another. */
function secretsOf(tool: AnyTool | undefined, input: unknown): readonly string[] {
  if (tool?.redaction === false) return []
  const search = new SecretSearch(redactorOf(tool))
  try {
    search.look(input, false)
  } catch {
    // What cannot be read cannot be in a text.
  }
  return [...search.found].toSorted((one, other) => other.length - one.length)
}

/** Collects secret values, because a handler may have put them into its error. Looks at so many values, and keeps so many secrets. */
class SecretSearch {
  readonly found = new Set<string>()
  readonly #redactor: Redactor
  #left = MOST_VALUES

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  /** `isSecret`: the value is below a secret name. */
  look(value: unknown, isSecret: boolean): void {
    this.#left--
    if (this.#left < 0 || this.found.size > MOST_SECRETS) return
    if (typeof value === 'object' && value !== null) this.#lookInside(value, isSecret)
    else if (isSecret) this.#add(value)
  }

  #lookInside(value: object, isSecret: boolean): void {
    for (const [key, held] of entriesOf(value)) {
      if (this.#left <= 0) return
      const isHere = key !== undefined && isHidden(this.#redactor, key, held)
      this.look(held, isSecret || isHere)
    }
  }

  #add(value: unknown): void {
    if (!/string|number|bigint/.test(typeof value)) return
    const secret = String(value)
    if (secret.length < SHORTEST_SECRET) return
    for (const written of writingsOf(secret)) this.found.add(written)
  }
}

function entriesOf(value: object): Iterable<readonly [key: string | undefined, held: unknown]> {
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (held: unknown) => [undefined, held])
  if (value instanceof Map) return Array.from(value, ([key, held]) => [String(key), held])
  return ArrayBuffer.isView(value) ? [] : Object.entries(value)
}

/** As it is, in JSON, and in a URL: as a part, and as a form writes it. */
function writingsOf(secret: string): readonly string[] {
  const part = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd'))
  return [secret, JSON.stringify(secret).slice(1, -1), part, `${new URLSearchParams([['', secret]])}`.slice(1)]
}

function isHidden(redactor: Redactor, key: string, value: unknown): boolean {
  if (value === undefined || value === null) return false
  // The name decides. The value stands in with its type, because a number under `tokens` is a count.
  const probe = typeof value === 'number' ? 0 : ''
  const shown = redactor.value(Object.fromEntries([[key, probe]])) as Readonly<Record<string, unknown>>
  return Object.values(shown)[0] === REDACTED
}
