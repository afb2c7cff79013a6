import type { RunContext } from './context.ts'
import { StageflowError, textOf } from './errors.ts'
import type { Interceptor } from './interceptor.ts'
import type { RunOutcome, StageRecord } from './report-types.ts'
import type { RunState } from './run-state.ts'

/** Tells the observers of a stage that settled. One that throws is reported once, and changes nothing. */
export function tellObservers(run: RunState, context: RunContext, record: StageRecord): void {
  run.told = record
  for (const observer of run.graph.observers) {
    try {
      heard(run, observer, record, observer.settled?.(record, context))
    } catch (cause) {
      blame(run, observer, record, cause)
    }
  }
  run.told = undefined
}

/** Tells the observers of runs that this one starts or, with its outcome, that it ended. */
export function tellOfRun(run: RunState, context: RunContext, outcome?: RunOutcome): void {
  for (const observer of run.graph.runObservers) {
    try {
      const { runStarted, runSettled } = observer
      const answer =
        outcome === undefined ? runStarted?.call(observer, context) : runSettled?.call(observer, outcome, context)
      heard(run, observer, undefined, answer)
    } catch (cause) {
      blame(run, observer, undefined, cause)
    }
  }
}

/** An observer may be asynchronous by mistake: its failure must not go unseen, nor end the process. */
function heard(run: RunState, observer: Interceptor, record: StageRecord | undefined, answer: unknown): void {
  if (answer instanceof Promise) answer.catch((cause: unknown) => blame(run, observer, record, cause))
}

function blame(run: RunState, observer: Interceptor, record: StageRecord | undefined, cause: unknown): void {
  if (run.blamed?.has(observer) === true) return
  ;(run.blamed ??= new Set()).add(observer)
  const what = record === undefined ? 'the run' : `stage "${record.stage}"`
  run.problem(
    new StageflowError(
      'core/observer-threw',
      `Interceptor "${observer.name}" threw when it was told of ${what}: ${textOf(cause)}. It changes nothing.`,
      { cause },
    ),
  )
}
