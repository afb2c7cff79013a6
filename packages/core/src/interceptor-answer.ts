import type { InterceptorContext } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import { Output, failed, isForeignOutput, toOutput } from './output.ts'

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
  name: string,
  stage: string,
  answer: unknown,
  owes = 'what next(context) returned, or a StageOutput',
): Output {
  return failed(
    'core/interceptor-answer',
    `Interceptor "${name}" answered stage "${stage}" with ${quote(answer)}; it returns ${owes}.`,
  )
}

/** What an interceptor gave to answer a call of a stage that goes on. */
export function checkedOutput(given: unknown, by: string, stage: string): Output {
  if (given instanceof Output) return given
  return isForeignOutput(given) ? toOutput(given, stage) : notAnOutput(by, stage, given)
}

/** Why what is inside a call aborts that was answered in its place. */
export const reasonOf = ({ error }: Output): unknown =>
  error ?? new StageflowError('core/call-ended', 'An interceptor answered for it.')
