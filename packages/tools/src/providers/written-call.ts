import type { ToolCallDraft } from '@stageflow/provider-types'

import type { CallDelta } from './chunk-deltas.ts'
import { partialJson } from './partial-arguments.ts'
import { PathArguments } from './path-arguments.ts'
import { type StreamedCall, StreamingCall } from './streaming-call.ts'

/** A call that still streams. Reading it shows what has come so far. */
export interface PartialCall {
  /** Undefined until the stream has it. */
  readonly id: string | undefined
  readonly name: string | undefined
  /** The text of the arguments so far. */
  readonly argumentsText: string
  /** The arguments so far: an unfinished string is cut, an unfinished number or word left out. Unchecked; parsed when you read it. */
  readonly arguments: unknown
}

/** A call that is put together from the deltas of a stream. */
export class WrittenCall extends StreamingCall implements PartialCall {
  readonly #maxLength: number
  id: string | undefined
  name: string | undefined
  argumentsText = ''
  isEnded = false
  #type: string | undefined
  #whole: unknown
  #pieces: PathArguments | undefined
  #parsed: unknown = {}
  #parsedText = ''

  constructor(maxLength: number) {
    super()
    this.#maxLength = maxLength
  }

  get arguments(): unknown {
    if (this.#whole !== undefined) return this.#whole
    if (this.#pieces !== undefined) return structuredClone(this.#pieces.root)
    if (this.argumentsText !== this.#parsedText) {
      this.#parsed = partialJson(this.argumentsText) ?? this.#parsed
      this.#parsedText = this.argumentsText
    }
    return this.#parsed
  }

  /** Takes over the draft's id, name and text, and the rest of the delta. Returns whether anything visible may have changed. */
  take(delta: CallDelta, draft?: ToolCallDraft): boolean {
    if (draft !== undefined) {
      this.id = draft.id || undefined
      this.name = draft.name || undefined
      this.argumentsText = draft.arguments as string
    }
    const { id, name, type, text, whole, pieces, ends, cuts } = delta
    this.#type ??= type
    if (whole !== undefined && whole !== null && typeof whole !== 'string') this.#whole = whole
    if (pieces !== undefined) (this.#pieces ??= new PathArguments(this.#maxLength)).take(pieces)
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
}
