import { StageflowError, systemClock } from '@stageflow/core'
import { isThenable, show, textOf, withinLimit } from '@stageflow/core/kit'

import type { AllowsDecision, DecisionRequest } from './approval.ts'

/** The default of `allows`: the user who asks. */
export const sameUser: AllowsDecision<unknown> = ({ request, by }) =>
  by.orgId === request.orgId && by.userId === request.userId

/** Resolves if the rule allows it. Otherwise it rejects: only `true` allows. */
export async function requireAllowed<Answer>(
  rule: AllowsDecision<Answer>,
  asked: DecisionRequest<Answer>,
  limitMs: number,
): Promise<void> {
  const isAllowed = await answerOf(rule, asked, limitMs)
  if (isAllowed === true) return
  throw new StageflowError(
    'approvals/not-allowed',
    `The person may not decide ${show(asked.request.id)}: allows did not return true. By default, only the user who asks decides. For another rule, pass allows: ({ request, by }) => by.roles?.includes('approver') === true.`,
  )
}

async function answerOf<Answer>(
  rule: AllowsDecision<Answer>,
  asked: DecisionRequest<Answer>,
  limitMs: number,
): Promise<unknown> {
  const late = (): StageflowError =>
    new StageflowError(
      'approvals/timed-out',
      `allows did not answer within ${limitMs} ms, so nothing was decided. Make it faster, or raise allowsTimeoutMs, then try again.`,
    )
  try {
    const answer: unknown = rule(asked)
    return isThenable(answer) ? await withinLimit(answer, { clock: systemClock, limitMs, late }) : answer
  } catch (error) {
    // An error with a code is the app's own refusal.
    if (StageflowError.is(error)) throw error
    throw new StageflowError(
      'approvals/allows-failed',
      `allows failed, so nothing was decided (${textOf(error)}). Correct it, then try again.`,
      { cause: error },
    )
  }
}
