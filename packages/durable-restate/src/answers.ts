import { StageflowError } from '@stageflow/core'
import { keyAtPath, matchAnswers, namesIn, parseKey, pathText } from '@stageflow/core/durable'
import type { GraphFingerprint, OpenRequest } from '@stageflow/core/durable'
import { show, someOf } from '@stageflow/core/kit'
import { answerName } from './names.ts'
import type { Question } from './questions.ts'
import type { RunAct } from './run-acts.ts'

/** Questions by the paths of their answers. */
export type QuestionsByPath = ReadonlyMap<string, Question>

/** An open question with its name, by which an answer can say that it is that to this one. */
export type NamedRequest = OpenRequest & { readonly question: string }

/** Names a question among all that runs of this id have asked: a retry may ask again with the same key. */
export type NameOf = (key: string) => string
export const namesOf =
  (startedAt: number, acts: readonly RunAct[]): NameOf =>
  (key) =>
    `${key} ${startedAt}.${acts.filter(({ kind }) => kind === 'retry').length}`

/** The open questions, as they are listed for people. */
export const openRequests = (questions: QuestionsByPath, nameOf: NameOf): readonly NamedRequest[] =>
  [...questions].flatMap(([path, { is, key, request, until, answerSchema }]) =>
    is === 'open'
      ? [
          {
            path: namesIn(path),
            question: nameOf(key),
            request,
            ...(until !== undefined && { until }),
            ...(answerSchema && { answerSchema }),
          },
        ]
      : [],
  )

/** Answers, and the name of the question that they are to; undefined: whatever is asked. */
export interface GivenAnswers {
  readonly answers: unknown
  readonly question: unknown
}

/** An answer to an open question, or to one that its stage has not asked yet. `name`: of its promise. */
export interface FoundAnswer {
  readonly name: string
  readonly path: string
  /** The path of its stage. Without the name of the item, if the stage is a map and the item asked. */
  readonly stage: string
  readonly answer: unknown
  /** Its question is not open yet. */
  readonly isEarly: boolean
}

/** Finds the promises that answers are for. Throws `durable-restate/not-waiting` with everything that is wrong. */
export function findAnswers(
  runId: string,
  questions: QuestionsByPath,
  nameOf: NameOf,
  { answers, question: named }: GivenAnswers,
  graph: GraphFingerprint,
): readonly FoundAnswer[] {
  const known = [...questions].map(([path, { is, number, key }]) => ({ path: namesIn(path), is, number, key }))
  const { matched, problems: wrong } = matchAnswers(known, answers, graph)
  const isNamed = ({ question }: (typeof matched)[number]): boolean =>
    question?.is === 'open' && nameOf(question.key) === named
  const others = named === undefined ? [] : matched.filter((each) => !isNamed(each))
  const problems = [
    ...wrong,
    ...others.map(({ path }) => `${show(path.join('/'))} does not ask the question that was named (${show(named)})`),
  ]
  if (problems.length > 0)
    throw new StageflowError(
      'durable-restate/not-waiting',
      `The run "${runId}" can't take these answers: ${someOf(problems, '; ')}. See what it waits for with client.status(runId).`,
    )
  return matched.map(({ path: names, answer, question }) => {
    const path = pathText(names)
    const isOfItem = parseKey(keyAtPath(names, graph)).parts.at(-1)?.place !== undefined
    return {
      name: answerName(numberOf(question), path),
      path,
      stage: isOfItem ? pathText(names.slice(0, -1)) : path,
      answer,
      isEarly: question?.is !== 'open',
    }
  })
}

/** An early answer is that to the next question. */
function numberOf(question: Pick<Question, 'is' | 'number'> | undefined): number {
  if (question === undefined) return 1
  return question.is === 'open' ? question.number : question.number + 1
}
