import type { RunContext } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import type { Interceptor, RunPart } from './interceptor.ts'
import type { RunOutcome, StageRecord } from './report-types.ts'
import { NONE } from './run-state.ts'
import type { Listening, RunState } from './run-state.ts'
import { isThenable } from './thenable.ts'

/** Asks each interceptor for its part in a run that starts. One that throws is reported, and takes none. */
export function takeParts(run: RunState, context: RunContext): void {
  const { watching } = run.graph
  for (let place = 0; place < watching.length; place++) {
    const one = watching[place] as Interceptor
    if (one.settled !== undefined) listen(run, { one, part: one })
    if (one.onRun === undefined) continue
    const part = partOf(run, one, context)
    if (part === undefined) continue
    ;(run.parts ??= run.graph.blankParts.slice())[place] = part
    if (part.settled !== undefined) listen(run, { one, part })
  }
}

/** Mostly one: an empty array and push would reserve seventeen places. */
function listen(run: RunState, listening: Listening): void {
  run.watched = true
  if (run.listeners === NONE) run.listeners = [listening]
  else run.listeners.push(listening)
}

function partOf(run: RunState, one: Interceptor, context: RunContext): RunPart | undefined {
  try {
    const part: unknown = one.onRun?.(context)
    if (part === undefined || (typeof part === 'object' && part !== null && !isThenable(part))) return part
    heard(run, one, undefined, part)
    throw new TypeError(`onRun answered with ${quote(part)}; it answers with an object, or undefined`)
  } catch (cause) {
    blame(run, one, undefined, cause)
    return undefined
  }
}

/** Tells of a stage that settled. Who throws is reported once, and changes nothing. */
export function tellOfStage(run: RunState, context: RunContext, record: StageRecord): void {
  run.told = record
  for (const { one, part } of run.listeners) {
    try {
      heard(run, one, record, part.settled?.(record, context))
    } catch (cause) {
      blame(run, one, record, cause)
    }
  }
  run.told = undefined
}

/** Tells those that take part in the run how it ended. */
export function tellOfEnd(run: RunState, context: RunContext, outcome: RunOutcome): void {
  const { parts = NONE } = run
  for (let place = 0; place < parts.length; place++) {
    const part = parts[place]
    if (part?.ended === undefined) continue
    const one = run.graph.watching[place] as Interceptor
    try {
      heard(run, one, undefined, part.ended(outcome, context))
    } catch (cause) {
      blame(run, one, undefined, cause)
    }
  }
}

/** Begins the run within what its parts set around it, from that at `outer` on: once, whatever they do. */
export function enterRun(run: RunState, context: RunContext, begin: () => void, outer = 0): void {
  const { parts = NONE } = run
  let place = outer
  while (place < parts.length && parts[place]?.enter === undefined) place++
  const part = parts[place]
  if (part?.enter === undefined) return begin()
  const one = run.graph.watching[place] as Interceptor
  let hasBegun = false
  const next = (): void => {
    if (hasBegun) return
    hasBegun = true
    enterRun(run, context, begin, place + 1)
  }
  try {
    heard(run, one, undefined, part.enter(next, context))
  } catch (cause) {
    blame(run, one, undefined, cause)
  }
  next()
}

/** Who is told may be asynchronous by mistake: its failure must not go unseen, nor end the process. */
function heard(run: RunState, one: Interceptor, record: StageRecord | undefined, answer: unknown): void {
  if (answer instanceof Promise) answer.catch((cause: unknown) => blame(run, one, record, cause))
}

function blame(run: RunState, one: Interceptor, record: StageRecord | undefined, cause: unknown): void {
  if (run.blamed?.has(one) === true) return
  ;(run.blamed ??= new Set()).add(one)
  const what = record === undefined ? 'the run' : `stage "${record.stage}"`
  run.problem(
    new StageflowError(
      'core/observer-threw',
      `Interceptor "${one.name}" threw when it was told of ${what}: ${textOf(cause)}. It changes nothing.`,
      { cause },
    ),
  )
}
