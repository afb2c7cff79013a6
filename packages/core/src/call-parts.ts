import type { InterceptorContext } from './context.ts'
import { interceptorThrew } from './execute.ts'
import { notAnOutput, threw } from './interceptor-answer.ts'
import type { CallPart, OnCall } from './interceptor.ts'
import { nodeOf, runOf } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import { Output, isForeignOutput, toOutput } from './output.ts'
import { isThenable } from './thenable.ts'

/** An interceptor that takes part in the calls of a stage. */
export interface CallLayer {
  readonly name: string
  readonly onCall: OnCall
}

/** The parts in calls, each in the place of its layer; those of one call begin at a certain place. */
export type CallParts = (CallPart | undefined)[]

/** Asks all who may take part in a call that begins; an output where one of them answers in its place. */
export function takeCallParts(
  layers: readonly CallLayer[],
  parts: CallParts,
  first: number,
  context: LiveContext,
): Output | undefined {
  for (let place = 0; place < layers.length; place++) {
    const answer = partOf(layers[place] as CallLayer, context)
    if (answer instanceof Output) return answer
    parts[first + place] = answer
  }
  return undefined
}

function partOf({ name, onCall }: CallLayer, context: LiveContext): Output | CallPart | undefined {
  try {
    const answer: unknown = onCall(context as unknown as InterceptorContext)
    // What nearly all answer with, and nothing else has.
    if ((answer as CallPart | null | undefined)?.ended !== undefined) return answer as CallPart
    if (answer === undefined || answer instanceof Output) return answer
    const stage = nodeOf(context).name
    if (typeof answer !== 'object' || answer === null || isThenable(answer))
      return notAnOutput(name, stage, answer, 'its part in the call, a StageOutput, or undefined, and at once')
    return isForeignOutput(answer) ? toOutput(answer, stage) : answer
  } catch (thrown) {
    const stage = nodeOf(context).name
    return threw(name, stage, interceptorThrew, context as unknown as InterceptorContext, thrown)
  }
}

/** Makes a call within what its parts, from `outer` on, set around it, such as an async context: once, whatever they do. */
export function callWithin<T>(
  layers: readonly CallLayer[],
  parts: CallParts,
  first: number,
  outer: number,
  context: LiveContext,
  call: (context: LiveContext) => T,
): T {
  let place = outer
  while (place < layers.length && parts[first + place]?.enter === undefined) place++
  const part = parts[first + place]
  if (place === layers.length || part?.enter === undefined) return call(context)
  let isMade = false
  let hasThrown = false
  let result: unknown
  const next = (): void => {
    if (isMade) return
    isMade = true
    try {
      result = callWithin(layers, parts, first, place + 1, context, call)
    } catch (thrown) {
      hasThrown = true
      result = thrown
    }
  }
  const by = layers[place]
  try {
    heard(part.enter(next, context as unknown as InterceptorContext), context, by)
  } catch (cause) {
    runOf(context).callbackThrew(cause, by)
  }
  next()
  if (hasThrown) throw result
  return result as T
}

/** A call has its answer: the innermost part hears of it first. */
export function endCallParts(
  layers: readonly CallLayer[],
  parts: CallParts,
  first: number,
  context: LiveContext,
  output: Output,
): void {
  for (let place = layers.length - 1; place >= 0; place--) {
    const part = parts[first + place]
    if (part === undefined) continue
    parts[first + place] = undefined
    if (part.ended === undefined) continue
    const by = layers[place]
    try {
      heard(part.ended(output as never, context as unknown as InterceptorContext), context, by)
    } catch (cause) {
      runOf(context).callbackThrew(cause, by)
    }
  }
}

/** It may be asynchronous by mistake: its failure must not go unseen, nor end the process. */
function heard(answer: unknown, context: LiveContext, by: CallLayer | undefined): void {
  if (answer instanceof Promise) answer.catch((cause: unknown) => runOf(context).callbackThrew(cause, by))
}

/** The least of `limit` and of the deadlines of parts. */
export function deadlineIn(parts: CallParts, first: number, end: number, limit: number): number {
  let least = limit
  for (let place = first; place < end; place++) {
    const deadline = parts[place]?.deadline
    if (deadline !== undefined && deadline < least) least = deadline
  }
  return least
}
