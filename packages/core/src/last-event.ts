import { StageflowError } from './errors.ts'
import { DEFAULT_CLEANUP_MS } from './limits.ts'
import { whyOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { RunState } from './run-state.ts'

/** Publishes the event that ends a run: the only one that is awaited, for `cleanupMs` at most. Nothing may follow it. */
export async function emitLastEvent(run: RunState, outcome: Outcome): Promise<void> {
  const { events, endedAt } = run
  if (events === undefined) return
  run.silent = true
  const data = { pipeline: run.graph.name, durationMs: endedAt - run.startedAt, ...whyOf(outcome) }
  const limitMs = run.options.cleanupMs ?? DEFAULT_CLEANUP_MS
  const limit = Promise.withResolvers<boolean>()
  const cancelTimer = run.clock.setTimeout(() => limit.resolve(false), limitMs)
  const emitted = events.emitAndWait(`pipeline.${outcome.status}`, data, undefined, endedAt).then(() => true)
  const taken = await Promise.race([emitted, limit.promise])
  cancelTimer()
  if (taken) return
  run.problem(
    new StageflowError(
      'core/sink-slow',
      `The event sink did not take the last event of the run within ${limitMs} ms (cleanupMs), and was given up.`,
    ),
  )
}
