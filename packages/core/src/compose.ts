import { isAbortError } from './abort.ts'
import type { InterceptorContext, PipelineInfo, StageInfo } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import type { Interceptor, RunPipeline, RunStage } from './interceptor.ts'
import { Output, isForeignOutput, toOutput } from './output.ts'
import type { RunOutcome } from './report-types.ts'
import { isOutcomeOf } from './outcome.ts'
import { runBehind } from './run-face.ts'
import { isThenable } from './thenable.ts'

export type Problem = (code: string, message: string, cause?: unknown) => void
/** An output, or a promise of one that never rejects. */
export type Answer = Output | Promise<Output>
/** What a throw of an interceptor means for the stage. */
export type JudgeThrow = (context: InterceptorContext, thrown: unknown, failure: StageflowError) => Output

/**
 * The promise that was checked last. A layer that passes on what the layer below returned costs nothing: its answer is this
 * very promise. Only compared with, so two runs that interleave cost a check more and nothing else.
 */
let lastChecked: Promise<Output> = new Promise(() => {}) // no interceptor can answer with this one

export function checkedPromise(promise: Promise<Output>): Promise<Output> {
  lastChecked = promise
  return promise
}

/** The layers of one stage around `base`, the first interceptor outermost; `base` itself when nobody wraps it. */
export function wrapStage(
  interceptors: readonly Interceptor[],
  base: RunStage,
  stage: StageInfo,
  judge: JudgeThrow,
  problem: Problem,
): RunStage {
  let next = base
  for (const { name, wrap } of interceptors.toReversed()) {
    if (typeof wrap !== 'function') continue
    let layer: RunStage
    try {
      layer = wrap(next, stage)
    } catch (cause) {
      problem('core/interceptor-wrap', `Interceptor "${name}" refuses stage "${stage.name}": ${textOf(cause)}`, cause)
      continue
    }
    if (typeof layer !== 'function')
      problem(
        'core/interceptor-wrap',
        `Interceptor "${name}" wrapped stage "${stage.name}" in ${quote(layer)}; wrap(next, stage) returns a function, or next itself.`,
      )
    else if (layer !== next) next = guarded(name, stage.name, layer, judge)
  }
  return next
}

/** A layer that can only answer with an output: whatever else it does is a failure that names it. */
function guarded(name: string, stage: string, layer: RunStage, judge: JudgeThrow): RunStage {
  // One closure a layer and stage: with seven layers around a thousand stages, what is not in the cache is what costs.
  const guard = (context: InterceptorContext): Answer => {
    try {
      const answer: unknown = layer(context)
      if (answer === lastChecked) return answer as Promise<Output>
      return answer instanceof Output ? answer : later(name, stage, judge, context, answer)
    } catch (thrown) {
      return threw(name, stage, judge, context, thrown)
    }
  }
  return guard as unknown as RunStage
}

function later(name: string, stage: string, judge: JudgeThrow, context: InterceptorContext, answer: unknown): Answer {
  if (typeof answer === 'object' && answer !== null && isForeignOutput(answer)) return toOutput(answer, stage)
  if (!isThenable(answer)) return notAnOutput(name, stage, answer)
  const promise = answer instanceof Promise ? answer : Promise.resolve(answer)
  return checkedPromise(
    promise.then(
      (value: unknown) => (value instanceof Output ? value : later(name, stage, judge, context, value)),
      (thrown: unknown) => threw(name, stage, judge, context, thrown),
    ),
  )
}

function threw(name: string, stage: string, judge: JudgeThrow, context: InterceptorContext, thrown: unknown): Output {
  return judge(
    context,
    thrown,
    new StageflowError('core/interceptor-threw', `Interceptor "${name}" threw at stage "${stage}": ${textOf(thrown)}`, {
      cause: thrown,
    }),
  )
}

function notAnOutput(name: string, stage: string, answer: unknown): Output {
  return new Output(
    'fail',
    new StageflowError(
      'core/interceptor-answer',
      `Interceptor "${name}" answered stage "${stage}" with ${quote(answer)}; it returns what next(context) returned, or a StageOutput.`,
    ),
  )
}

/** The layers around whole runs; `base` itself when there is none. */
export function wrapRuns(
  interceptors: readonly Interceptor[],
  base: RunPipeline,
  pipeline: PipelineInfo,
  problem: Problem,
): RunPipeline {
  let next = base
  for (const { name, wrapRun } of interceptors.toReversed()) {
    if (typeof wrapRun !== 'function') continue
    let layer: RunPipeline
    try {
      layer = wrapRun(next, pipeline)
    } catch (cause) {
      problem(
        'core/interceptor-wrap',
        `Interceptor "${name}" refuses the pipeline "${pipeline.name}": ${textOf(cause)}`,
        cause,
      )
      continue
    }
    if (typeof layer !== 'function')
      problem(
        'core/interceptor-wrap',
        `Interceptor "${name}" wrapped the pipeline "${pipeline.name}" in ${quote(layer)}; wrapRun(next, pipeline) returns a function, or next itself.`,
      )
    else if (layer !== next) next = guardedRun(name, layer)
  }
  return next
}

function guardedRun(name: string, layer: RunPipeline): RunPipeline {
  return async (run) => {
    const behind = runBehind(run) // refuses what is no run, to whoever called next with it
    try {
      const outcome: unknown = await layer(run)
      if (isOutcomeOf(outcome, behind)) return outcome as unknown as RunOutcome
      return run.fail(
        new StageflowError(
          'core/interceptor-answer',
          `Interceptor "${name}" answered the run with ${quote(outcome)}; it returns what next(run) returned, run.fail(error) or run.cancel(reason).`,
        ),
      )
    } catch (thrown) {
      // A throw of the abort that stopped the run passes the stop on.
      if (run.signal.aborted && (thrown === run.signal.reason || isAbortError(thrown)))
        return run.cancel(textOf(thrown))
      return run.fail(
        new StageflowError('core/interceptor-threw', `Interceptor "${name}" threw around the run: ${textOf(thrown)}`, {
          cause: thrown,
        }),
      )
    }
  }
}
