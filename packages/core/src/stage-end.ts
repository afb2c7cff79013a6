import type { StageNode } from './node.ts'
import type { OpenCall } from './open-call.ts'
import { Output, failed, toOutput, unreadable } from './output.ts'
import type { Freeze } from './output.ts'
import type { StageRecord } from './report-types.ts'
import { isObject } from './rules.ts'
import type { RunState } from './run-state.ts'
import type { StageFacts } from './stage-facts.ts'

/** What a stage, or an interceptor in its place, returned: as an output, frozen. */
export function frozenOutput(value: unknown, stage: string, freeze: Freeze): Output {
  const output = toOutput(value, stage)
  const { data } = output
  try {
    if (isObject(data)) freeze(data)
    if (!output.hasMore) return output
    if (output.artifacts !== undefined) freeze(output.artifacts)
    if (output.events !== undefined) freeze(output.events)
    return output
  } catch (cause) {
    return unreadable(stage, cause)
  }
}

/** What an output comes to when nobody is left to act on it. */
export function finalOutput(output: Output, stage: string): Output {
  if (output.status !== 'retry') return output
  return failed('core/retry-exhausted', `Stage "${stage}" asked to be run again, and no interceptor did (any more).`, {
    cause: output.error,
  })
}

/** The one terminal event of a stage. */
export function emitStageEnd(run: RunState, node: StageNode, record: StageRecord, now: number): void {
  const durationMs = record.startedAt === undefined ? 0 : now - record.startedAt
  const {
    attempts: { length: attempts },
    reason = '',
    error,
    tolerated,
  } = record
  if (record.abandoned === true) run.stageEvent(node, 'abandoned', { durationMs, reason }, now)
  else if (record.status === 'ok') run.stageEvent(node, 'completed', { durationMs, attempts }, now)
  else if (record.status === 'skip') run.stageEvent(node, 'skipped', { reason }, now)
  else if (error === undefined) run.stageEvent(node, 'cancelled', { durationMs, reason }, now)
  else
    run.stageEvent(
      node,
      'failed',
      { durationMs, attempts, error, ...(tolerated === true ? { tolerated } : undefined) },
      now,
    )
}

/** Whether a child run will end by itself: its grace time runs, or it is in its cleanups, which are limited. */
export const endsSoon = (child: RunState): boolean =>
  !child.closed && (child.concluding || child.waitsForChild || child.cancelGrace !== undefined)

/** Child runs do not outlive the code that started them. */
export function cancelChildren(run: RunState, { children = [] }: StageFacts, stage: number): void {
  for (const child of children) child.cancel(`the code of stage "${run.graph.names[stage]}" that started it ended`)
}

export const GIVEN_UP: Output = new Output('cancel', 'given up')
Object.freeze(GIVEN_UP)

/** A stage has ended, and with it the calls that have no answer; or it goes on to its next call, and those that were aborted are given up. */
export function giveUp(facts: StageFacts | undefined, which: (call: OpenCall) => boolean = () => true): void {
  // The innermost first.
  for (const call of facts?.open?.toReversed() ?? []) if (which(call)) call.settle(GIVEN_UP)
}
