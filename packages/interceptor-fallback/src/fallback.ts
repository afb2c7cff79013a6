import { after } from '@stageflow/core'
import type { Interceptor, InterceptorContext, RunStage, StageOutput } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import { exhausted } from './exhausted.ts'
import type { WayFailure } from './exhausted.ts'
import { CODE, fallbackOf } from './options.ts'
import type { FallbackOptions } from './options.ts'
import { deservesNextWay, isFailed } from './verdict.ts'
import { WAY } from './way.ts'

/** In the record of a stage with ways: where its output comes from. */
export interface FallbackNote {
  /** The way of its last call. */
  readonly way: string
  /** The ways that failed before. */
  readonly failed: readonly string[]
}

declare module '@stageflow/core' {
  interface StageOptions {
    /** The ways of this stage, or of each item of this map. If one fails, the stage is called again with the next. Default: one call. */
    readonly fallback?: FallbackOptions
  }
  interface StageNotes {
    readonly fallback?: FallbackNote
  }
}

/**
 * Calls a stage that has the option `fallback` with the first of its ways, and again with the next one, at once, if it fails. The stage
 * reads its way with `wayOf(context)`. Once all have failed, the stage fails with `fallback/exhausted`. Illegal options are refused with
 * `fallback/illegal-option` when the graph is built.
 */
export function fallback(): Interceptor {
  checkArgumentCount(arguments.length, 0, 'fallback()', CODE)
  return {
    name: 'fallback',
    core: '^1.0.0',
    stageOptions: ['fallback'],
    // If fallback were outside, each caller that waits for the same work would call all ways separately.
    mustBeInside: ['idempotency'],
    // A circuit around all ways would refuse the spare too. A span around all ways would show one call instead of each.
    mustBeOutside: ['circuit-breaker', 'tracing'],
    wrap(next, stage) {
      const options = fallbackOf(stage)
      return options === undefined ? next : callingWays(next, options)
    },
  }
}

function callingWays(next: RunStage, options: FallbackOptions): RunStage {
  const { isRetryable } = options
  const ways = [...options.ways]

  /** Calls the stage with the first of `left`, and then with the others, until a way doesn't fail. */
  function callNext(
    context: InterceptorContext,
    left: readonly string[],
    failures: readonly WayFailure[],
  ): ReturnType<RunStage> {
    const [way, ...others] = left as readonly [string, ...string[]]
    return after<StageOutput, StageOutput>(next(context.fork(WAY, way).context), (output) => {
      const isNextWanted = isFailed(output) && deservesNextWay(output, context, isRetryable)
      if (isNextWanted && others.length > 0) return callNext(context, others, [...failures, { way, output }])
      context.note('fallback', { way, failed: failures.map((failure) => failure.way) })
      return isNextWanted ? exhausted(context, [...failures, { way, output }]) : output
    })
  }

  return (context) => callNext(context, ways, [])
}
