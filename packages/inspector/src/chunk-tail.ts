import type { Redactors } from './redactors.ts'

/** How many characters of the chunks of a stage readers get, and how many of their times at most. */
const MOST_TEXT = 4_000
const MOST_TIMES = 24
/** Half a secret isn't recognized, so this much more is kept, and dropped once secrets are out. In characters. */
const LONGEST_PART = 512
const KEPT_TEXT = MOST_TEXT + LONGEST_PART

/** The end of what a stage has yielded, and when its chunks came: each of them, or every second, fourth, … */
export class ChunkTail {
  count = 0
  #times: number[] = []
  /** Every which chunk has its time in `#times`. */
  #step = 1
  #text = ''
  /** How many characters came before `#text`. */
  #dropped = 0

  add(at: number): void {
    if (this.count++ % this.#step !== 0) return
    this.#times.push(Math.round(at))
    if (this.#times.length <= MOST_TIMES) return
    this.#times = this.#times.filter((_, place) => place % 2 === 0)
    this.#step *= 2
  }

  /** Keeps the text of a chunk, for readers that may see data. */
  addText(chunk: unknown, redactors: Redactors): void {
    const text = typeof chunk === 'string' ? chunk : jsonOf(redactors.facts.value(chunk))
    const end = text.length > KEPT_TEXT ? copyOf(text.slice(-KEPT_TEXT)) : text
    this.#dropped += text.length - end.length
    this.#text += end
    if (this.#text.length < 2 * KEPT_TEXT) return
    this.#dropped += this.#text.length - KEPT_TEXT
    this.#text = copyOf(this.#text.slice(-KEPT_TEXT))
  }

  get bytes(): number {
    return 2 * this.#text.length + 8 * this.#times.length
  }

  times(): readonly number[] {
    return this.#times
  }

  /** The last characters without secrets, and how many came before them. Undefined without text. */
  text({ chunks }: Redactors): { readonly end: string; readonly cut: number } | undefined {
    if (this.#text === '' && this.#dropped === 0) return undefined
    const clean = chunks.text(this.#text)
    // The first characters may be the end of a secret.
    const whole = this.#dropped === 0 ? clean : clean.slice(LONGEST_PART)
    const end = whole.slice(-MOST_TEXT)
    return { end, cut: this.#dropped + clean.length - end.length }
  }
}

/** A part of a string keeps the whole string in memory, and a copy doesn't. */
const copyOf = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')

/** Empty for undefined, which JSON can't write. */
function jsonOf(value: unknown): string {
  const json: string | undefined = JSON.stringify(value)
  return json ?? ''
}
