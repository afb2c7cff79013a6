import { FeedReader } from './feed-reader.ts'
import type { FeedSetup, Wanted } from './feed-reader.ts'
import { Refused } from './refusal.ts'
import type { Reader } from './reader.ts'

/** How many readers there may be at once. */
const MOST_READERS = 100

/** The readers that are sent what changes. */
export class Feed {
  readonly #options: FeedSetup
  readonly #readers = new Set<FeedReader>()
  #skipped = 0
  #isClosed = false

  constructor(options: FeedSetup) {
    this.#options = options
  }

  get readers(): number {
    return this.#readers.size
  }

  /** How many messages were left out because their reader was behind. */
  get skipped(): number {
    return this.#skipped
  }

  /** A stream of lines of JSON. Throws a `Refused`. */
  open(reader: Reader, wanted: Wanted): ReadableStream<Uint8Array> {
    if (this.#isClosed)
      throw new Refused(503, 'inspector/closed', 'The page was closed. Make another one with inspector().')
    if (this.#readers.size >= MOST_READERS)
      throw new Refused(503, 'inspector/too-many-readers', `The page has ${MOST_READERS} readers already. Close one.`)
    const one: FeedReader = new FeedReader(reader, wanted, this.#options, {
      skipped: () => void this.#skipped++,
      ended: () => void this.#readers.delete(one),
    })
    this.#readers.add(one)
    return one.stream
  }

  close(): void {
    this.#isClosed = true
    for (const reader of this.#readers) reader.end()
  }
}
