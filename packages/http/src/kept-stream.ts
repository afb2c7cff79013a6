import type { Frame, TextSource } from './sse-body.ts'

/** How far a client has read. */
interface Reader {
  /** The number of the frame that it reads next. */
  next: number
}

export interface KeptStreamParts {
  readonly owner: string
  readonly maxLength: number
  /** The text of a frame, with its number. */
  readonly textOf: (frame: Frame, number: number) => string
  /** Called when the reader has left, and when one comes. */
  readonly readerChanged: (stream: KeptStream) => void
}

interface KeptFrame {
  readonly frame: Frame
  /** How many characters all frames have up to its end, those that are gone too. */
  readonly end: number
}

/**
 * The frames of one run, for clients that come and go. The newest are kept, up to `maxLength`. At most half of them are unread, so that a client
 * whose connection broke finds those that were lost on the way. A client that comes back takes over from the connection that it had before: that one
 * may be dead, and would hold the run back.
 */
export class KeptStream {
  readonly owner: string
  readonly #options: KeptStreamParts
  #reader: Reader | undefined
  readonly #frames: KeptFrame[] = []
  /** The number of the first frame that is kept, from 1. */
  #first = 1
  #end = 0
  #hasEnded = false
  #isGivenUp = false
  #change = Promise.withResolvers<void>()

  constructor(options: KeptStreamParts) {
    this.owner = options.owner
    this.#options = options
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }
  get hasReader(): boolean {
    return this.#reader !== undefined
  }
  /** The characters of the frames that are kept. */
  get length(): number {
    return this.#end - this.#endBefore(this.#first)
  }

  /** Takes the frames of a run. While too many are unread, it asks for no more, and that holds the run back. */
  async fill(frames: AsyncGenerator<Frame>): Promise<void> {
    for await (const frame of frames) {
      this.#end += frame.length
      this.#frames.push({ frame, end: this.#end })
      this.#dropRead()
      this.#changed()
      while (this.#isFull()) await this.#change.promise
    }
    this.#hasEnded = true
    this.#changed()
  }

  #isFull(): boolean {
    if (this.#isGivenUp) return false
    const { maxLength } = this.#options
    // Without a client, all frames are for the one that may come back.
    return this.hasReader ? this.#end - this.#endBefore(this.#next) > maxLength / 2 : this.length > maxLength
  }

  #dropRead(): void {
    while (this.length > this.#options.maxLength && this.#first < this.#next) {
      this.#frames.shift()
      this.#first++
    }
  }

  /** The number of the frame that the client reads next; of the first one that is kept, without a client. */
  get #next(): number {
    return this.#reader?.next ?? this.#first
  }

  /** Where the frames end that come before one. */
  #endBefore(number: number): number {
    const before = this.#frames[number - 1 - this.#first]
    if (before !== undefined) return before.end
    const [first] = this.#frames
    return first === undefined ? this.#end : first.end - first.frame.length
  }

  /** Tells that no client comes back. The frames that still come are for no one, and hold nothing back. */
  giveUp(): void {
    this.#isGivenUp = true
    this.#changed()
  }

  /** The frames from `number` on; undefined if they are gone, or if nothing follows. */
  readFrom(number: number): TextSource | undefined {
    const behindLast = this.#first + this.#frames.length
    if (number < this.#first || number > behindLast || (number === behindLast && this.#hasEnded)) return undefined
    const reader: Reader = { next: number }
    this.#setReader(reader)
    const leave = (): void => {
      if (this.#reader === reader) this.#setReader(undefined)
    }
    return { next: () => this.#textFor(reader, leave), leave }
  }

  #setReader(reader: Reader | undefined): void {
    this.#reader = reader
    this.#changed()
    this.#options.readerChanged(this)
  }

  async #textFor(reader: Reader, leave: () => void): Promise<string | undefined> {
    while (this.#reader === reader) {
      const kept = this.#frames[reader.next - this.#first]
      if (kept !== undefined) {
        const number = reader.next++
        this.#changed()
        return this.#options.textOf(kept.frame, number)
      }
      if (this.#hasEnded) leave()
      else await this.#change.promise
    }
    return undefined
  }

  #changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }
}
