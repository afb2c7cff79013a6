import { isRecord } from './fields.ts'
import type { JsonObject } from './json-value.ts'
import type { LLMToolCallDelta } from './llm-delta.ts'
import { shown } from './problems.ts'
import type { LLMToolCall } from './tool-call.ts'

/** A tool call whose fragments still come. */
export interface ToolCallDraft {
  /** The provider's index, or the place of the call among those of the stream. */
  readonly index: number
  /** Empty until a fragment has one. */
  readonly id: string
  /** Empty until a fragment has one. */
  readonly name: string
  /** The text so far, or the object that came whole. */
  readonly arguments: string | JsonObject
}

type WritableDraft = { -readonly [Name in keyof ToolCallDraft]: ToolCallDraft[Name] }

/**
 * Puts the fragments of streamed tool calls together, however a server marks them: by index, by id, by both or by neither.
 * Everything that reads streamed calls uses it, so the same stream gives the same calls everywhere.
 */
export class ToolCallAccumulator {
  readonly #drafts: WritableDraft[] = []
  readonly #maxCalls: number

  /** `maxCalls`: how many calls it takes; for one more, `add` throws a `RangeError`. */
  constructor(maxCalls: number) {
    if (typeof maxCalls !== 'number' || !(maxCalls >= 1))
      throw new TypeError(`ToolCallAccumulator: maxCalls must be a number of 1 or more, but is ${shown(maxCalls)}.`)
    this.#maxCalls = maxCalls
  }

  /** The call that a fragment belongs to; undefined if the fragment begins a new one. */
  find(fragment: LLMToolCallDelta): ToolCallDraft | undefined {
    const { index, id, name } = checkedFragment('find', fragment)
    return this.#find(index, id, name)
  }

  /**
   * Adds a fragment to its call, and returns the call. `replaces`: the fragment has the arguments as a whole, instead of a part.
   * Throws a `TypeError` if a part follows arguments that came whole, and a `RangeError` if there are too many calls.
   */
  add(fragment: LLMToolCallDelta, { replaces = false }: { readonly replaces?: boolean } = {}): ToolCallDraft {
    const { index, id = '', name = '', arguments: given = '' } = checkedFragment('add', fragment)
    const draft = this.#find(index, id, name) ?? this.#begin(index)
    if (replaces) draft.arguments = given
    else if (given !== '') draft.arguments = joined(draft, given)
    // Some servers repeat both in every fragment.
    draft.id ||= id
    draft.name ||= name
    return draft
  }

  /** The calls so far, in the order of their indexes. */
  calls(): readonly LLMToolCall[] {
    const inOrder = this.#drafts.toSorted((one, other) => one.index - other.index)
    return inOrder.map(callOf)
  }

  #find(index: number | undefined, id = '', name = ''): WritableDraft | undefined {
    const sameId = id === '' ? undefined : this.#findById(id, index)
    if (sameId !== undefined) return sameId
    if (index !== undefined) return this.#findByIndex(index, id, name)
    // A fragment without any mark goes on with the newest call.
    const isUnmarked = id === '' && name === ''
    return isUnmarked ? this.#drafts.at(-1) : undefined
  }

  /** Several calls may have one id, so the index must be the same too, if it is given. */
  #findById(id: string, index: number | undefined): WritableDraft | undefined {
    return this.#drafts.findLast((draft) => draft.id === id && (index === undefined || draft.index === index))
  }

  /** Servers without indexes say 0 for every call: another id, with a name, is another call. */
  #findByIndex(index: number, id: string, name: string): WritableDraft | undefined {
    const found = this.#drafts.findLast((draft) => draft.index === index)
    const beginsAnother = id !== '' && name !== '' && found !== undefined && found.id !== ''
    return beginsAnother ? undefined : found
  }

  #begin(index: number = this.#drafts.length): WritableDraft {
    if (this.#drafts.length >= this.#maxCalls)
      throw new RangeError(`LLMDelta: more than ${this.#maxCalls} tool calls (maxToolCalls) in one response.`)
    const draft: WritableDraft = { index, id: '', name: '', arguments: '' }
    this.#drafts.push(draft)
    return draft
  }
}

function checkedFragment(method: 'find' | 'add', fragment: unknown): LLMToolCallDelta {
  if (isRecord(fragment)) return fragment
  throw new TypeError(`ToolCallAccumulator.${method}: a fragment must be an object, but is ${shown(fragment)}.`)
}

function callOf({ id, name, arguments: given }: ToolCallDraft): LLMToolCall {
  return id === '' ? { name, arguments: given } : { id, name, arguments: given }
}

function joined({ index, arguments: known }: ToolCallDraft, more: string | JsonObject): string | JsonObject {
  if (known === '') return more
  if (typeof known === 'string' && typeof more === 'string') return known + more
  throw new TypeError(`LLMDelta: the arguments of tool call ${index} came whole, and there is another part.`)
}
