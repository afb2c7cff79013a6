import { isArray, isObject } from '../base/check.ts'
import { StageflowError, asClause, textOf } from '../base/errors.ts'
import { printable, show, someOf } from '../base/show.ts'
import type { StageInfo } from '../contract/graph-info.ts'
import type { OutputSchema } from '../contract/stage.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { readResult } from '../graph/stage.ts'
import type { NamedGraph } from '../pipeline/stage-graph.ts'
import { builtGraph } from './check-leg.ts'
import { childGraphAt, specAt } from './fit.ts'

/**
 * Validates answers with the `answerSchema` of their stages, also inside child pipelines. Returns them as the schemas made them. Rejects
 * with `core/answer` and every problem; call it before an answer is kept.
 */
export async function checkedAnswers(graph: NamedGraph, answers: unknown): Promise<unknown> {
  const problems: string[] = []
  const checked = await checkIn(builtGraph('checkedAnswers()', graph), answers, '', problems)
  if (problems.length === 0) return checked
  throw new StageflowError(
    'core/answer',
    `An answer was refused, so none was kept, and the questions stay open: ${someOf(problems, '; ')}. Pass what the answerSchema of the stage takes.`,
  )
}

/** `path`: that of the run, with a slash, or nothing. */
async function checkIn(graph: BuiltGraph, answers: unknown, path: string, problems: string[]): Promise<unknown> {
  if (!isObject(answers)) return answers
  const checked: [name: string, answer: unknown][] = []
  for (const [name, answer] of Object.entries(answers)) {
    const stage = graph.info.stages.find((one) => one.name === name)
    checked.push([name, stage === undefined ? answer : await checkOf(graph, stage, answer, path + name, problems)])
  }
  // The name __proto__ is one like others.
  return Object.fromEntries(checked)
}

/** Checks the answer to a stage: to its own question, to its child pipeline, or to the items of a map. */
async function checkOf(
  graph: BuiltGraph,
  stage: StageInfo,
  answer: unknown,
  path: string,
  problems: string[],
): Promise<unknown> {
  const child = childGraphAt(graph, stage)
  const schema = specAt(graph, stage).options['answerSchema'] as OutputSchema | undefined
  const check = async (one: unknown, at: string): Promise<unknown> => {
    if (child !== undefined) return checkIn(child, one, `${at}/`, problems)
    return schema === undefined ? one : validated(schema, one, at, problems)
  }
  if (!stage.map || !isObject(answer)) return check(answer, path)
  const items = Object.entries(answer).map(async ([key, item]) => [key, await check(item, `${path}#${key}`)] as const)
  const checked = Object.fromEntries(await Promise.all(items))
  // A list stays one: a map that names its items takes none.
  return isArray(answer) ? Object.assign([], checked) : checked
}

async function validated(schema: OutputSchema, answer: unknown, path: string, problems: string[]): Promise<unknown> {
  try {
    const { value, issues } = readResult(await schema['~standard'].validate(answer))
    if (issues !== undefined) problems.push(`${show(path)}: ${shown(issues)}`)
    return value
  } catch (cause) {
    problems.push(`${show(path)}: its answerSchema threw: ${shown(textOf(cause))}`)
    return undefined
  }
}

/** What a schema says, as a part of a sentence. It may quote all of the answer. */
const shown = (text: string): string => asClause(printable(text, 1_000))
