import type { Clock } from '@stageflow/core'

import { FeedReader } from './feed-reader.ts'
import { Refused } from './refusal.ts'
import type { Reader } from './reader.ts'
import type { RunStates } from './run-states.ts'
import type { Runs } from './runs.ts'
import type { Shown } from './run-view.ts'

/** How many readers there may be at once. */
const MOST_READERS = 100

export interface FeedSetup {
  readonly runs: Runs
  readonly states: RunStates
  readonly shown: Shown
  readonly hasJournal: boolean
  readonly clock: Clock
}

/** What a reader wants to see beside the list. */
export interface Wanted {
  readonly run: string | undefined
  readonly stage: string | undefined
}

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
    if (this.#isClosed) throw new Refused(503, 'inspector/closed', 'The page was closed.')
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
