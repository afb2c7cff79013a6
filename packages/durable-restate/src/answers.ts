import { StageflowError } from '@stageflow/core'
import { matchAnswers, namesIn, pathText } from '@stageflow/core/durable'
import type { GraphFingerprint, OpenRequest } from '@stageflow/core/durable'
import { answerName } from './names.ts'
import type { Question } from './questions.ts'

/** Questions by the paths of their answers. */
export type QuestionsByPath = ReadonlyMap<string, Question>

/** The open questions, as they are listed for people. */
export const openRequests = (questions: QuestionsByPath): readonly OpenRequest[] =>
  [...questions].flatMap(([path, { is, request, until, answerSchema }]) =>
    is === 'open'
      ? [{ path: namesIn(path), request, ...(until !== undefined && { until }), ...(answerSchema && { answerSchema }) }]
      : [],
  )

/** An answer to an open question, or to one that its stage has not asked yet. `name`: of its promise. */
export interface FoundAnswer {
  readonly name: string
  readonly path: string
  readonly answer: unknown
}

/** Finds the promises that answers are for. Throws `durable-restate/not-waiting` with everything that is wrong. */
export function findAnswers(
  runId: string,
  questions: QuestionsByPath,
  answers: unknown,
  graph: GraphFingerprint,
): readonly FoundAnswer[] {
  const known = [...questions].map(([path, { is, number }]) => ({ path: namesIn(path), is, number }))
  const { matched, problems } = matchAnswers(known, answers, graph)
  if (problems.length > 0)
    throw new StageflowError(
      'durable-restate/not-waiting',
      `The run "${runId}" can't take these answers: ${problems.join('; ')}. See what it waits for with client.status(runId).`,
    )
  return matched.map(({ path: names, answer, question }) => {
    const path = pathText(names)
    return { name: answerName(numberOf(question), path), path, answer }
  })
}

/** An early answer is that to the next question. */
function numberOf(question: Pick<Question, 'is' | 'number'> | undefined): number {
  if (question === undefined) return 1
  return question.is === 'open' ? question.number : question.number + 1
}
