import type { InterceptorContext } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import { failed } from './output.ts'
import type { Output } from './output.ts'
import { isObject } from './rules.ts'
import { isThenable } from './thenable.ts'

/** What a throw of an interceptor means for the stage. */
export type JudgeThrow = (context: InterceptorContext, thrown: unknown, failure: StageflowError) => Output

export function threw(
  name: string,
  stage: string,
  judge: JudgeThrow,
  context: InterceptorContext,
  thrown: unknown,
): Output {
  return judge(
    context,
    thrown,
    new StageflowError('core/interceptor-threw', `Interceptor "${name}" threw at stage "${stage}": ${textOf(thrown)}`, {
      cause: thrown,
    }),
  )
}

export function notAnOutput(
  who: string,
  stage: string,
  answer: unknown,
  owes = 'returns what next(context) returned, or a StageOutput',
): Output {
  return failed('core/interceptor-answer', `${who} answered stage "${stage}" with ${quote(answer)}; it ${owes}.`)
}

const MEMBERS = ['ended', 'enter', 'settled', 'deadline', 'onHeartbeat', 'onParked']

/** Whether an interceptor may mean it as its part in a call or a run. As for TypeScript, what has members, but none of a part, is a mistake. */
export const isPart = (answer: unknown): answer is object =>
  isObject(answer) &&
  !isThenable(answer) &&
  (Reflect.ownKeys(answer).length === 0 || MEMBERS.some((member) => member in answer))

/** Why what is inside a call aborts that was answered in its place. */
export const reasonOf = ({ error }: Output): unknown =>
  error ?? new StageflowError('core/call-ended', 'An interceptor answered for it.')
