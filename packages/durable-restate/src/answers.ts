import { StageflowError } from '@stageflow/core'
import type { GraphFingerprint, OpenRequest, StageFingerprint } from '@stageflow/core/durable'
import { isPlain, show } from '@stageflow/core/kit'
import { answerName } from './names.ts'
import { namesIn, pathText } from './paths.ts'
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

/** The questions by the names of their answers, nested for child pipelines and maps. */
type Tree = Map<string, Question | Tree>

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
  const matches = [...matchAll(treeOf(questions), answers, { graph, path: [] })]
  const problems = matches.flatMap((match) => ('problem' in match ? [match.problem] : []))
  if (problems.length === 0) return matches.flatMap((match) => ('name' in match ? [match] : []))
  throw new StageflowError(
    'durable-restate/not-waiting',
    `The run "${runId}" can't take these answers: ${problems.join('; ')}. See what it waits for with client.status(runId).`,
  )
}

function treeOf(questions: QuestionsByPath): Tree {
  const root: Tree = new Map()
  for (const [path, question] of questions) {
    const names = [...namesIn(path)]
    const name = names.pop() as string
    names.reduce(subtree, root).set(name, question)
  }
  return root
}

/** The tree below a name. Creates it, also in the place of a question. */
function subtree(parent: Tree, name: string): Tree {
  const known = parent.get(name)
  if (known instanceof Map) return known
  const created: Tree = new Map()
  parent.set(name, created)
  return created
}

/** A run whose answers are looked at: the whole one, that of a child pipeline, or the items of a map, which have no graph. */
interface Place {
  readonly graph: GraphFingerprint | undefined
  readonly path: readonly string[]
}
type Match = FoundAnswer | { readonly problem: string }

/** Finds the promise for each of the answers. */
function* matchAll(tree: Tree, answers: unknown, place: Place): Generator<Match, void> {
  const where = place.path.length === 0 ? 'it' : `"${place.path.join('/')}"`
  const open = [...tree].flatMap(([name, found]) => (found instanceof Map || found.is === 'open' ? [`"${name}"`] : []))
  const waits = `${where} waits for ${open.length === 0 ? 'nothing' : open.join(', ')}`
  const given = isPlain(answers) ? Object.entries(answers) : []
  if (given.length === 0) {
    const shown = isPlain(answers) ? 'empty' : show(answers)
    const problem = `${waits}, and the answer is ${shown}; pass an object such as { approve: 'yes' }`
    return yield { problem }
  }
  for (const [name, answer] of given) {
    const asked = tree.get(name)
    const path = [...place.path, name]
    if (asked instanceof Map) yield* matchAll(asked, answer, { graph: stageIn(place, name)?.child, path })
    else if (asked === undefined) yield* matchEarly(name, answer, place, waits)
    else if (asked.is === 'answered') yield { problem: `"${path.join('/')}" has an answer already` }
    else if (asked.is === 'ended') yield { problem: `"${path.join('/')}" has ended` }
    else yield found(path, asked.is === 'open' ? asked.number : asked.number + 1, answer)
  }
}

const stageIn = ({ graph }: Place, name: string): StageFingerprint | undefined =>
  graph !== undefined && Object.hasOwn(graph.stages, name) ? graph.stages[name] : undefined

/** An answer to a stage that has not asked is kept until it does. */
function* matchEarly(name: string, answer: unknown, place: Place, waits: string): Generator<Match, void> {
  const path = [...place.path, name]
  const stage = stageIn(place, name)
  const isItem = place.graph === undefined && place.path.length > 0 && /^\d+$/.test(name)
  if (stage === undefined && !isItem) yield { problem: `${waits}, not for "${name}"` }
  else if (stage?.child === undefined && stage?.map !== true) yield found(path, 1, answer)
  else yield* matchAll(new Map(), answer, { graph: stage.child, path })
}

function found(names: readonly string[], number: number, answer: unknown): FoundAnswer {
  const path = pathText(names)
  return { name: answerName(number, path), path, answer }
}

/** The keys of each of the given answers, from the outermost, whether they are waited for or not. */
export function answerPaths(given: unknown, graph: GraphFingerprint): readonly (readonly string[])[] {
  if (!isPlain(given)) return []
  return Object.entries(given).flatMap(([name, answer]) => {
    const child = Object.hasOwn(graph.stages, name) ? graph.stages[name]?.child : undefined
    const inside = child === undefined ? [] : answerPaths(answer, child)
    return inside.length === 0 ? [[name]] : inside.map((path) => [name, ...path])
  })
}
