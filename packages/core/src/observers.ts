import type { RunContext } from './context.ts'
import { quote } from './errors.ts'
import { isPart } from './interceptor-answer.ts'
import type { Interceptor, RunPart } from './interceptor.ts'
import type { RunOutcome, StageRecord } from './report-types.ts'
import { NONE } from './run-state.ts'
import type { Listening, RunState } from './run-state.ts'

const THE_RUN = 'the run'
const whatOf = ({ stage }: StageRecord): string => `stage "${stage}"`

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
    const part = one.onRun?.(context)
    // Nearly all have it, and nothing else does.
    if (part?.ended !== undefined || part === undefined || isPart(part)) return part
    run.heard(part, one, THE_RUN)
    throw new TypeError(`onRun answered with ${quote(part)}; it returns a part, or undefined`)
  } catch (cause) {
    run.blame(cause, one, THE_RUN)
    return undefined
  }
}

/** Tells of a stage that settled. Who throws is reported once, and changes nothing. */
export function tellOfStage(run: RunState, context: RunContext, record: StageRecord): void {
  run.told = record
  for (const { one, part } of run.listeners) {
    try {
      const answer: unknown = part.settled?.(record, context)
      if (answer instanceof Promise) run.heard(answer, one, whatOf(record))
    } catch (cause) {
      run.blame(cause, one, whatOf(record))
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
      run.heard(part.ended(outcome, context), one, THE_RUN)
    } catch (cause) {
      run.blame(cause, one, THE_RUN)
    }
  }
}
