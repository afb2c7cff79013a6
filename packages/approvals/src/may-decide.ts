import { StageflowError, systemClock } from '@stageflow/core'
import { isThenable, show, textOf, withinLimit } from '@stageflow/core/kit'

import type { MayDecide, MayDecideRequest } from './approval.ts'

/** The default of `mayDecide`: the user who asks. */
export const sameUser: MayDecide<unknown> = ({ request, by }) =>
  by.orgId === request.orgId && by.userId === request.userId

/** Resolves if the rule allows it. Otherwise it rejects: only `true` allows. */
export async function requireMayDecide<Answer>(
  rule: MayDecide<Answer>,
  asked: MayDecideRequest<Answer>,
  limitMs: number,
): Promise<void> {
  const isAllowed = await answerOf(rule, asked, limitMs)
  if (isAllowed === true) return
  throw new StageflowError(
    'approvals/not-allowed',
    `The person may not decide ${show(asked.request.id)}: mayDecide did not return true. By default, only the user who asks decides. Pass mayDecide for another rule: ({ request, by }) => by.orgId === request.orgId && by.roles?.includes('approver') === true.`,
  )
}

async function answerOf<Answer>(
  rule: MayDecide<Answer>,
  asked: MayDecideRequest<Answer>,
  limitMs: number,
): Promise<unknown> {
  const late = (): StageflowError =>
    new StageflowError(
      'approvals/timed-out',
      `mayDecide did not answer within ${limitMs} ms, so nothing was decided. Make it faster, or raise mayDecideTimeoutMs, then try again.`,
    )
  try {
    const answer: unknown = rule(asked)
    return isThenable(answer) ? await withinLimit(answer, { clock: systemClock, limitMs, late }) : answer
  } catch (error) {
    // An error with a code is the app's own refusal.
    if (StageflowError.is(error)) throw error
    throw new StageflowError(
      'approvals/may-decide-failed',
      `mayDecide failed, so nothing was decided (${textOf(error)}). Correct it, then try again.`,
      { cause: error },
    )
  }
}
