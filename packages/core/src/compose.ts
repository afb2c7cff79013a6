import { isAbortError } from './abort.ts'
import type { PipelineInfo, RunContext, StageInfo } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import type { Interceptor, OnCall, RunPipeline, RunStage } from './interceptor.ts'
import type { RunOutcome } from './report-types.ts'
import { isOutcomeOf } from './outcome.ts'
import { isFunction } from './rules.ts'
import { runBehind } from './run-face.ts'
import type { RunState } from './run-state.ts'
import { callLayer } from './open-call.ts'
import type { CallLayer } from './call-parts.ts'
import { guarded } from './guarded-stage.ts'
import type { JudgeThrow } from './interceptor-answer.ts'

export type Problem = (code: string, message: string, cause?: unknown) => void
/**
 * What the interceptors put around one stage, the first of them outermost: the layers around `base`, or, where all that they do
 * is to take part in its calls, who does; neither when they leave it alone.
 */
export function wrapStage(
  interceptors: readonly Interceptor[],
  base: RunStage,
  stage: StageInfo,
  judge: JudgeThrow,
  problem: Problem,
): { readonly wrapped: RunStage | undefined; readonly layers: readonly CallLayer[] } {
  const what = `stage "${stage.name}"`
  let layers: CallLayer[] = []
  let inner: RunStage | undefined
  const next = (): RunStage => (layers.length > 0 ? callLayer(layers, inner ?? base) : (inner ?? base))
  for (const one of interceptors.toReversed()) {
    const { name } = one
    const onCall = layerOf(one, 'onCall', [stage], problem, what) as OnCall | undefined
    if (onCall !== undefined) layers.unshift({ name, onCall })
    const layer = layerOf(one, 'wrap', [next(), stage], problem, what) as RunStage | undefined
    if (layer === undefined) continue
    inner = guarded(name, stage.name, layer, judge)
    layers = []
  }
  return inner === undefined ? { wrapped: undefined, layers } : { wrapped: next(), layers: [] }
}

/** The layers around whole runs; `base` itself when there is none. */
export function wrapRuns(
  interceptors: readonly Interceptor[],
  base: RunPipeline,
  pipeline: PipelineInfo,
  problem: Problem,
): RunPipeline {
  let next = base
  for (const one of interceptors.toReversed()) {
    const what = `the pipeline "${pipeline.name}"`
    const layer = layerOf(one, 'wrapRun', [next, pipeline], problem, what) as RunPipeline | undefined
    if (layer !== undefined) next = guardedRun(layer, one.name)
  }
  return next
}

/** What a hook of an interceptor makes of a stage or a pipeline; undefined where it leaves it alone. */
function layerOf(
  one: Interceptor,
  hook: 'wrap' | 'onCall' | 'wrapRun',
  given: readonly unknown[],
  problem: Problem,
  what: string,
): unknown {
  const make: unknown = one[hook]
  if (!isFunction(make)) return undefined
  let layer: unknown
  try {
    layer = make.apply(one, given)
  } catch (cause) {
    problem('core/interceptor-wrap', `Interceptor "${one.name}" refuses ${what}: ${textOf(cause)}`, cause)
    return undefined
  }
  if (layer === (hook === 'onCall' ? undefined : given[0])) return undefined
  if (isFunction(layer)) return layer
  const answers =
    hook === 'onCall'
      ? 'onCall(stage) returns a function, or undefined'
      : `${hook}(next, ${hook === 'wrap' ? 'stage' : 'pipeline'}) returns a function, or next itself`
  problem('core/interceptor-wrap', `Interceptor "${one.name}" wrapped ${what} in ${quote(layer)}; ${answers}.`)
  return undefined
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
