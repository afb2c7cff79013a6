import { isFunction, isThenable } from '../base/check.ts'
import { quote, textOf } from '../base/errors.ts'
import type { StageInfo } from '../contract/context.ts'
import type { Interceptor, InterceptorContext, OnCall, RunStage } from '../contract/interceptor.ts'
import { Output, isOutput, toOutput } from '../contract/output.ts'
import type { CallHook, StageNode } from '../graph/graph.ts'
import type { Problem } from '../graph/stage.ts'
import { asLayer, asRunStage, interceptorThrew, notAnOutput } from './answers.ts'
import type { Answer } from './answers.ts'
import { StageCall } from './call.ts'
import { callStage } from './code.ts'
import { behindOf, lastChecked } from './stage-context.ts'
import type { LiveStageContext } from './stage-context.ts'

/**
 * Puts the interceptors around one stage, the first of them outermost. A stage that none wraps keeps their `onCall` functions as
 * `hooks`; otherwise `wrapped` calls the stage through all its layers.
 */
export function wrapStage(
  interceptors: readonly Interceptor[],
  stage: StageInfo,
  problem: Problem,
): Pick<StageNode, 'wrapped' | 'hooks'> {
  const what = `stage "${stage.name}"`
  let hooks: CallHook[] = []
  let inner: RunStage | undefined
  const next = (): RunStage => (hooks.length > 0 ? partsLayer(hooks, inner ?? callStage) : (inner ?? callStage))
  for (const one of interceptors.toReversed()) {
    const { name } = one
    const onCall = askHook(one, 'onCall', [stage], problem, what) as OnCall | undefined
    if (onCall !== undefined) hooks.unshift({ name, onCall })
    const layer = askHook(one, 'wrap', [next(), stage], problem, what) as RunStage | undefined
    if (layer === undefined) continue
    inner = checkedLayer(name, stage.name, layer)
    hooks = []
  }
  return inner === undefined ? { wrapped: undefined, hooks } : { wrapped: next(), hooks: [] }
}

/** The function that an interceptor's hook returns for a stage or a pipeline; undefined if it stays out. */
export function askHook(
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
  const fix =
    hook === 'onCall'
      ? 'return a function from onCall(stage), or undefined'
      : `return a function from ${hook}(next, ${hook === 'wrap' ? 'stage' : 'pipeline'}), or next itself`
  problem('core/interceptor-wrap', `Interceptor "${one.name}" wrapped ${what} in ${quote(layer)}; ${fix}.`)
  return undefined
}

/** A layer that always answers with an output, or a promise of one. Anything else that it does is a failure that names it. */
function checkedLayer(name: string, stage: string, layer: RunStage): RunStage {
  // One closure a layer and stage: with seven layers around a thousand stages, cache misses are what costs.
  const checked = (context: LiveStageContext): Answer => {
    try {
      const answer: unknown = layer(context)
      if (answer instanceof Output) return answer
      // The layer passes on what the layer below returned.
      if (answer instanceof Promise && answer === lastChecked(context)) return answer as Promise<Output>
      return checkedAnswer(name, stage, context, answer)
    } catch (thrown) {
      return interceptorThrew(name, stage, context, thrown)
    }
  }
  return asRunStage(checked)
}

function checkedAnswer(name: string, stage: string, context: InterceptorContext, answer: unknown): Answer {
  if (isOutput(answer)) return toOutput(answer, stage)
  if (!isThenable(answer)) return notAnOutput(name, stage, answer)
  const checked = Promise.resolve(answer).then(
    (value) => (value instanceof Output ? value : checkedAnswer(name, stage, context, value)),
    (thrown: unknown) => interceptorThrew(name, stage, context, thrown),
  )
  const behind = behindOf(context)
  if (behind !== undefined) behind.host.loop.checked = checked
  return checked
}

/** The interceptors that take part in the calls of `next`, as a layer among others. */
function partsLayer(hooks: readonly CallHook[], next: RunStage): RunStage {
  const code = asLayer(next)
  const callNext = (call: StageCall): Answer => code(call.live)
  const layer = (context: LiveStageContext): Answer => {
    const behind = behindOf(context)
    if (behind === undefined) return code(context) // which refuses it
    const { host, node, fork } = behind
    const call = context.narrowedTo(new StageCall(host, node, fork, hooks))
    const answer = call.begin(callNext)
    if (call.output === undefined && answer instanceof Promise)
      return (host.loop.checked = new Promise((resolve) => {
        call.resolve = resolve
        void answer.then((output) => call.answer(output))
      }))
    if (!(answer instanceof Promise)) call.answer(answer)
    return call.output as Output
  }
  return asRunStage(layer)
}
