import type { CallDelta } from './chunk-deltas.ts'
import { partialJson } from './partial-arguments.ts'
import { PathArguments } from './path-arguments.ts'

/** A call that is still being written: it shows what has come so far whenever it is read. */
export interface PartialCall {
  /** Undefined until the model has said it. */
  readonly id: string | undefined
  readonly name: string | undefined
  /** The text of the arguments so far. */
  readonly argumentsText: string
  /** What can be read of them so far: an unfinished text is cut, an unfinished number or word left out. No schema has checked it. Parsed when it is asked for. */
  readonly arguments: unknown
}

export interface StreamedCall {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly arguments: unknown
  /** Its end has not come: then only arguments that are whole JSON are taken for whole. */
  readonly status?: 'incomplete'
  /** Of a call that is no function: no tool is found for it. */
  readonly type?: string
}

/** A call that is being put together. A class so that it is known again: its `arguments` are not to be taken for whole. */
export class WrittenCall implements PartialCall {
  readonly #most: number
  id: string | undefined
  name: string | undefined
  argumentsText = ''
  isEnded = false
  #type: string | undefined
  #whole: unknown
  #pieces: PathArguments | undefined
  #parsed: unknown = {}
  #parsedLength = 0

  constructor(most: number) {
    this.#most = most
  }

  get arguments(): unknown {
    if (this.#whole !== undefined) return this.#whole
    if (this.#pieces !== undefined) return structuredClone(this.#pieces.root)
    if (this.argumentsText.length !== this.#parsedLength) {
      this.#parsed = partialJson(this.argumentsText) ?? this.#parsed
      this.#parsedLength = this.argumentsText.length
    }
    return this.#parsed
  }

  /** Whether it says anything that can be seen. */
  take({ id, name, type, text, whole, pieces, ends, cuts }: CallDelta): boolean {
    if (isText(id)) this.id ??= id
    if (isText(name)) this.name ??= name
    this.#type ??= type
    if (typeof text === 'string') this.#write(this.argumentsText + text)
    if (typeof whole === 'string') this.#write(whole)
    else if (whole !== undefined && whole !== null) this.#whole = whole
    if (pieces !== undefined) (this.#pieces ??= new PathArguments(this.#most)).take(pieces)
    this.isEnded = cuts !== true && (this.isEnded || ends === true)
    return [id, name, text, whole, pieces].some((said) => said !== undefined)
  }

  finished(): StreamedCall {
    const isWhole = this.isEnded && this.#pieces?.isBroken !== true
    return {
      id: this.id,
      name: this.name,
      arguments: this.#whole ?? this.#pieces?.root ?? this.argumentsText,
      ...(isWhole ? undefined : { status: 'incomplete' as const }),
      ...(this.#type === undefined ? undefined : { type: this.#type }),
    }
  }

  /** One character over the bound is kept, by which it is known that there were more. */
  #write(text: string): void {
    this.argumentsText = text.length > this.#most ? text.slice(0, this.#most + 1) : text
    this.#parsedLength = -1
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
