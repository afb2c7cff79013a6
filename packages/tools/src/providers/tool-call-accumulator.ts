import { deltasIn, GOOGLE } from './chunk-deltas.ts'
import type { CallDelta } from './chunk-deltas.ts'
import { checkOptions, WHOLE } from './option-rules.ts'
import { isText, WrittenCall } from './written-call.ts'
import type { PartialCall, StreamedCall } from './written-call.ts'

/** Puts streamed tool calls together. */
export interface ToolCallAccumulator {
  /** Takes one chunk of a stream and answers the calls that it changed; what is about no tool call is passed over. Never throws. */
  add(chunk: unknown): readonly PartialCall[]
  /** The calls so far, in the order in which they began. */
  readonly calls: readonly PartialCall[]
  /** The calls as far as they have come, for `parseAndResolve`. */
  finish(): readonly StreamedCall[]
}

export interface AccumulatorOptions {
  /** How many calls are kept; one more is, so that `parseAndResolve` can say that there are too many. Default: 128. */
  readonly maxCalls?: number
  /** Of one call, in characters; what is longer is cut, and refused by `parseAndResolve`. Default: 1,048,576. */
  readonly maxArgumentsLength?: number
}

/** Puts together the tool calls that OpenAI (chat and responses), Anthropic, Google and the AI SDK stream in pieces. */
export function toolCallAccumulator(options: AccumulatorOptions = {}): ToolCallAccumulator {
  checkOptions('toolCallAccumulator()', options, { maxCalls: WHOLE, maxArgumentsLength: WHOLE }, '{ maxCalls: 128 }')
  const { maxCalls = 128, maxArgumentsLength = 1_048_576 } = options
  const calls: WrittenCall[] = []
  const byKey = new Map<string, WrittenCall>()

  const callOf = (delta: CallDelta): WrittenCall | undefined => {
    const known = byKey.get(delta.key)
    // Some servers give every call the index 0, and tell them apart by their ids.
    const isAnother = isText(delta.id) && known?.id !== undefined && known.id !== delta.id
    const isOver = delta.key === GOOGLE && known?.isEnded === true
    if (known !== undefined && !isAnother && !isOver) return known
    if (delta.starts !== true || calls.length > maxCalls) return undefined
    const begun = new WrittenCall(maxArgumentsLength)
    calls.push(begun)
    byKey.set(delta.key, begun)
    return begun
  }
  return Object.freeze({
    add: (chunk: unknown) => {
      const changed = new Set<PartialCall>()
      for (const delta of safely(chunk)) {
        const concerned = delta.cuts ? calls.slice(-1) : delta.key === '' ? calls : [callOf(delta)]
        for (const call of concerned) if (call?.take(delta)) changed.add(call)
      }
      return [...changed]
    },
    get calls() {
      return [...calls]
    },
    finish: () => calls.map((call) => call.finished()),
  })
}

function safely(chunk: unknown): readonly CallDelta[] {
  try {
    return deltasIn(chunk)
  } catch {
    return [] // a chunk whose fields cannot be read
  }
}
