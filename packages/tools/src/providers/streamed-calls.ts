import { checkOptions, type OptionRules, refuseOptions, show, whole } from '@stageflow/core/kit'
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
  checkOptions('streamedCalls()', 'tools/illegal-option', options, OPTIONS)
  const { maxCalls = 128, maxArgumentsLength = 1_048_576 } = options
  const calls: WrittenCall[] = []
  const byDraft = new Map<ToolCallDraft, WrittenCall>()
  const sources = new Map<DeltaSource, ToolCallAccumulator>()
  let googleIndex = 0
  let googleCall: WrittenCall | undefined

  const fragmentsOf = (source: DeltaSource): ToolCallAccumulator => {
    const known = sources.get(source)
    if (known !== undefined) return known
    const made = new ToolCallAccumulator(Infinity) // `calls` has the bound for all sources together
    sources.set(source, made)
    return made
  }
  /** Google's fragments have no index: a call begins when the one before it has ended. */
  const indexOf = ({ source, index }: CallDelta): number | undefined => {
    if (source !== 'google') return index
    if (googleCall?.isEnded === true) googleIndex++
    return googleIndex
  }
  const addTo = (source: DeltaSource, delta: CallDelta): WrittenCall | undefined => {
    const fragments = fragmentsOf(source)
    const place = { index: indexOf(delta), id: textOf(delta.id), name: textOf(delta.name) }
    const known = fragments.find(place)
    if (known === undefined && (delta.starts !== true || calls.length > maxCalls)) return undefined
    const replaces = typeof delta.whole === 'string'
    const text = textOf(replaces ? delta.whole : delta.text)
    // One character over the bound is kept, so that `parseAndResolve` sees that there were more.
    const room = maxArgumentsLength + 1 - (replaces ? 0 : ((known?.arguments.length as number | undefined) ?? 0))
    const draft = fragments.add({ ...place, arguments: text.slice(0, Math.max(0, room)) }, { replaces })
    let call = byDraft.get(draft)
    if (call === undefined) {
      call = new WrittenCall(maxArgumentsLength)
      calls.push(call)
      byDraft.set(draft, call)
    }
    if (source === 'google') googleCall = call
    return call.take(delta, draft) ? call : undefined
  }
  return Object.freeze({
    add: (chunk: unknown) => {
      refuseOptions('add()', 'tools/illegal-option', chunkProblems(chunk))
      const changed = new Set<PartialCall>()
      for (const delta of safely(chunk)) {
        const { source, cuts } = delta
        const call = source === undefined ? undefined : addTo(source, delta)
        if (call !== undefined) changed.add(call)
        if (source === undefined) for (const each of cuts ? calls.slice(-1) : calls) each.take(delta)
      }
      return [...changed]
    },
    get calls() {
      return [...calls]
    },
    finish: () => calls.map((call) => call.finished()),
  })
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
