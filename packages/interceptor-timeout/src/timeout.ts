import { StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, InterceptorContext, StageInfo } from '@stageflow/core'
import { checkArgumentCount, show } from '@stageflow/core/kit'
import { factoryLimits, stageLimits } from './options.ts'
import type { Limits, TimeoutOptions } from './options.ts'

/** The limit that a call of the stage exceeded, in the stage's record. */
export interface TimeoutNote {
  readonly kind: 'total' | 'idle'
  readonly limitMs: number
  readonly expired: true
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** Maximum time for each call of this stage, or of each item of this map, in ms; `false`: no limit. Default: that of `timeout()`. */
    readonly timeoutMs?: number | false
    /**
     * Maximum time of this stage, or of each item of this map, without progress, in ms; `false`: no limit. Default: that of `timeout()`.
     */
    readonly idleTimeoutMs?: number | false
  }
  interface StageNotes {
    readonly timeout?: TimeoutNote
  }
}

/**
 * Fails a stage, or an item of a map, that takes too long with `timeout/timed-out`, and aborts its signal. The engine keeps the limits. An option that is
 * not a limit is refused with `timeout/illegal-option`, a stage's option when the graph is built.
 */
export function timeout(options: TimeoutOptions = {}): Interceptor {
  checkArgumentCount(arguments.length, 1, 'timeout(options)', 'timeout/illegal-option')
  const defaults = factoryLimits(options)
  return {
    name: 'timeout',
    core: '^1.0.0',
    stageOptions: ['timeoutMs', 'idleTimeoutMs'],
    aroundMaps: true,

    onCall(stage) {
      const limits = stageLimits(stage.options, defaults)
      const { timeoutMs, idleTimeoutMs } = stage.map ? mapLimits(limits) : limits
      if (timeoutMs === Infinity && idleTimeoutMs === Infinity) return undefined
      const expired = (why: 'deadline' | 'idle', context: InterceptorContext): StageOutput =>
        why === 'idle' ? timedOut(context, 'idle', idleTimeoutMs) : timedOut(context, 'total', timeoutMs)
      return (context) => ({ deadline: context.now + timeoutMs, idleTimeoutMs, expired })
    },
  }
}

/** A map only waits for its source: its items have the limits. The engine doesn't count the time in which an item runs. */
const mapLimits = ({ timeoutMs, idleTimeoutMs }: Limits): Limits => ({
  timeoutMs: Infinity,
  idleTimeoutMs: Math.min(timeoutMs, idleTimeoutMs),
})

function timedOut(context: InterceptorContext, kind: 'total' | 'idle', limitMs: number): StageOutput {
  context.note('timeout', { kind, limitMs, expired: true })
  const message = `${nameOf(context)} ${kind === 'total' ? tooLong(limitMs) : idleFor(context.stage, limitMs)}`
  return StageOutput.fail(new StageflowError('timeout/timed-out', message), { retryable: true })
}

function nameOf({ stage, item }: InterceptorContext): string {
  const about = `"${stage.name}" of pipeline "${stage.pipeline.name}"`
  return item === undefined ? `Stage ${about}` : `Item ${show(item.key)} of stage ${about}`
}

const tooLong = (limitMs: number): string =>
  `took longer than ${limitMs} ms. Make it faster, or raise its timeoutMs (false: no limit).`

const idleFor = ({ map }: StageInfo, limitMs: number): string =>
  map
    ? `waited ${limitMs} ms for an item of its source. Make over() faster, or raise the timeoutMs and the idleTimeoutMs of the stage (false: no limit).`
    : `showed no progress for ${limitMs} ms. Call context.heartbeat() in it as it goes on, or raise its idleTimeoutMs (false: no limit).`
