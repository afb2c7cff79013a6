import type { RunContext } from './context.ts'
import { StageflowError, textOf } from './errors.ts'
import type { Interceptor } from './interceptor.ts'
import type { StageRecord } from './report-types.ts'
import type { RunState } from './run-state.ts'

/** Tells the observers of a stage that settled. One that throws is reported once, and changes nothing. */
export function tellObservers(run: RunState, context: RunContext, record: StageRecord): void {
  for (const observer of run.graph.observers) {
    try {
      const told: unknown = observer.settled?.(record, context)
      // An observer may be asynchronous by mistake: its failure must not go unseen, nor end the process.
      if (told instanceof Promise) told.catch((cause: unknown) => blame(run, observer, record, cause))
    } catch (cause) {
      blame(run, observer, record, cause)
    }
  }
}

function blame(run: RunState, observer: Interceptor, record: StageRecord, cause: unknown): void {
  if (run.blamed?.has(observer) === true) return
  ;(run.blamed ??= new Set()).add(observer)
  run.problem(
    new StageflowError(
      'core/observer-threw',
      `Interceptor "${observer.name}" threw when it was told of stage "${record.stage}": ${textOf(cause)}. It changes nothing.`,
      { cause },
    ),
  )
}
