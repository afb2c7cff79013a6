import type { LLMResponse, OtelAttributes } from '@stageflow/provider-types'
import type { CountTokens } from './call-usage.ts'
import type { ModelCallNote } from './model-call-note.ts'
import type { ModelCall } from './model-call.ts'
import type { ModelContext } from './options.ts'
import { shownError } from './shown-error.ts'
import { sumOf, usageOf } from './usage.ts'

/** Notes how the calls of an attempt went, what they have used in all, and the attributes of the last one for the span. */
export function noteCalls<Request>(
  { note, clock }: ModelContext,
  calls: readonly ModelCall<Request>[],
  countTokens: CountTokens | undefined,
): void {
  const last = calls.at(-1)
  if (last === undefined) return
  const used = calls.findLast(({ ending }) => ending?.status === 'ok') ?? last
  const notes = calls.map((call) => callNote(call, clock.now(), countTokens))
  note('models', { ...(used.ending?.status === 'ok' && { used: used.model.id }), calls: notes })
  const usage = sumOf(notes.flatMap((one) => one.usage ?? []))
  if (usage !== undefined) note('usage', usage)
  note('attributes', attributesOf(used.response))
}

/** Without its tokens: the span has those of all calls, from the note `usage`. */
function attributesOf(response: LLMResponse): OtelAttributes {
  const {
    'gen_ai.usage.input_tokens': _input,
    'gen_ai.usage.output_tokens': _output,
    ...others
  } = response.toOtelAttributes()
  return others
}

function callNote<Request>(call: ModelCall<Request>, now: number, countTokens: CountTokens | undefined): ModelCallNote {
  const { model, ending, startedAt, response } = call
  const usage = usageOf(call, countTokens)
  const { timeToFirstAnswerChunkMs, finishReason } = response
  return {
    model: model.id,
    provider: model.provider,
    status: ending?.status ?? 'cancel',
    durationMs: (ending?.at ?? now) - startedAt,
    ...(timeToFirstAnswerChunkMs !== undefined && { firstChunkMs: timeToFirstAnswerChunkMs }),
    ...(finishReason !== undefined && { finishReason }),
    ...(ending?.status === 'fail' && { error: shownError(ending.error) }),
    ...(usage !== undefined && { usage }),
  }
}
