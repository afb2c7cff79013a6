import { isFunction } from '../base/check.ts'
import { textOf } from '../base/errors.ts'
import { isThenable } from '../base/foreign.ts'
import { show } from '../base/show.ts'
import type { StageInfo } from '../contract/graph-info.ts'
import type { Interceptor, OnCall, RunStage } from '../contract/interceptor.ts'
import { Output, isOutput, toOutput } from '../contract/output.ts'
import type { CallHook, StageLayer, StageNode } from '../graph/graph.ts'
import type { Problem } from '../graph/stage.ts'
import { asLayer, asRunStage, interceptorThrew, noContext, notAnOutput } from './answers.ts'
import type { Answer } from './answers.ts'
import { callWithParts } from './call.ts'
import { callStage } from './code.ts'
import { behindOf } from './stage-context.ts'
import type { LiveStageContext } from './stage-context.ts'

/**
 * Returns a function that puts the interceptors of a build around one stage, the first of them outermost. If none wraps the
 * stage, it keeps their `onCall` functions as `hooks`; otherwise `wrapped` calls the stage through all its layers.
 */
export function stageWrapper(
  interceptors: readonly Interceptor[],
): (stage: StageInfo, problem: Problem) => Pick<StageNode, 'wrapped' | 'layers' | 'hooks'> {
  // All stages share these functions: with one for each of thousands of stages, they didn't fit into the CPU cache (decision 53).
  const nexts = [callStage]
  const nextOf = (layers: number): RunStage => (nexts[layers] ??= layerAt(layers - 1, asLayer(nextOf(layers - 1))))
  return (stage, problem) => {
    const what = `stage "${stage.name}"`
    const layers: StageLayer[] = []
    let hooks: CallHook[] = []
    for (const one of interceptors.toReversed()) {
      const { name } = one
      if (stage.map && !one.aroundMaps) continue
      const onCall = askHook(one, 'onCall', [stage], problem, what) as OnCall | undefined
      if (onCall !== undefined) hooks.unshift({ name, onCall })
      const next = nextOf(layers.length + Math.sign(hooks.length))
      const wrap = askHook(one, 'wrap', [next, stage], problem, what) as RunStage | undefined
      if (wrap === undefined) continue
      if (hooks.length > 0) layers.push({ hooks })
      layers.push({ name, wrap })
      hooks = []
    }
    if (layers.length === 0) return { wrapped: undefined, layers, hooks }
    if (hooks.length > 0) layers.push({ hooks })
    return { wrapped: nextOf(layers.length), layers, hooks: [] }
  }
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
  const out = hook === 'onCall' ? 'undefined' : 'next itself'
  problem(
    'core/interceptor-wrap',
    `Interceptor "${one.name}" wrapped ${what} in ${show(layer)}; return a function from ${hook}(), or ${out}.`,
  )
  return undefined
}

/** Calls the layer at `depth` of a context's stage. If it throws or returns no output, the result is a failure that names it. */
export function layerAt(depth: number, next: (context: LiveStageContext) => Answer): RunStage {
  return asRunStage((context) => {
    const behind = behindOf(context)
    const layer = behind?.node.layers[depth]
    if (behind === undefined || layer === undefined) return noContext(context)
    const { wrap } = layer
    if (wrap === undefined) return callWithParts(behind, layer.hooks, context, next)
    try {
      const answer: unknown = wrap(context)
      if (answer instanceof Output) return answer
      const { checked } = behind.host.loop
      const isOfLayerBelow = checked !== undefined && answer === checked
      return isOfLayerBelow ? checked : checkedAnswer(layer.name, context, answer)
    } catch (thrown) {
      return interceptorThrew(layer.name, behindOf(context), thrown)
    }
  })
}

function checkedAnswer(name: string, context: LiveStageContext, answer: unknown): Answer {
  const behind = behindOf(context)
  const { name: stage } = behind.node
  if (isOutput(answer)) return toOutput(answer, stage)
  if (!isThenable(answer)) return notAnOutput(name, stage, answer)
  return (behind.host.loop.checked = Promise.resolve(answer).then(
    (value) => (value instanceof Output ? value : checkedAnswer(name, context, value)),
    (thrown: unknown) => interceptorThrew(name, behind, thrown),
  ))
}
