import { Writable } from 'node:stream'

/** A stream that keeps all text. With `slow` each write waits until `pass` is called. */
export class TextStream extends Writable {
  text = ''
  readonly isTTY?: boolean
  readonly columns?: number
  #held: (() => void) | undefined
  readonly #slow: boolean

  constructor({ isTTY, columns, slow = false }: { isTTY?: boolean; columns?: number; slow?: boolean } = {}) {
    super({ decodeStrings: false, highWaterMark: 16 })
    if (isTTY !== undefined) this.isTTY = isTTY
    if (columns !== undefined) this.columns = columns
    this.#slow = slow
  }

  override _write(chunk: string, _: BufferEncoding, done: () => void): void {
    this.text += chunk
    if (this.#slow) this.#held = done
    else done()
  }

  pass(): void {
    const held = this.#held
    this.#held = undefined
    held?.()
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1)
  }
}
