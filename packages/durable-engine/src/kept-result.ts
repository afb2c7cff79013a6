/**
 * The parts of the facts of one run, by their identity in this process. The result of a run consists of them for the most part: it is
 * kept with references in their places.
 */
export class FactParts {
  readonly #references = new Map<unknown, string>()

  /** Notes what a result may have of a fact: each of its fields, and each entry of a list. */
  add(n: number, fact: object): void {
    for (const [field, value] of Object.entries(fact)) {
      this.#note(`${MARK}${n}.${field}`, value)
      if (Array.isArray(value))
        for (const [index, entry] of value.entries()) this.#note(`${MARK}${n}.${field}.${index}`, entry)
    }
  }
  #note(reference: string, value: unknown): void {
    if (isWorthAReference(value)) this.#references.set(value, reference)
  }

  referenceTo(value: unknown): string | undefined {
    return isWorthAReference(value) ? this.#references.get(value) : undefined
  }
}

/** Begins a reference. A text that begins with it is written with a second one. */
const MARK = '\0'
/** A reference is about as long. */
const SHORTEST_TEXT = 24

const isWorthAReference = (value: unknown): boolean =>
  typeof value === 'string' ? value.length >= SHORTEST_TEXT : typeof value === 'object' && value !== null

/** Writes a result as JSON, with references in the places of what facts have. */
export const resultText = (result: unknown, parts: FactParts): string =>
  JSON.stringify(result, (_name, value: unknown) => {
    const reference = parts.referenceTo(value)
    if (reference !== undefined) return reference
    return typeof value === 'string' && value.startsWith(MARK) ? MARK + value : value
  })

/** Reads what `resultText` has written. `factAt` gives the value of a fact. Throws a TypeError if it has no such part. */
export const readResult = (text: string, factAt: (n: number) => unknown): unknown =>
  JSON.parse(text, (_name, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(MARK)) return value
    if (value.startsWith(MARK, 1)) return value.slice(1)
    const [n, ...path] = value.slice(1).split('.')
    return path.reduce(partOf, factAt(Number(n)))
  })

function partOf(value: unknown, name: string): unknown {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) return value[name as never]
  throw new TypeError(`No fact has the part "${name}" that the result refers to.`)
}
