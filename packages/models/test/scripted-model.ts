import type { LLMDelta } from '@stageflow/provider-types'
import type { ManualClock } from '@stageflow/testing'
import type { Model } from '../src/index.ts'

/** What a model does: sends a delta, waits so many ms, throws, or never goes on. */
export type Step = LLMDelta | number | Error | 'hang'

export interface ScriptedModel extends Model<string> {
  /** The requests so far. */
  readonly requests: string[]
  /** The signals of its requests. */
  readonly signals: AbortSignal[]
  /** How many of its requests go on. */
  open(): number
}

/** A model that answers its first request as the first script says, and so on; the last script is that of all others. */
export function scripted(clock: ManualClock, id: string, ...scripts: readonly (readonly Step[])[]): ScriptedModel {
  const requests: string[] = []
  const signals: AbortSignal[] = []
  let open = 0
  return {
    id,
    provider: 'test',
    requests,
    signals,
    open: () => open,
    async *stream(request, signal) {
      const script = scripts[Math.min(requests.length, scripts.length - 1)] ?? []
      requests.push(request)
      signals.push(signal)
      open++
      try {
        for (const step of script) {
          if (step instanceof Error) throw step
          if (typeof step === 'number') await clock.sleep(step, signal)
          else if (step === 'hang') await untilAborted(signal)
          else yield step
        }
      } finally {
        open--
      }
    },
    size: (request) => ({ inputTokens: request.length }),
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
  })
}

export const words = (...all: readonly string[]): LLMDelta[] => all.map((text) => ({ text }))
export const END: LLMDelta = { finishReason: 'stop', usage: { inputTokens: 9, outputTokens: 3 } }
export const httpError = (status: number): Error => Object.assign(new Error(`HTTP ${status}`), { status })
