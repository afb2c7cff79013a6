import { StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, InterceptorContext } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { factoryLimits, stageLimits } from './options.ts'
import type { TimeoutOptions } from './options.ts'

/** The limit that a call of the stage exceeded, in the stage's record. */
export interface TimeoutNote {
  readonly kind: 'total' | 'idle'
  readonly limitMs: number
  readonly expired: true
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** Maximum time for each call of this stage, in ms; `false`: no limit. Default: that of `timeout()`. */
    readonly timeoutMs?: number | false
    /** Maximum time of this stage without progress, in ms; `false`: no limit. Default: that of `timeout()`. */
    readonly idleTimeoutMs?: number | false
  }
  interface StageNotes {
    readonly timeout?: TimeoutNote
  }
}

/**
 * Fails a stage that takes too long with `timeout/timed-out`, and aborts its signal. The engine keeps the limits. An option that is
 * not a limit is refused with `timeout/illegal-option`, a stage's option when the graph is built.
 */
export function timeout(options: TimeoutOptions = {}): Interceptor {
  checkArgumentCount(arguments.length, 1, 'timeout(options)', 'timeout/illegal-option')
  const defaults = factoryLimits(options)
  return {
    name: 'timeout',
    core: '^1.0.0',
    stageOptions: ['timeoutMs', 'idleTimeoutMs'],

    onCall(stage) {
      const { timeoutMs, idleTimeoutMs } = stageLimits(stage.options, defaults)
      if (timeoutMs === Infinity && idleTimeoutMs === Infinity) return undefined
      const expired = (why: 'deadline' | 'idle', context: InterceptorContext): StageOutput =>
        why === 'idle' ? timedOut(context, 'idle', idleTimeoutMs) : timedOut(context, 'total', timeoutMs)
      return (context) => ({ deadline: context.now + timeoutMs, idleTimeoutMs, expired })
    },
  }
}

function timedOut(context: InterceptorContext, kind: 'total' | 'idle', limitMs: number): StageOutput {
  const { name, pipeline } = context.stage
  const about = `Stage "${name}" of pipeline "${pipeline.name}"`
  context.note('timeout', { kind, limitMs, expired: true })
  const error = new StageflowError(
    'timeout/timed-out',
    kind === 'total'
      ? `${about} took longer than ${limitMs} ms. Make it faster, or raise its timeoutMs (false: no limit).`
      : `${about} showed no progress for ${limitMs} ms. Call context.heartbeat() in it as it goes on, or raise its idleTimeoutMs (false: no limit).`,
  )
  return StageOutput.fail(error, { retryable: true })
}
