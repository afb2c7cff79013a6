import type { GraphFingerprint, RunProgress, StageFingerprint } from '@stageflow/core/durable'
import { show } from '@stageflow/core/kit'

import type { FactKey, InboxRow } from './rows.ts'

/** A stage of a key: `place` is the number of its item, or of its attempt. */
interface KeyPart {
  readonly name: string
  readonly place: string | undefined
}

/** A key is the way to a call: `kid/check@2`, `letters#3`. Core writes a slash within a name as %2F. */
const partsOf = (key: string): readonly KeyPart[] =>
  (key.split('@', 1)[0] as string).split('/').map((part) => {
    const [name = '', place] = part.split('#')
    return { name: name.replaceAll('%2F', '/'), place }
  })

/** The names of an answer, from the outermost: `['kid', 'check']` is answered by `{ kid: { check: answer } }`. */
export function answerPath(key: string, graph: GraphFingerprint): readonly string[] {
  let inside: GraphFingerprint | undefined = graph
  return partsOf(key).flatMap(({ name, place }) => {
    const stage: StageFingerprint | undefined = inside?.stages[name]
    inside = stage?.child
    // The number of an attempt isn't part of an answer: only the last attempt can wait.
    return place === undefined || stage?.repeat !== undefined ? [name] : [name, place]
  })
}

/** The paths of the answers that calls of a graph wait for, as early answers have them. */
export const pathsIn =
  (graph: GraphFingerprint) =>
  (key: string): string =>
    pathText(answerPath(key, graph))

/** The keys of the calls that wait for an answer, and those that have got one. */
export function questionsIn(
  keys: Iterable<Pick<FactKey | InboxRow, 'kind' | 'key'>>,
): ReadonlyMap<string, 'open' | 'answered'> {
  const questions = new Map<string, 'open' | 'answered'>()
  for (const { kind, key } of keys) {
    if (kind === 'ask') questions.set(key, questions.get(key) ?? 'open')
    if (kind === 'answer') questions.set(key, 'answered')
    // Its time has passed, so the stage runs again, and may ask again.
    if (kind === 'timer') questions.delete(key)
  }
  return questions
}

/** The questions of a run by the names of their answers, nested for child runs and maps. */
interface QuestionTree {
  readonly names: Map<string, QuestionTree | Question>
}
interface Question {
  readonly key: string
  readonly state: 'open' | 'answered'
}

export interface FoundAnswers {
  /** The answers by the keys of the calls that wait for them. */
  readonly answers: readonly (readonly [key: string, answer: unknown])[]
  /** The answers to stages that have not asked yet, by their paths. */
  readonly early: readonly (readonly [path: string, answer: unknown])[]
  readonly problems: readonly string[]
}

/** A path of names as one text: the key of an early answer. */
export const pathText = (path: readonly string[]): string => path.map((name) => name.replaceAll('/', '%2F')).join('/')

/** Finds the calls that answers are for. `given` has them by the names of stages, nested for child runs and maps. */
export function findAnswers(keys: readonly FactKey[], given: unknown, graph: GraphFingerprint): FoundAnswers {
  const paths = pathsIn(graph)
  const ended = new Set(keys.flatMap(({ kind, key }) => (kind === 'call' ? [paths(key)] : [])))
  const place: Place = { graph, path: [], ended }
  const matches = [...matchAll(questionTree(keys, graph), given, place)]
  return {
    answers: matches.flatMap((match) => ('key' in match ? [[match.key, match.answer] as const] : [])),
    early: matches.flatMap((match) => ('early' in match ? [[match.early, match.answer] as const] : [])),
    problems: matches.flatMap((match) => ('problem' in match ? [match.problem] : [])),
  }
}

function questionTree(keys: Iterable<FactKey>, graph: GraphFingerprint): QuestionTree {
  const root: QuestionTree = { names: new Map() }
  for (const [key, state] of questionsIn(keys)) {
    const path = [...answerPath(key, graph)]
    const name = path.pop() as string
    const parent = path.reduce(subtree, root)
    // Later rounds of a question come later, and take the place of earlier ones.
    parent.names.set(name, { key, state })
  }
  return root
}

/** The questions below a name. Creates the place for them, also where an earlier round asked by this name alone. */
function subtree(parent: QuestionTree, name: string): QuestionTree {
  const found = parent.names.get(name)
  if (found !== undefined && 'names' in found) return found
  const created: QuestionTree = { names: new Map() }
  parent.names.set(name, created)
  return created
}

type Match =
  | { readonly key: string; readonly answer: unknown }
  | { readonly early: string; readonly answer: unknown }
  | { readonly problem: string }

/** A run whose answers are looked at: the whole one, that of a child pipeline, or the items of a map, which have no graph. */
interface Place {
  readonly graph: GraphFingerprint | undefined
  readonly path: readonly string[]
  /** The paths of what has ended and can't ask any more. Empty inside a child pipeline that repeats: it may run again. */
  readonly ended: ReadonlySet<string>
}

const NO_QUESTIONS: QuestionTree = { names: new Map() }

function* matchAll(tree: QuestionTree, given: unknown, place: Place): Generator<Match> {
  const where = place.path.length === 0 ? 'the run' : `"${pathText(place.path)}"`
  const waiting = `${where} waits for ${openNames(tree)}`
  const answers = given !== null && typeof given === 'object' ? Object.entries(given) : []
  if (answers.length === 0) {
    const shown = Object(given) === given ? 'an empty one' : show(given)
    const problem = `the answer for ${where} must be an object with an answer for a stage, not ${shown}; ${waiting}`
    return yield { problem }
  }
  for (const [name, answer] of answers) {
    const found = tree.names.get(name)
    if (found === undefined) yield* matchEarly(name, answer, place, waiting)
    else if ('names' in found) yield* matchAll(found, answer, inside(place, name))
    else if (found.state === 'answered') yield { problem: `"${name}" has been answered already` }
    else yield { key: found.key, answer }
  }
}

/** An answer to a stage that has not asked is kept until it does, unless it can't any more. */
function* matchEarly(name: string, answer: unknown, place: Place, waiting: string): Generator<Match> {
  const { graph, ended } = place
  const path = pathText([...place.path, name])
  const isItem = graph === undefined
  const stage = graph !== undefined && Object.hasOwn(graph.stages, name) ? graph.stages[name] : undefined
  if (isItem ? !/^\d+$/.test(name) : stage === undefined)
    return yield { problem: `it has an answer for "${name}", but ${waiting}` }
  if (ended.has(path)) return yield { problem: `"${path}" has ended; ${waiting}` }
  if (stage?.child === undefined && stage?.map !== true) yield { early: path, answer }
  else yield* matchAll(NO_QUESTIONS, answer, inside(place, name))
}

function inside({ graph, path, ended }: Place, name: string): Place {
  const stage = graph?.stages[name]
  return { graph: stage?.child, path: [...path, name], ended: stage?.repeat === undefined ? ended : new Set() }
}

function openNames({ names }: QuestionTree): string {
  const open = [...names].filter(([, found]) => 'names' in found || found.state === 'open')
  return open.map(([name]) => `"${name}"`).join(', ') || 'no answer'
}

/** The keys of each of the given answers, from the outermost, whether they are waited for or not. Undefined items are left out. */
export function answerPaths(given: unknown, graph: GraphFingerprint): readonly (readonly string[])[] {
  if (given === null || typeof given !== 'object') return []
  return Object.entries(given).flatMap(([name, answer]) => {
    const stage = Object.hasOwn(graph.stages, name) ? graph.stages[name] : undefined
    const inside = stage?.child === undefined ? [] : answerPaths(answer, stage.child)
    return inside.length === 0 ? [[name]] : inside.map((path) => [name, ...path])
  })
}

/** Whether a graph has the stage that a path of names leads to. */
export function hasStage(graph: GraphFingerprint, [name = '', ...inside]: readonly string[]): boolean {
  const stage = Object.hasOwn(graph.stages, name) ? graph.stages[name] : undefined
  if (stage === undefined || inside.length === 0) return stage !== undefined
  return stage.child !== undefined && hasStage(stage.child, inside)
}

/** How far the stages of a run have come, for the check that a graph still fits. */
export function progressOf(keys: Iterable<FactKey>, graph: GraphFingerprint): RunProgress {
  const progress: MutableProgress = {}
  for (const { kind, key } of keys) {
    // Timers and stops are of runs, not of calls.
    if (kind === 'timer' || kind === 'stop') continue
    noteProgress(progress, partsOf(key), graph, kind === 'call')
  }
  return progress
}

interface MutableProgress {
  [stage: string]: 'settled' | 'started' | MutableProgress
}

/** Notes how far the stage has come that the parts lead to, and that those on the way to it have started. */
function noteProgress(
  progress: MutableProgress,
  parts: readonly KeyPart[],
  graph: GraphFingerprint,
  hasEnded: boolean,
): void {
  const [{ name, place }, ...inner] = parts as readonly [KeyPart, ...KeyPart[]]
  if (inner.length === 0) {
    // An item or an attempt has ended, but the stage may have more of them.
    const isWholeStage = place === undefined
    progress[name] = hasEnded && isWholeStage ? 'settled' : 'started'
    return
  }
  const child = graph.stages[name]?.child
  if (child === undefined) {
    progress[name] = 'started'
    return
  }
  const known = progress[name]
  const inside: MutableProgress = typeof known === 'object' ? known : {}
  progress[name] = inside
  noteProgress(inside, inner, child, hasEnded)
}
