import { isAbortError } from './abort.ts'
import type { InterceptorContext, PipelineInfo, RunContext, StageInfo } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import type { Interceptor, RunPipeline, RunStage } from './interceptor.ts'
import { Output, isForeignOutput, toOutput } from './output.ts'
import type { RunOutcome } from './report-types.ts'
import { isOutcomeOf } from './outcome.ts'
import { runBehind } from './run-face.ts'
import type { RunState } from './run-state.ts'
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
  const guard = (layer: RunStage, name: string): RunStage => guarded(name, stage.name, layer, judge)
  return layers(interceptors, base, stage, guard, problem, 'wrap', `stage "${stage.name}"`)
}

/** The layers around whole runs; `base` itself when there is none. */
export function wrapRuns(
  interceptors: readonly Interceptor[],
  base: RunPipeline,
  pipeline: PipelineInfo,
  problem: Problem,
): RunPipeline {
  return layers(interceptors, base, pipeline, guardedRun, problem, 'wrapRun', `the pipeline "${pipeline.name}"`)
}

function layers<Next, Info>(
  interceptors: readonly Interceptor[],
  base: Next,
  info: Info,
  guard: (layer: Next, name: string) => Next,
  problem: Problem,
  hook: 'wrap' | 'wrapRun',
  what: string,
): Next {
  let next = base
  for (const one of interceptors.toReversed()) {
    const wrap = one[hook] as ((next: Next, info: Info) => Next) | undefined
    if (typeof wrap !== 'function') continue
    let layer: Next
    try {
      layer = wrap.call(one, next, info)
    } catch (cause) {
      problem('core/interceptor-wrap', `Interceptor "${one.name}" refuses ${what}: ${textOf(cause)}`, cause)
      continue
    }
    if (typeof layer !== 'function')
      problem(
        'core/interceptor-wrap',
        `Interceptor "${one.name}" wrapped ${what} in ${quote(layer)}; ${hook}(next, ${hook === 'wrap' ? 'stage' : 'pipeline'}) returns a function, or next itself.`,
      )
    else if (layer !== next) next = guard(layer, one.name)
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

export function notAnOutput(name: string, stage: string, answer: unknown): Output {
  return new Output(
    'fail',
    new StageflowError(
      'core/interceptor-answer',
      `Interceptor "${name}" answered stage "${stage}" with ${quote(answer)}; it returns what next(context) returned, or a StageOutput.`,
    ),
  )
}

/** As `lastChecked`, for whole runs. */
let lastAnswer: Promise<RunOutcome> = new Promise(() => {})

export function checkedRun(answer: Promise<RunOutcome>): Promise<RunOutcome> {
  lastAnswer = answer
  return answer
}

/** A layer that answers with an outcome of this run, and in whose place the run can answer when it hangs. */
function guardedRun(layer: RunPipeline, name: string): RunPipeline {
  return (run) => {
    const behind = runBehind(run) // refuses what is no run, to whoever called next with it
    const depth = behind.pending.length
    let answer: unknown
    try {
      answer = layer(run)
    } catch (thrown) {
      answer = Promise.reject(thrown)
    }
    // Passed on as it is: whoever made it is pending already.
    if (answer === lastAnswer) return lastAnswer
    return checkedRun(
      new Promise<RunOutcome>((resolve) => {
        const pending = { name, answer: resolve }
        behind.pending.splice(depth, 0, pending) // before those inside it
        void answered(name, answer, run, behind).then((outcome) => {
          const place = behind.pending.lastIndexOf(pending)
          if (place >= 0) behind.pending.splice(place, 1)
          resolve(outcome)
        })
      }),
    )
  }
}

async function answered(name: string, answer: unknown, run: RunContext, behind: RunState): Promise<RunOutcome> {
  try {
    const outcome: unknown = await answer
    if (isOutcomeOf(outcome, behind)) return outcome as unknown as RunOutcome
    return run.fail(
      new StageflowError(
        'core/interceptor-answer',
        `Interceptor "${name}" answered the run with ${quote(outcome)}; it returns what next(run) returned, run.fail(error) or run.cancel(reason).`,
      ),
    )
  } catch (thrown) {
    // A throw of the abort that stopped the run passes the stop on.
    if (run.signal.aborted && (thrown === run.signal.reason || isAbortError(thrown))) return run.cancel(textOf(thrown))
    return run.fail(
      new StageflowError('core/interceptor-threw', `Interceptor "${name}" threw around the run: ${textOf(thrown)}`, {
        cause: thrown,
      }),
    )
  }
}
