import { checkArgumentCount, checkOptions, type OptionRules, refuseOptions, show, whole } from '@stageflow/core/kit'
import { ToolCallAccumulator, type ToolCallDraft } from '@stageflow/provider-types'

import { type CallDelta, deltasIn, type DeltaSource } from './chunk-deltas.ts'
import type { StreamedCall } from './streaming-call.ts'
import { type PartialCall, WrittenCall } from './written-call.ts'

/** Puts streamed tool calls together. */
export interface StreamedCalls {
  /**
   * Adds a chunk of a stream, and returns the calls that it changed. Ignores chunks without tool calls. Throws `tools/illegal-option` for
   * what isn't an object, such as a line of text.
   */
  add(chunk: unknown): readonly PartialCall[]
  /** The calls so far, in the order in which they began. */
  readonly calls: readonly PartialCall[]
  /** The calls as far as they have come, for `parseAndResolve`. */
  finish(): readonly StreamedCall[]
}

/** The options of `streamedCalls()`. */
export interface StreamedCallsOptions {
  /** Maximum number of calls. One more is kept, so that `parseAndResolve` can refuse it. Default: 128. */
  readonly maxCalls?: number
  /** Maximum length of a call's arguments, in characters. Longer ones are cut, and `parseAndResolve` refuses them. Default: 1,048,576. */
  readonly maxArgumentsLength?: number
}

const OPTIONS: OptionRules<StreamedCallsOptions> = { maxCalls: whole(1), maxArgumentsLength: whole(1) }

/** Puts together the tool calls that OpenAI (chat and responses), Anthropic, Google and the AI SDK stream in fragments. */
export function streamedCalls(options: StreamedCallsOptions = {}): StreamedCalls {
  checkArgumentCount(arguments.length, 1, 'streamedCalls(options)', 'tools/illegal-option')
  checkOptions('streamedCalls()', 'tools/illegal-option', options, OPTIONS)
  const { maxCalls = 128, maxArgumentsLength = 1_048_576 } = options
  const assembly = new Assembly(maxCalls, maxArgumentsLength)
  return Object.freeze({
    add: (chunk: unknown) => {
      refuseOptions('add()', 'tools/illegal-option', chunkProblems(chunk))
      return assembly.add(chunk)
    },
    get calls() {
      return [...assembly.calls]
    },
    finish: () => assembly.calls.map((call) => call.finished()),
  })
}

/** The calls of one stream. */
class Assembly {
  readonly calls: WrittenCall[] = []
  readonly #maxCalls: number
  readonly #maxLength: number
  readonly #fragments = new Map<DeltaSource, ToolCallAccumulator>()
  readonly #byDraft = new Map<ToolCallDraft, WrittenCall>()
  #googleIndex = 0
  #googleCall: WrittenCall | undefined

  constructor(maxCalls: number, maxLength: number) {
    this.#maxCalls = maxCalls
    this.#maxLength = maxLength
  }

  /** Returns the calls that the chunk changed. */
  add(chunk: unknown): readonly PartialCall[] {
    const changed = new Set<PartialCall>()
    for (const delta of safely(chunk)) {
      if (delta.source === undefined) {
        this.#tellAll(delta)
        continue
      }
      const call = this.#addTo(delta.source, delta)
      if (call !== undefined) changed.add(call)
    }
    return [...changed]
  }

  /** A delta about every call; if the model ran out of tokens, about the last one only. */
  #tellAll(delta: CallDelta): void {
    const calls = delta.cuts ? this.calls.slice(-1) : this.calls
    for (const call of calls) call.take(delta)
  }

  /** Adds a delta to its call, and returns the call if that changed it. */
  #addTo(source: DeltaSource, delta: CallDelta): WrittenCall | undefined {
    const fragments = this.#fragmentsOf(source)
    const place = { index: this.#indexOf(delta), id: textOf(delta.id), name: textOf(delta.name) }
    const known = fragments.find(place)
    const begins = delta.starts === true && this.calls.length <= this.#maxCalls
    if (known === undefined && !begins) return undefined
    const replaces = typeof delta.whole === 'string'
    const text = textOf(replaces ? delta.whole : delta.text)
    const draft = fragments.add({ ...place, arguments: this.#cut(text, replaces ? undefined : known) }, { replaces })
    const call = this.#callOf(draft)
    if (source === 'google') this.#googleCall = call
    return call.take(delta, draft) ? call : undefined
  }

  /** As much of a text as there is room for behind a draft. One character more is kept, so that `parseAndResolve` sees that there were more. */
  #cut(text: string, draft: ToolCallDraft | undefined): string {
    const length = typeof draft?.arguments === 'string' ? draft.arguments.length : 0
    return text.slice(0, Math.max(0, this.#maxLength + 1 - length))
  }

  #callOf(draft: ToolCallDraft): WrittenCall {
    const known = this.#byDraft.get(draft)
    if (known !== undefined) return known
    const call = new WrittenCall(this.#maxLength)
    this.calls.push(call)
    this.#byDraft.set(draft, call)
    return call
  }

  #fragmentsOf(source: DeltaSource): ToolCallAccumulator {
    const known = this.#fragments.get(source)
    if (known !== undefined) return known
    const fragments = new ToolCallAccumulator(Infinity) // `calls` has the bound for all sources together
    this.#fragments.set(source, fragments)
    return fragments
  }

  /** Google's fragments have no index: a call begins when the one before it has ended. */
  #indexOf({ source, index }: CallDelta): number | undefined {
    if (source !== 'google') return index
    if (this.#googleCall?.isEnded === true) this.#googleIndex++
    return this.#googleIndex
  }
}

function chunkProblems(chunk: unknown): readonly string[] {
  if (typeof chunk === 'object' && chunk !== null) return []
  return [
    `a chunk must be an object, as the provider's SDK yields it, not ${show(chunk)}; parse server-sent events first`,
  ]
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function safely(chunk: unknown): readonly CallDelta[] {
  try {
    return deltasIn(chunk)
  } catch {
    return [] // a chunk that cannot be read
  }
}
