import { isAbortError, untilAborted } from './abort.ts'
import { checkedPromise } from './guarded-stage.ts'
import type { Answer } from './guarded-stage.ts'
import type { InterceptorContext } from './context.ts'
import { StageflowError, errorRecord, quote, textOf, toError } from './errors.ts'
import type { RunStage } from './interceptor.ts'
import { forkOf, isLive, nodeOf, runOf, tellForks } from './live-context.ts'
import type { LiveContext } from './live-context.ts'
import { Output } from './output.ts'
import type { RunLoop } from './run-loop.ts'
import { RUNNING } from './schedule-codes.ts'
import { cancelChildren, frozenOutput } from './stage-end.ts'
import { isFunction, isObject } from './rules.ts'
import { isThenable } from './thenable.ts'
import type { Attempt, StageFacts } from './stage-facts.ts'

/** What a throw means: after an abort of the run, the abort itself is a cancel; anything else is a failure. */
export function thrownOutput(run: RunLoop, stage: number, thrown: unknown, failure?: StageflowError): Output {
  const aborted = run.abortedAt(stage)
  if (aborted !== undefined && (isAbortError(thrown) || thrown === aborted.reason))
    return new Output('cancel', run.stopText ?? textOf(thrown))
  return new Output('fail', failure ?? toError(thrown))
}

/** Of a call that is not made because the run was stopped. */
export const stoppedOutput = (run: RunLoop): Output => new Output('cancel', run.stopText ?? 'the run was stopped')

/** As `thrownOutput`, for a throw of an interceptor; where it was given a context that is none, that is why it threw. */
export function interceptorThrew(context: unknown, thrown: unknown, failure: StageflowError): Output {
  if (!isLive(context)) return noContext(context)
  return thrownOutput(runOf(context), nodeOf(context).index, thrown, failure)
}

function noContext(given: unknown): Output {
  return new Output(
    'fail',
    new StageflowError(
      'core/interceptor-context',
      `An interceptor called next(${quote(given)}); it takes the context it was given, or that of context.fork().`,
    ),
  )
}

/** What a stage returned as a promise, where it is one: of any kind, or an async generator, which is drained. */
export function asPromise(value: unknown, context: LiveContext): Promise<unknown> | undefined {
  if (value instanceof Promise) return value
  if (!isObject(value) || value instanceof Output) return undefined
  if (isThenable(value)) return Promise.resolve(value)
  if (Symbol.asyncIterator in value && isFunction(value['next']))
    return drain(value as unknown as AsyncGenerator<unknown, unknown>, context)
  return undefined
}

/** Pulls a stage's chunks and offers them, until its last word; stops pulling once nobody wants them. */
async function drain(chunks: AsyncGenerator<unknown, unknown>, context: LiveContext): Promise<unknown> {
  const run = runOf(context)
  const stage = nodeOf(context).index
  for (;;) {
    const step = await chunks.next()
    if (step.done === true) return step.value
    const { aborted } = context
    if (aborted !== undefined || run.schedule.state(stage) !== RUNNING) {
      await chunks.return(undefined)
      throw aborted?.reason ?? run.abortedAt(stage)?.reason
    }
    tellForks(context, 'alive')
    const wait = run.chunk(nodeOf(context), step.value, context.attempt)
    if (wait === undefined) continue
    tellForks(context, 'parked')
    try {
      await untilAborted(wait, context.signal)
    } finally {
      tellForks(context, 'unparked')
    }
  }
}

/** The innermost `next` of every wrapped stage: each call that reaches the stage's code is an attempt. */
export const callStage: RunStage = ((context: unknown) =>
  isLive(context) ? call(context) : noContext(context)) as unknown as RunStage

function call(context: LiveContext): Answer {
  const run = runOf(context)
  const { index, name } = nodeOf(context)
  const facts = run.facts(index)
  if (run.abortedAt(index) !== undefined) return stoppedOutput(run)
  if (run.schedule.state(index) !== RUNNING)
    return new Output(
      'fail',
      new StageflowError('core/stage-ended', `next(context) of stage "${name}" was called after the stage had ended.`),
    )
  const aborted = forkOf(context)?.aborted
  if (aborted !== undefined) return new Output('fail', toError(aborted.reason))
  if (facts.committed)
    return new Output(
      'fail',
      new StageflowError(
        'core/attempt-committed',
        `Stage "${name}" has delivered chunks already, so it cannot run again: readers would see them twice. Retry only what has not begun to stream.`,
      ),
    )
  if (facts.code > 0) return checkedPromise(callAgain(context, facts))
  return begin(run, context, facts)
}

function begin(run: RunLoop, context: LiveContext, facts: StageFacts): Answer {
  const node = nodeOf(context)
  const { attempts } = facts
  // The first call, made while the stage starts, began with it: it needs no clock reading of its own.
  const isFirst = attempts === undefined && run.starting === node.index
  const startedAt = isFirst ? (run.times[2 * node.index] as number) : run.clock.now()
  const attempt: Attempt = { attempt: (attempts?.length ?? 0) + 1, startedAt, endedAt: undefined, status: undefined }
  if (attempts === undefined) facts.attempts = [attempt] // an empty array and push would reserve seventeen places
  else {
    run.stageEvent(node, 'retrying', { attempt: attempt.attempt, error: attempts.at(-1)?.error }, startedAt)
    attempts.push(attempt)
  }
  facts.threw = false
  facts.started = undefined
  let value: unknown
  let promise: Promise<unknown> | undefined
  try {
    value = node.body(context as unknown as InterceptorContext)
    promise = asPromise(value, context)
  } catch (thrown) {
    facts.threw = true
    return attemptEnded(run, attempt, (facts.answered = thrownOutput(run, node.index, thrown)))
  }
  if (promise === undefined)
    return attemptEnded(run, attempt, (facts.answered = frozenOutput(value, node.name, run.graph.freeze)))
  facts.code++
  const ok = (last: unknown): Output =>
    codeEnded(run, context, facts, attempt, frozenOutput(last, node.name, run.graph.freeze))
  const threw = (thrown: unknown): Output => {
    facts.threw = true
    return codeEnded(run, context, facts, attempt, thrownOutput(run, node.index, thrown))
  }
  return checkedPromise(promise.then(ok, threw))
}

export function attemptEnded(run: RunLoop, attempt: Attempt, output: Output): Output {
  attempt.endedAt = run.clock.now()
  attempt.status = output.status
  if (output.error !== undefined) attempt.error = errorRecord(output.error)
  return output
}

function codeEnded(run: RunLoop, context: LiveContext, facts: StageFacts, attempt: Attempt, output: Output): Output {
  const stage = nodeOf(context).index
  facts.leave()
  if (facts.abandoned || run.over) return output // its record is closed
  attemptEnded(run, attempt, (facts.answered = output))
  if (facts.code > 0) cancelChildren(run, facts, stage)
  run.codeLeft(stage)
  return output
}

/** A second call while the first one's code still runs waits for that code, for the grace time: a stage never runs twice at once. */
async function callAgain(context: LiveContext, facts: StageFacts): Promise<Output> {
  const run = runOf(context)
  const limit = Promise.withResolvers<void>()
  let waits = true
  const cancelTimer = run.clock.setTimeout(() => {
    waits = false
    limit.resolve()
  }, run.graceMs)
  // The engine itself blocks this call: limits on this attempt stand still, and begin with its code.
  tellForks(context, 'parked', true)
  // Of several that wait, the first to go on makes the others wait again.
  while (waits && facts.code > 0) await Promise.race([facts.idle(), limit.promise])
  tellForks(context, 'unparked', true)
  cancelTimer()
  if (facts.code === 0) return call(context)
  return new Output(
    'fail',
    new StageflowError(
      'core/still-running',
      `Stage "${nodeOf(context).name}" was called again, and its first call still runs ${run.graceMs} ms later: it ignores its signal.`,
    ),
  )
}
