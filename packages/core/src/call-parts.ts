import type { InterceptorContext } from './context.ts'
import { interceptorThrew } from './execute.ts'
import { isPart, notAnOutput, threw } from './interceptor-answer.ts'
import type { CallPart, OnCall, RunPart } from './interceptor.ts'
import { nodeOf, runOf } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import { Output, isOutput } from './output.ts'
import { frozenOutput } from './stage-end.ts'
import type { Named, RunState } from './run-state.ts'

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
  const run = runOf(context)
  for (let place = 0; place < layers.length; place++) {
    const answer = partOf(run, layers[place] as CallLayer, context)
    if (answer instanceof Output) return answer
    parts[first + place] = answer
  }
  return undefined
}

function partOf(run: RunState, by: CallLayer, context: LiveContext): Output | CallPart | undefined {
  const { name, onCall } = by
  try {
    const answer: unknown = onCall(context as unknown as InterceptorContext)
    const part = answer as CallPart | undefined
    const enters = part?.enter !== undefined
    if (enters) run.enters = true
    // What nearly all answer with, and nothing else has.
    if (part === undefined || enters || part?.ended !== undefined) return part
    const stage = nodeOf(context).name
    if (isOutput(answer)) return frozenOutput(answer, stage, run.graph.freeze)
    if (isPart(answer)) return answer
    run.heard(answer, by)
    return notAnOutput(`Interceptor "${name}"`, stage, answer, 'returns its part, a StageOutput, or undefined, at once')
  } catch (thrown) {
    return threw(name, nodeOf(context).name, interceptorThrew, context as unknown as InterceptorContext, thrown)
  }
}

/** Makes a call, or begins a run, within what its parts, from `outer` on, set around it, such as an async context: once, whatever they do. */
export function within<Context, T>(
  run: RunState,
  layers: readonly Named[],
  parts: readonly (CallPart | RunPart | undefined)[],
  first: number,
  outer: number,
  context: Context,
  call: (context: Context) => T,
  what?: string,
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
      result = within(run, layers, parts, first, place + 1, context, call, what)
    } catch (thrown) {
      hasThrown = true
      result = thrown
    }
  }
  const by = layers[place]
  try {
    run.heard(part.enter(next, context as never), by, what)
  } catch (cause) {
    run.blame(cause, by, what)
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
  const run = runOf(context)
  for (let place = layers.length - 1; place >= 0; place--) {
    const part = parts[first + place]
    if (part === undefined) continue
    parts[first + place] = undefined
    const by = layers[place]
    try {
      run.heard(part.ended?.(output as never, context as unknown as InterceptorContext), by)
    } catch (cause) {
      run.blame(cause, by)
    }
  }
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
