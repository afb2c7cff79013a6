import { StageflowError } from './errors.ts'
import type { Outcome } from './outcome.ts'
import { DEFAULT_CLEANUP_MS } from './run-state.ts'
import type { RunState } from './run-state.ts'

/** Publishes the event that ends a run: the only one that is awaited, for `cleanupMs` at most. Nothing may follow it. */
export async function emitLastEvent(run: RunState, outcome: Outcome): Promise<void> {
  const { events, clock, options, graph, endedAt } = run
  if (events === undefined) return
  run.silent = true
  const { status, reason } = outcome
  const data = {
    pipeline: graph.name,
    durationMs: endedAt - run.startedAt,
    ...(status === 'cancelled' ? { reason } : undefined),
    ...(status === 'failed' ? { errors: outcome.errors } : undefined),
  }
  const limitMs = options.cleanupMs ?? DEFAULT_CLEANUP_MS
  const limit = Promise.withResolvers<boolean>()
  const cancelTimer = clock.setTimeout(() => limit.resolve(false), limitMs)
  const emitted = events.emitAndWait(`pipeline.${status}`, data, undefined, endedAt).then(() => true)
  const taken = await Promise.race([emitted, limit.promise])
  cancelTimer()
  if (taken) return
  run.problem(
    new StageflowError(
      'core/sink-slow',
      `The event sink did not take the last event of the run within ${limitMs} ms (cleanupMs); the run did not wait for it any longer.`,
    ),
  )
}
