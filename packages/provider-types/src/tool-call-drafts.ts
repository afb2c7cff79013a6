import type { JsonObject } from './json-value.ts'
import type { LLMToolCallDelta } from './llm-delta.ts'
import type { LLMToolCall } from './tool-call.ts'

interface Draft {
  readonly index: number
  id: string
  name: string
  text: string
  /** Arguments that came as an object, and so at once. */
  whole: JsonObject | undefined
}

/** Tool calls whose fragments come one after the other, or mixed. */
export class ToolCallDrafts {
  readonly #drafts: Draft[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** Throws a `TypeError` or `RangeError` where a fragment fits no call; those before it are taken then. */
  add(fragment: LLMToolCallDelta): void {
    const draft = this.#draftFor(fragment)
    const given = fragment.arguments
    if (given !== undefined && given !== '' && (draft.whole !== undefined || (typeof given !== 'string' && draft.text)))
      throw new TypeError(`LLMDelta: the arguments of tool call ${draft.index} came whole, and there is another part.`)
    if (typeof given === 'string') draft.text += given
    else if (given !== undefined) draft.whole = given
    // Some servers repeat both in every fragment.
    draft.id ||= fragment.id ?? ''
    draft.name ||= fragment.name ?? ''
  }

  /** In the order of their indexes. */
  calls(): readonly LLMToolCall[] {
    return this.#drafts
      .toSorted((one, other) => one.index - other.index)
      .map(({ id, name, text, whole }) => ({ ...(id === '' ? undefined : { id }), name, arguments: whole ?? text }))
  }

  #draftFor({ index, id, name }: LLMToolCallDelta): Draft {
    const found =
      // One index may stand for several calls, and one id too.
      (id && this.#drafts.findLast((draft) => draft.id === id && (index ?? draft.index) === draft.index)) ||
      (index !== undefined
        ? this.#drafts.findLast((draft) => draft.index === index)
        : id || name
          ? undefined
          : this.#drafts.at(-1))
    // Servers that know no indexes say 0 for every call: another id, with a name, is another call.
    if (found !== undefined && !(id && name && found.id && found.id !== id)) return found
    if (this.#drafts.length === this.#most)
      throw new RangeError(`LLMDelta: more than ${this.#most} tool calls (maxToolCalls) in one answer.`)
    const draft: Draft = { index: index ?? this.#drafts.length, id: '', name: '', text: '', whole: undefined }
    this.#drafts.push(draft)
    return draft
  }
}
