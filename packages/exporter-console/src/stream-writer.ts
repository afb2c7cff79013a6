import type { Writable } from 'node:stream'

/** Writes to a stream that the app owns and also uses. An error of the stream fails the writes in progress, and never the process. */
export class StreamWriter {
  readonly #stream: NodeJS.WritableStream
  readonly #refusals = new Set<(error: unknown) => void>()
  readonly #writes = new Set<Promise<void>>()
  #isListening = false
  #isErrorDue = false

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  /** Resolves when the stream has accepted the text, however slow it is. */
  write(text: string): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      // A failed stream keeps the text and never calls back.
      if (!this.#stream.writable) throw this.#reason()
      this.#refusals.add(reject)
      this.#listen()
      const settled = (error?: unknown): void => {
        this.#refusals.delete(reject)
        if (error) reject(error)
        else resolve()
        this.#unlisten()
      }
      try {
        this.#stream.write(text, (error) => {
          // The stream emits the same error right after its callback. Without a listener that would end the process.
          this.#isErrorDue = error instanceof Error
          settled(error)
        })
      } catch (error) {
        settled(error)
      }
    })
    this.#writes.add(written)
    const forget = (): void => void this.#writes.delete(written)
    written.then(forget, forget)
    return written
  }

  /** Resolves when every write has succeeded or failed. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#writes)
  }

  readonly #onError = (error: unknown): void => {
    this.#isErrorDue = false
    this.#refuseAll(error)
  }

  readonly #onClose = (): void => this.#refuseAll(this.#reason())

  #reason(): Error {
    const { errored } = this.#stream as Partial<Writable>
    return errored ?? new Error('the stream is closed')
  }

  #refuseAll(error: unknown): void {
    for (const refuse of this.#refusals) refuse(error)
    this.#refusals.clear()
    this.#unlisten()
  }

  #listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#stream.on('error', this.#onError).on('close', this.#onClose)
  }

  /** Leaves the stream once no write is in progress and no error is to come. */
  #unlisten(): void {
    const isNeeded = this.#isErrorDue || this.#refusals.size > 0
    if (!this.#isListening || isNeeded) return
    this.#isListening = false
    this.#stream.off('error', this.#onError).off('close', this.#onClose)
  }
}
