import { StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, InterceptorContext } from '@stageflow/core'
import { factoryLimits, legalLimits, stageLimits } from './options.ts'

export interface TimeoutOptions {
  /** Maximum time for each call of a stage, in ms; `false`: no limit. Default: 30,000. */
  readonly ms?: number | false
  /** Maximum time without progress, such as `context.heartbeat()`, in ms; `false`: no limit. Default: false. */
  readonly idleMs?: number | false
}

/** The limit that a call of the stage exceeded, in the stage's record. */
export interface TimeoutNote {
  readonly kind: 'total' | 'idle'
  readonly limitMs: number
  readonly expired: true
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** Maximum time for each call of this stage, in ms; `false`: no limit. Default: the `ms` of `timeout()`. */
    readonly timeoutMs?: number | false
    /** Maximum time of this stage without progress, in ms; `false`: no limit. Default: the `idleMs` of `timeout()`. */
    readonly idleTimeoutMs?: number | false
  }
  interface StageNotes {
    readonly timeout?: TimeoutNote
  }
}

/**
 * Fails a stage that takes too long with `timeout/exceeded`, and aborts its signal. The engine keeps the limits. An option that is
 * not a limit is refused with `timeout/illegal-option`, a stage's option when the graph is built.
 */
export function timeout(options: TimeoutOptions = {}): Interceptor {
  const defaults = factoryLimits(options)
  return {
    name: 'timeout',
    stageOptions: ['timeoutMs', 'idleTimeoutMs'],

    onCall(stage) {
      const limits = legalLimits(stageLimits(stage.options, defaults))
      if (limits.totalMs === false && limits.idleMs === false) return undefined
      const totalMs = limits.totalMs === false ? Infinity : limits.totalMs
      const idleMs = limits.idleMs === false ? Infinity : limits.idleMs
      const expired = (why: 'deadline' | 'idle', context: InterceptorContext): StageOutput =>
        why === 'idle' ? exceeded(context, 'idle', idleMs) : exceeded(context, 'total', totalMs)
      return (context) => ({ deadline: context.now + totalMs, idleMs, expired })
    },
  }
}

function exceeded(context: InterceptorContext, kind: 'total' | 'idle', limitMs: number): StageOutput {
  const { name, pipeline } = context.stage
  const about = `Stage "${name}" of pipeline "${pipeline.name}"`
  context.note('timeout', { kind, limitMs, expired: true })
  const error = new StageflowError(
    'timeout/exceeded',
    kind === 'total'
      ? `${about} took longer than ${limitMs} ms. Make it faster, or set its timeoutMs to more, or to false for no limit.`
      : `${about} showed no progress for ${limitMs} ms. Let it call context.heartbeat() as it goes on, or set its idleTimeoutMs to more, or to false for no limit.`,
  )
  return StageOutput.fail(error, { retryable: true })
}
