import type { LLMResponse } from '@stageflow/provider-types'
import type { ModelCall } from './model-call.ts'
import type { ModelContext } from './options.ts'
import { shownError } from './route.ts'
import { sumOf, usageOf } from './usage.ts'
import type { CallUsage, CountTokens } from './usage.ts'

/** How one request to a model went. */
export interface ModelCallNote {
  readonly model: string
  readonly provider: string
  /** `cancel`: it was stopped, or another model began its answer first. */
  readonly status: 'ok' | 'fail' | 'cancel'
  readonly durationMs: number
  /** When its first chunk with text or a tool call came. */
  readonly firstChunkMs?: number
  readonly finishReason?: string
  readonly error?: ReturnType<typeof shownError>
  /** Absent if nothing is known, which isn't 0. */
  readonly usage?: CallUsage
}

declare module '@stageflow/core' {
  interface StageNotes {
    /** Which models a stage has asked in its last attempt, and which one has answered last. */
    readonly models?: { readonly used?: string; readonly calls: readonly ModelCallNote[] }
  }
  interface EventMap {
    /** A model failed before its answer began, and the next one was asked. */
    'models.switched': { readonly model: string; readonly next: string; readonly error: ReturnType<typeof shownError> }
    /** A model took longer than `hedgeMs`, and the next one was asked too. */
    'models.hedged': { readonly model: string; readonly next: string }
  }
}

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
  note('attributes', used.response.toOtelAttributes())
}

function callNote<Request>(call: ModelCall<Request>, now: number, countTokens: CountTokens | undefined): ModelCallNote {
  const { model, ending, startedAt, response } = call
  const usage = usageOf(call, countTokens)
  const { timeToFirstAnswerChunkMs, finishReason }: LLMResponse = response
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
