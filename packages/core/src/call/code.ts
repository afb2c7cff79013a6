import { isAsyncIterator } from '../base/check.ts'
import { untilAborted } from '../base/abort.ts'
import { settlesWithin } from '../base/clock.ts'
import { textOf, toError } from '../base/errors.ts'
import { isThenable, onRejection } from '../base/foreign.ts'
import { show } from '../base/show.ts'
import type { RunStage } from '../contract/interceptor.ts'
import { Output, failed } from '../contract/output.ts'
import type { StageNode } from '../graph/graph.ts'
import type { RunFacts } from '../report/run-facts.ts'
import type { StageFacts } from '../report/stage-facts.ts'
import { RUNNING } from '../schedule/plan.ts'
import { asRunStage, noContext, stoppedOutput, thrownOutput } from './answers.ts'
import type { Answer } from './answers.ts'
import { NodeInputs } from './inputs.ts'
import { behindOf, tellCalls } from './stage-context.ts'
import type { Behind, LiveStageContext } from './stage-context.ts'

/**
 * Calls a stage's own code. If the code takes time, returns an instance of `Promise` for its value: it awaits a promise of any
 * kind, and reads an async iterator to its end.
 */
export function runBody(node: StageNode, context: LiveStageContext): unknown {
  const value = node.body(context)
  if (isThenable(value)) return Promise.resolve(value)
  if (value instanceof Output || !isAsyncIterator(value)) return value
  // If the global `Promise` was replaced, `drain` returns one of the former kind.
  return Promise.resolve(drain(value, context))
}

/** Pulls the chunks of a stage and publishes them until it returns; stops pulling once the stage was aborted or has settled. */
async function drain(chunks: AsyncGenerator<unknown, unknown>, context: LiveStageContext): Promise<unknown> {
  const behind = behindOf(context)
  const { host, node } = behind
  host.facts.yields(node)
  const isWanted = (): boolean => context.aborted === undefined && host.facts.schedule.state(node.index) === RUNNING
  for (;;) {
    const step = await chunks.next()
    if (step.done) return step.value
    if (!isWanted()) break
    tellCalls(behind, 'alive')
    host.facts.chunk(node, step.value, context.attempt)
    let room = host.facts.room(node)
    if (room === undefined) continue
    for (; room !== undefined && isWanted(); room = host.facts.room(node))
      await parkedUntil(behind, room, context.signal)
    if (!isWanted()) break
  }
  await chunks.return(undefined)
  throw context.aborted?.reason ?? host.abortOf(node.index)?.reason
}

/** Parks a stage whose code the engine keeps waiting: it has no slot meanwhile, and limits on it stand still. */
export async function parkedUntil(behind: Behind, ready: Promise<void>, signal: AbortSignal): Promise<void> {
  const { loop, facts } = behind.host
  const { index } = behind.node
  const stage = facts.stage(index)
  tellCalls(behind, 'blocked')
  stage.waitCount++
  loop.park(index)
  await untilAborted(ready, signal)
  // While it waits for a chunk too, it stays parked.
  if (--stage.waitCount === 0) await untilAborted(loop.unpark(index), signal)
  tellCalls(behind, 'unblocked')
}

/** Calls a stage's `when`. Returns the output that the stage settles with if it may not start. */
export function askWhen(facts: RunFacts, node: StageNode): Output | undefined {
  let answer: unknown
  try {
    answer = node.when?.(new NodeInputs(facts, node), facts.snapshot)
  } catch (cause) {
    return failed('core/when', `The condition (when) of stage "${node.name}" threw: ${textOf(cause)}`, { cause })
  }
  if (answer === true) return undefined
  if (answer === false) return new Output('skip', 'its condition (when) was false')
  // A promise is refused. If it rejects as well, that must not end the process.
  onRejection(answer, () => {})
  return failed(
    'core/when',
    `The condition (when) of stage "${node.name}" must return true or false at once, not ${show(answer)}.`,
  )
}

/** The innermost `next` of every wrapped stage: each call that reaches the stage's code is an attempt. */
function callCode(context: LiveStageContext): Answer {
  const behind = behindOf(context)
  if (behind === undefined) return noContext(context)
  const { host, node, fork } = behind
  const { index, name } = node
  const stage = host.facts.stage(index)
  if (host.abortOf(index) !== undefined) return stoppedOutput(host)
  if (host.facts.isAnswered(index))
    return failed('core/stage-ended', `Stage "${name}" was called again after it had settled.`)
  if (fork?.aborted !== undefined) return new Output('fail', toError(fork.aborted.reason))
  if (stage.committed)
    return failed('core/attempt-committed', `Stage "${name}" has delivered or read chunks, so it cannot run again.`, {
      cause: stage.returned?.error,
    })
  if (stage.runningCode > 0) return (host.loop.checked = callAgain(behind, context, stage))
  if (stage.isParked) return (host.loop.checked = callParked(behind, context, stage))
  return runAttempt(behind, context, stage)
}
export const callStage: RunStage = asRunStage(callCode)

/** Runs the code of a wrapped stage as one attempt. */
function runAttempt({ host, node }: Behind, context: LiveStageContext, stage: StageFacts): Answer {
  const { loop } = host
  const { clock } = host.facts
  const startedAt = loop.codeBegins(node.index)
  const last = stage.attempts?.at(-1)
  const attempt = stage.beginAttempt(startedAt)
  if (last !== undefined)
    host.facts.stageEvent(node.name, 'retrying', { attempt: attempt.attempt, error: last.error }, startedAt)
  const endAttemptWith = (output: Output): Output => {
    host.facts.edges?.codeEnds(node.index)
    return stage.endAttempt(attempt, output, clock.now())
  }
  let value: unknown
  try {
    value = runBody(node, context)
  } catch (thrown) {
    return endAttemptWith(thrownOutput(host, node.index, thrown))
  }
  if (!(value instanceof Promise)) return endAttemptWith(host.facts.read(node.index, value))
  const codeReturnedWith = (output: Output): Output => {
    endAttemptWith(output)
    if (stage.runningCode > 0) stage.cancelChildren(node.name)
    loop.codeReturned(node.index)
    return output
  }
  return (loop.checked = value.then(
    (returned: unknown) => codeReturnedWith(host.facts.read(node.index, returned)),
    (thrown: unknown) => codeReturnedWith(thrownOutput(host, node.index, thrown)),
  ))
}

/** A parked stage takes a slot again before its code runs. */
async function callParked(behind: Behind, context: LiveStageContext, stage: StageFacts): Promise<Output> {
  const { host, node } = behind
  const hasSlot = host.loop.unpark(node.index)
  await pausingLimits(behind, stage.attemptsMade, untilAborted(hasSlot, context.signal))
  return callCode(context)
}

/** A further call waits for the code of the earlier ones, for the grace time in all: a stage never runs twice at once. */
async function callAgain(behind: Behind, context: LiveStageContext, stage: StageFacts): Promise<Output> {
  const { graceMs, clock } = behind.host.facts
  const attempts = stage.attemptsMade
  const until = clock.now() + graceMs
  // If several calls wait, the first to continue makes the others wait again.
  while (stage.runningCode > 0) {
    const leftMs = Math.max(0, until - clock.now())
    const isIdle = await pausingLimits(behind, attempts, settlesWithin(clock, leftMs, stage.idle()))
    if (!isIdle) return stillRunning(behind.node.name, graceMs)
  }
  return callCode(context)
}

/** The failure of a further call of a stage or an item: the code of an earlier call ignores its signal and still runs. */
export const stillRunning = (name: string, graceMs: number): Output =>
  failed(
    'core/still-running',
    `Stage "${name}" was called again, but after ${graceMs} ms an earlier call still runs. Pass context.signal to what it waits for.`,
  )

/**
 * Waits while the engine itself blocks an attempt. Only limits inside the retry pause: those of calls that began after `attempts`
 * attempts. `wait` must not reject.
 */
async function pausingLimits<T>(behind: Behind, attempts: number, wait: Promise<T>): Promise<T> {
  tellCalls(behind, 'blocked', attempts)
  const result = await wait
  tellCalls(behind, 'unblocked', attempts)
  return result
}
