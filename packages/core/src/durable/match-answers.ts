import { didYouMean, isArray, isObject } from '../base/check.ts'
import { show, someOf } from '../base/show.ts'
import { isItemKey } from '../contract/keys.ts'
import { stageNamed } from './fit.ts'
import type { GraphFingerprint, StageFingerprint } from './fit.ts'

/** What a stage, or an item of a map, has asked last. */
export interface KnownQuestion {
  /** The names of its answer, from the outermost: `['kid', 'check']` is answered by `{ kid: { check: answer } }`. */
  readonly path: readonly string[]
  /** `idle`: it waits for no answer now, and may ask again. `ended`: it can't ask anymore. */
  readonly is: 'open' | 'answered' | 'idle' | 'ended'
}

/** An answer that can be kept. */
export interface MatchedAnswer<Question extends KnownQuestion = KnownQuestion> {
  readonly path: readonly string[]
  readonly answer: unknown
  /** Undefined if nothing has been asked there. If it isn't open, the answer is early: it is that to the next question. */
  readonly question: Question | undefined
}

export interface MatchedAnswers<Question extends KnownQuestion> {
  readonly matched: readonly MatchedAnswer<Question>[]
  /** What is wrong with the others, each as a part of a sentence. */
  readonly problems: readonly string[]
}

/**
 * Finds the questions that answers are for. `given` has the answers by the names of stages, nested for child runs and for the items of maps.
 * Of several questions with the same path the last one counts. `graph`: has the stages that may ask later. Without it no answer can be early.
 */
export function matchAnswers<Question extends KnownQuestion>(
  questions: Iterable<Question>,
  given: unknown,
  graph: GraphFingerprint | undefined,
): MatchedAnswers<Question> {
  const matches = [...matchAll(treeOf(questions), given, { graph, map: undefined, path: [] })]
  return {
    matched: matches.flatMap((match) => ('problem' in match ? [] : [match])),
    problems: matches.flatMap((match) => ('problem' in match ? [match.problem] : [])),
  }
}

/**
 * The names of each of the given answers, from the outermost, whether they are waited for or not. They end at a map whose items run a function: all
 * its items are answered by the same people, and have the same schema.
 */
export function pathsOfAnswers(given: unknown, graph: GraphFingerprint): readonly (readonly string[])[] {
  if (!isObject(given)) return []
  return Object.entries(given).flatMap(([name, answer]) => {
    const { child, map } = stageNamed(name, graph) ?? {}
    if (child === undefined) return [[name]]
    const inside = map === true ? pathsOfItems(answer, child) : pathsOfAnswers(answer, child)
    return inside.length === 0 ? [[name]] : inside.map((path) => [name, ...path])
  })
}

/** Those of the answers to the items of a map that run a pipeline. */
const pathsOfItems = (given: unknown, child: GraphFingerprint): readonly (readonly string[])[] =>
  isObject(given)
    ? Object.entries(given).flatMap(([item, answer]) => pathsOfAnswers(answer, child).map((path) => [item, ...path]))
    : []

/** The questions by the names of their answers, nested for child runs and maps. */
interface QuestionTree<Question> extends Map<string, Question | QuestionTree<Question>> {}

function treeOf<Question extends KnownQuestion>(questions: Iterable<Question>): QuestionTree<Question> {
  const root: QuestionTree<Question> = new Map()
  for (const question of questions) {
    const around = question.path.slice(0, -1)
    around.reduce(subtree<Question>, root).set(question.path.at(-1) as string, question)
  }
  return root
}

/** The tree below a name. Creates it, also in the place of a question that was asked by this name alone. */
function subtree<Question>(parent: QuestionTree<Question>, name: string): QuestionTree<Question> {
  const known = parent.get(name)
  if (known instanceof Map) return known
  const created: QuestionTree<Question> = new Map()
  parent.set(name, created)
  return created
}

/** What answers are given to: a run, that of a child pipeline, or the items of a map. */
interface Place {
  /** Of the run, or of the pipeline that the items run. */
  readonly graph: GraphFingerprint | undefined
  /** The map, if answers are given to its items. */
  readonly map: StageFingerprint | undefined
  readonly path: readonly string[]
}

type Match<Question extends KnownQuestion> = MatchedAnswer<Question> | { readonly problem: string }

function* matchAll<Question extends KnownQuestion>(
  tree: QuestionTree<Question>,
  given: unknown,
  place: Place,
): Generator<Match<Question>, void> {
  const where = place.path.length === 0 ? 'the run' : shown(place.path)
  const waiting = `${where} waits for ${openNames(tree)}`
  // A list has numbers for names, and no item is meant by them if the map names its items.
  const hasNames = isObject(given) && !(isArray(given) && place.map?.keys === true)
  const answers = hasNames ? Object.entries(given) : []
  if (answers.length === 0) {
    const what = hasNames ? 'an empty one' : show(given)
    const problem = `the answer for ${where} must be an object with an answer for a stage, not ${what}; ${waiting}`
    return yield { problem }
  }
  for (const [name, answer] of answers) {
    const path = [...place.path, name]
    const found = tree.get(name)
    if (found instanceof Map) yield* matchAll(found, answer, inside(place, name))
    else if (found === undefined) yield* matchEarly(tree, name, answer, place, waiting)
    else if (found.is === 'answered') yield { problem: `${shown(path)} has been answered already` }
    else if (found.is === 'ended') yield { problem: `${shown(path)} has ended; ${waiting}` }
    else yield { path, answer, question: found }
  }
}

/** The number of an item as its map writes it: another text, such as `01`, would never be asked for. */
const NUMBER = /^(0|[1-9]\d{0,9})$/
/** Whether a map can have an item of this name. */
const isItem = (name: string, { keys }: StageFingerprint): boolean => (keys ? isItemKey(name) : NUMBER.test(name))

/** An answer to a stage that has not asked is kept until it does. */
function* matchEarly<Question extends KnownQuestion>(
  tree: QuestionTree<Question>,
  name: string,
  answer: unknown,
  place: Place,
  waiting: string,
): Generator<Match<Question>, void> {
  const { graph, map, path } = place
  const stage = map === undefined && graph !== undefined ? stageNamed(name, graph) : undefined
  const isKnown = map === undefined ? stage !== undefined : isItem(name, map)
  if (!isKnown) {
    const guess = didYouMean(name, [...tree.keys(), ...(map === undefined ? Object.keys(graph?.stages ?? {}) : [])])
    return yield {
      problem: `it has an answer for ${show(name)}${guess === undefined ? '' : ` (${guess})`}, but ${waiting}`,
    }
  }
  const hasInside = map === undefined ? stage?.child !== undefined || stage?.map === true : graph !== undefined
  if (hasInside) yield* matchAll<Question>(new Map(), answer, inside(place, name))
  else yield { path: [...path, name], answer, question: undefined }
}

/** The place below a name: that of a stage, or in a map that of an item. */
function inside({ graph, map, path }: Place, name: string): Place {
  const below = [...path, name]
  if (map !== undefined) return { graph, map: undefined, path: below }
  const stage = graph && stageNamed(name, graph)
  return { graph: stage?.child, map: stage?.map === true ? stage : undefined, path: below }
}

const shown = (path: readonly string[]): string => show(path.join('/'))

function openNames<Question extends KnownQuestion>(tree: QuestionTree<Question>): string {
  const open = [...tree].filter(([, found]) => isOpen(found))
  return someOf(open.map(([name]) => show(name))) || 'no answer'
}
const isOpen = <Question extends KnownQuestion>(found: Question | QuestionTree<Question>): boolean =>
  found instanceof Map ? [...found.values()].some(isOpen) : found.is === 'open'
