import type { InterceptorContext } from './context.ts'
import { asPromise, stoppedOutput } from './execute.ts'
import { endCallParts, takeCallParts, within } from './call-parts.ts'
import { notAnOutput, reasonOf } from './interceptor-answer.ts'
import type { CallPart } from './interceptor.ts'
import { nodeOf, runOf } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import type { StageNode } from './node.ts'
import { endOpenCall } from './open-call.ts'
import { isOutput } from './output.ts'
import type { Output } from './output.ts'
import { frozenOutput } from './stage-end.ts'
import { soleAttempt } from './record.ts'
import type { RunLoop } from './run-loop.ts'
import { RUNNING } from './schedule-codes.ts'

/**
 * Makes the call of a stage that nobody wraps: nothing is made for it but what those who take part in it make. Answers what its
 * code does, or whoever answers in its place.
 */
export function quickCall(run: RunLoop, node: StageNode, context: LiveContext): unknown {
  const { index, layers, firstCall } = node
  const contexts = run.contexts as (LiveContext | undefined)[]
  contexts[index] = context
  run.starting = index
  run.asking = true
  run.enters = false
  const taken = takeCallParts(layers, run.calls, firstCall, context)
  run.asking = false
  const answer = run.early ?? taken
  if (answer !== undefined) return withoutCode(run, index, answer)
  if (run.enters) return within(run, layers, run.calls, firstCall, 0, context, codeWithin)
  let takesPart = false
  for (let place = 0; place < layers.length; place++) if (run.calls[firstCall + place] !== undefined) takesPart = true
  if (!takesPart) contexts[index] = undefined
  return codeOf(run, node, context)
}

/** The same within what a part has set around it: of a generator, its first step too. */
function codeWithin(context: LiveContext): unknown {
  const value = codeOf(runOf(context), nodeOf(context), context)
  return asPromise(value, context) ?? value
}

/** Runs the code of the stage, unless somebody has answered meanwhile, or stopped the run. */
function codeOf(run: RunLoop, node: StageNode, context: LiveContext): unknown {
  const { index } = node
  if (run.schedule.state(index) !== RUNNING) return withoutCode(run, index)
  if (run.abortedAt(index) !== undefined) return withoutCode(run, index, stoppedOutput(run))
  run.starting = -1
  return node.body(context as unknown as InterceptorContext)
}

/** The call does not reach its code. */
function withoutCode(run: RunLoop, stage: number, answer?: Output): Output | undefined {
  run.starting = -1
  run.early = undefined
  run.facts(stage).attempts = []
  return answer
}

/** Answers a call in its place, for one who takes part in it, and aborts what is inside. */
export function endCall(run: RunLoop, node: StageNode, part: CallPart, given: unknown): void {
  const { index, name, layers, firstCall } = node
  const output = isOutput(given)
    ? frozenOutput(given, name, run.graph.freeze)
    : notAnOutput('endCall', name, given, 'takes a StageOutput')
  const open = run.factsIfAny(index)?.open
  if (open !== undefined) return endOpenCall(open, part, output)
  const place = run.contexts?.[index] === undefined ? -1 : run.calls.indexOf(part, firstCall)
  if (place < 0 || place >= firstCall + layers.length || run.factsIfAny(index)?.attempts !== undefined) return
  const isAsked = run.starting === index && run.asking
  if (run.starting === index) run.facts(index).attempts = []
  if (!isAsked) leaveCode(run, index) // what set something around the call counts as code until it is through
  run.scopeOf(node).abort(reasonOf(output)) // who ends it too when it hears that comes too late
  if (isAsked) run.early = output
  else run.resume(index, output, run.clock.now(), true)
}

/** A stage that nobody wraps ends before its code, which is waited for, and with which its attempt ends. */
export function leaveCode(run: RunLoop, stage: number): void {
  if (run.graph.nodes[stage]?.wrapped !== undefined) return
  const facts = run.facts(stage)
  facts.code++
  facts.attempts ??= [soleAttempt(run, stage)]
}

/** Tells those who take part in the call of a stage that it has its answer; its record says how the attempt ended. */
export function answerQuickCall(run: RunLoop, stage: number, output: Output): void {
  const { answering, answer } = run // of another stage, one of whose parts has ended this one
  run.answering = stage
  run.answer = output
  endQuickCall(run, stage, output)
  run.answering = answering
  run.answer = answer
}

/** As `answerQuickCall`, of a call that ends without an answer; nothing where nobody takes part in it, or all know. */
export function endQuickCall(run: RunLoop, stage: number, output: Output): void {
  const context = run.contexts?.[stage]
  if (context === undefined) return
  ;(run.contexts as (LiveContext | undefined)[])[stage] = undefined
  const { layers, firstCall } = run.graph.nodes[stage] as StageNode
  endCallParts(layers, run.calls, firstCall, context, output)
}
