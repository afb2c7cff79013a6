import type { OkOutput, StageOutput, StageRecord } from '@stageflow/core'
import { codeOf, isThenable } from '@stageflow/core/kit'
import type { WorkClaim, Worked } from '@stageflow/keyed-work'

import { type Call, note } from './call.ts'
import { leaseLost } from './failures.ts'

/** Runs the stage, as the work that its key names. If another execution takes the work over, the stage fails at once. */
export function runStage(
  call: Call,
  claim: WorkClaim,
): Worked<OkOutput, StageOutput> | Promise<Worked<OkOutput, StageOutput>> {
  const { context, next } = call
  note(call, claim.isHeld ? 'executed' : 'store-error')
  const fork = context.fork()
  const given = next(fork.context)
  if (!isThenable(given)) return workedWith(call, given)
  const lost = Promise.withResolvers<StageOutput>()
  claim.onLost(() => {
    const output = leaseLost(call)
    fork.abort(output.error)
    lost.resolve(output)
  })
  return Promise.race([given, lost.promise]).then((output) => workedWith(call, output))
}

/** An ok output is kept. Any other one frees the key, once none of the stage's code runs. */
function workedWith(call: Call, result: StageOutput): Worked<OkOutput, StageOutput> {
  if (isLegOver(call)) return { keep: false, result, release: false }
  if (result.status === 'ok') return { keep: true, result }
  const release = codeRuns(call) ? call.context.codeLeft().then(() => mayRelease(call)) : mayRelease(call)
  return { keep: false, result, release }
}

/** Abandoned code of a child run returns without a signal, so the claim stays until its lease ends. */
const mayRelease = (call: Call): boolean => !hasAbandonedChild(call.context.record) && !isLegOver(call)

/** Whether code of the stage still runs, although the stage has its output. */
export function codeRuns({ context: { record } }: Call): boolean {
  const last = record.attempts.at(-1)
  return (last !== undefined && last.endedAt === undefined) || record.abandoned === true
}

/** How a durable run itself is stopped, and why the items of a map end that still run. */
const STOPPED: ReadonlySet<unknown> = new Set([
  'core/cancelled',
  'core/timed-out',
  'core/late',
  'core/map-ended',
  'timeout/timed-out',
])

/** Whether another process may carry out this call of a durable run by now: the claim and the work are no longer those of this one. */
function isLegOver({ context: { callKey, run } }: Call): boolean {
  return callKey !== undefined && run.signal.aborted && !STOPPED.has(codeOf(run.signal.reason))
}

const hasAbandonedChild = ({ children = [] }: StageRecord): boolean =>
  children.some(({ stages }) =>
    Object.values(stages).some((stage) => stage.abandoned === true || hasAbandonedChild(stage)),
  )
