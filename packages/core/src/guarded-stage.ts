import type { InterceptorContext } from './context.ts'
import { notAnOutput, threw } from './interceptor-answer.ts'
import type { JudgeThrow } from './interceptor-answer.ts'
import type { RunStage } from './interceptor.ts'
import { Output, isOutput, toOutput } from './output.ts'
import { isThenable } from './thenable.ts'

/** An output, or a promise of one that never rejects. */
export type Answer = Output | Promise<Output>

/**
 * The promise that was checked last. A layer that passes on what the layer below returned costs nothing: its answer is this
 * very promise. Only compared with, so two runs that interleave cost a check more and nothing else.
 */
let lastChecked: Promise<Output> = new Promise(() => {}) // no interceptor can answer with this one

export function checkedPromise(promise: Promise<Output>): Promise<Output> {
  lastChecked = promise
  return promise
}

/** A layer that can only answer with an output: whatever else it does is a failure that names it. */
export function guarded(name: string, stage: string, layer: RunStage, judge: JudgeThrow): RunStage {
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
  if (isOutput(answer)) return toOutput(answer, stage)
  if (!isThenable(answer)) return notAnOutput(`Interceptor "${name}"`, stage, answer)
  const promise = answer instanceof Promise ? answer : Promise.resolve(answer)
  return checkedPromise(
    promise.then(
      (value: unknown) => (value instanceof Output ? value : later(name, stage, judge, context, value)),
      (thrown: unknown) => threw(name, stage, judge, context, thrown),
    ),
  )
}
