import type { Clock } from '@stageflow/core'
import { LLMAccumulator } from '@stageflow/provider-types'
import type { LLMDelta, LLMResponse, LLMToolCall, ProviderUsage } from '@stageflow/provider-types'
import { fakeCalls, STREAM_RULES } from './fake-calls.ts'
import type { FakeCall, FakeCallOptions, FakeScript, FakeStreamOptions } from './fake-calls.ts'

/** An answer of a fake model. A string is short for `{ text }`. */
export interface ModelAnswer {
  /** The text, or its chunks. A stream sends a plain text word by word. Default: none. */
  readonly text?: string | readonly string[]
  readonly reasoning?: string
  /** Default: none. */
  readonly toolCalls?: readonly LLMToolCall[]
  readonly usage?: ProviderUsage
  /** Default: `tool_calls` if there are any, otherwise `stop`. */
  readonly finishReason?: string
  /** Thrown after the chunks, instead of a finish reason: a stream that breaks off. Default: none. */
  readonly error?: unknown
}

/** A fake model. */
export interface FakeModel<Request> {
  /** Resolves with the whole response. Throws what the script says, or the signal's reason. */
  generate(request: Request, options?: FakeCallOptions): Promise<LLMResponse>
  /** Yields the response in chunks and returns it. Throws like `generate`. */
  stream(request: Request, options?: FakeCallOptions): AsyncGenerator<LLMDelta, LLMResponse, undefined>
  /** Every call so far, in order. */
  readonly calls: readonly FakeCall<Request>[]
}

/**
 * Makes a model that answers as scripted, with text, chunks, tool calls, usage and errors. Throws `testing/script-ended` if it is
 * called more often than its script has answers.
 */
export function fakeModel<Request = unknown>(
  clock: Clock,
  script: FakeScript<Request, string | ModelAnswer>,
  options: FakeStreamOptions = {},
): FakeModel<Request> {
  const calls = fakeCalls('fakeModel', clock, script, options, STREAM_RULES)
  const { provider = 'fake', model = 'fake-model' } = options

  return {
    generate: (request, callOptions) =>
      calls.whole(request, callOptions, ({ answer, startedAt }) => {
        if (isBroken(answer)) throw answer.error
        const response = new LLMAccumulator({ model, provider })
        for (const delta of deltasOf(answer)) response.add(delta)
        return response.toResponse({ latencyMs: clock.now() - startedAt })
      }),
    stream: (request, callOptions) =>
      calls.stream(request, callOptions, async function* ({ answer, startedAt, chunkPause }) {
        const response = new LLMAccumulator({ model, provider, now: () => clock.now(), startedAt })
        for (const delta of deltasOf(answer)) {
          await chunkPause()
          response.add(delta)
          yield delta
        }
        if (isBroken(answer)) throw answer.error
        return response.toResponse()
      }),
    get calls() {
      return calls.all
    },
  }
}

const isBroken = (answer: string | ModelAnswer): answer is ModelAnswer =>
  typeof answer === 'object' && answer.error !== undefined

/** The deltas that a provider would send. */
function deltasOf(answer: string | ModelAnswer): readonly LLMDelta[] {
  const fields: ModelAnswer = typeof answer === 'string' ? { text: answer } : answer
  const { text = '', reasoning, toolCalls = [], usage, finishReason } = fields
  const deltas: LLMDelta[] = [
    ...(reasoning === undefined ? [] : [{ reasoning }]),
    ...chunksOf(text).map((chunk) => ({ text: chunk })),
    ...toolCalls.flatMap(deltasOfCall),
  ]
  if (isBroken(answer)) return deltas
  return [...deltas, { finishReason: finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop'), usage }]
}

/** A call with its arguments, in two halves if they are text. */
function deltasOfCall({ id, name, arguments: given }: LLMToolCall, index: number): readonly LLMDelta[] {
  if (typeof given !== 'string') return [{ toolCalls: [{ index, id, name, arguments: given }] }]
  const middle = Math.ceil(given.length / 2)
  return [
    { toolCalls: [{ index, id, name, arguments: given.slice(0, middle) }] },
    { toolCalls: [{ index, arguments: given.slice(middle) }] },
  ]
}

/** A text in chunks: words with the space after them. */
export const chunksOf = (text: string | readonly string[]): readonly string[] =>
  typeof text === 'string' ? (text.match(/\S+\s*|^\s+/g) ?? []) : text
