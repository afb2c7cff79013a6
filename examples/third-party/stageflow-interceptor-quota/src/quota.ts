// src/quota.ts
import {
  StageflowError,
  StageOutput,
  type Interceptor,
  type StageInfo,
} from '@stageflow/core'

declare module '@stageflow/core' {
  interface StageOptions {
    /**
     * The cost of a call of this stage, or `false` for no quota. Default: a
     * cost of 1.
     */
    readonly quota?: { readonly cost: number } | false
  }
  interface EventMap {
    'quota.spent': {
      readonly left: number
      readonly cost: number
      readonly resetsAt: number
    }
  }
}

export interface QuotaOptions {
  /** Maximum cost of all calls of one stage in a window. */
  readonly calls: number
  /** Length of a window, in ms. Default: 60,000. */
  readonly windowMs?: number
}

/**
 * Fails a stage with `quota/spent` once its calls have cost `calls` in a
 * window. A wrong option is `quota/illegal-option`.
 */
export function quota({
  calls,
  windowMs = 60_000,
}: QuotaOptions): Interceptor {
  mustBePositive('calls', calls)
  mustBePositive('windowMs', windowMs)
  return {
    name: 'quota',
    stageOptions: ['quota'],
    onCall(stage) {
      const cost = costOf(stage)
      // the stage is left alone, at no cost
      if (cost === undefined) return undefined
      // Once per stage and graph, so that no two stages share this state.
      let resetsAt = -Infinity
      let left = calls
      return (context) => {
        const { now } = context
        if (now >= resetsAt) {
          resetsAt = now + windowMs
          left = calls
        }
        if (cost <= left) {
          left -= cost
          return undefined // stays out of the call
        }
        context.tryEmitEvent('quota.spent', { left, cost, resetsAt })
        const what = `Stage "${stage.name}" has spent its quota of ${calls}`
        const fix = 'Call it less often, or raise calls.'
        const text = `${what} for ${resetsAt - now} more ms. ${fix}`
        return StageOutput.fail(new StageflowError('quota/spent', text))
      }
    },
  }
}

function costOf(stage: StageInfo): number | undefined {
  const { quota: option } = stage.options
  if (option === false) return undefined
  const cost = option?.cost ?? 1
  mustBePositive(`stage "${stage.name}": quota.cost`, cost)
  return cost
}

function mustBePositive(name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0) return
  throw new StageflowError(
    'quota/illegal-option',
    `${name} must be a number above 0, not ${String(value)}.`,
  )
}
